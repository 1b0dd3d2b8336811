using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The removal, after a success that was accepted, of what a way back would need. Pure.</summary>
/// <typeparam name="TSpec">What users of the kind write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal interface IRunCleanup<in TSpec, TStatus>
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    /// <summary>Behind "the upgrade is accepted": <c>the old files are removed</c>.</summary>
    string Begins { get; }

    /// <summary>Behind "deletion was asked for": <c>no more old files are removed</c>.</summary>
    string Stops { get; }

    /// <summary>The plan of the removal; null before there is one.</summary>
    Plan? PlanOf(TStatus status);

    /// <summary>The status with it.</summary>
    TStatus WithPlan(TStatus status, Plan? plan);

    /// <summary>
    /// When it begins, by the spec; null if never, if it is compiled already, or if the way back is asked for.
    /// </summary>
    DateTimeOffset? DueAt(TSpec spec, TStatus status);

    /// <summary>When it begins, as the status of the end has it: until then nothing is read or written.</summary>
    DateTimeOffset? AnnouncedAt(TStatus status);

    /// <summary>The status of the end with that moment.</summary>
    TStatus Announce(TStatus status, DateTimeOffset? at);

    /// <summary>Compiles it.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="done">The plan that was carried out.</param>
    /// <param name="attemptsBefore">See <see cref="Plan.AttemptsBefore"/>.</param>
    Plan Compile(TSpec spec, Plan done, int attemptsBefore);
}
