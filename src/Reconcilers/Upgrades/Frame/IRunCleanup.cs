using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The removal of the items that a rollback would need, after a success that was accepted. Pure. Kinds implement
/// <see cref="IRunCleanup{TSpec, TStatus}"/>.
/// </summary>
internal interface IRunCleanup
{
    /// <summary>Continues "The upgrade is accepted: ": <c>the old files are being removed</c>.</summary>
    string Begins { get; }

    /// <summary>The effect of a deletion: <c>No more old files are removed</c>.</summary>
    string Stops { get; }

    /// <summary>The plan of the removal; null before it is compiled.</summary>
    Plan? PlanOf(RunStatus status);

    /// <summary>The status with that plan.</summary>
    RunStatus WithPlan(RunStatus status, Plan? plan);

    /// <summary>
    /// When it begins according to the spec; null if never, if it is compiled already, or if a rollback is requested.
    /// </summary>
    DateTimeOffset? DueAt(RunSpec spec, RunStatus status);

    /// <summary>When it begins, as the stored status says: until then nothing is read or written.</summary>
    DateTimeOffset? AnnouncedAt(RunStatus status);

    /// <summary>The status with that time.</summary>
    RunStatus Announce(RunStatus status, DateTimeOffset? at);

    /// <summary>Compiles it.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="done">The plan that was carried out.</param>
    /// <param name="attemptsBefore">See <see cref="Plan.AttemptsBefore"/>.</param>
    Plan Compile(RunSpec spec, Plan done, int attemptsBefore);
}

/// <summary>The <see cref="IRunCleanup"/> of one kind, with its own types.</summary>
/// <typeparam name="TSpec">Its spec.</typeparam>
/// <typeparam name="TStatus">Its status.</typeparam>
internal interface IRunCleanup<in TSpec, TStatus> : IRunCleanup
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    Plan? PlanOf(TStatus status);

    TStatus WithPlan(TStatus status, Plan? plan);

    DateTimeOffset? DueAt(TSpec spec, TStatus status);

    DateTimeOffset? AnnouncedAt(TStatus status);

    TStatus Announce(TStatus status, DateTimeOffset? at);

    Plan Compile(TSpec spec, Plan done, int attemptsBefore);

    Plan? IRunCleanup.PlanOf(RunStatus status) => PlanOf((TStatus)status);

    RunStatus IRunCleanup.WithPlan(RunStatus status, Plan? plan) => WithPlan((TStatus)status, plan);

    DateTimeOffset? IRunCleanup.DueAt(RunSpec spec, RunStatus status) => DueAt((TSpec)spec, (TStatus)status);

    DateTimeOffset? IRunCleanup.AnnouncedAt(RunStatus status) => AnnouncedAt((TStatus)status);

    RunStatus IRunCleanup.Announce(RunStatus status, DateTimeOffset? at) => Announce((TStatus)status, at);

    Plan IRunCleanup.Compile(RunSpec spec, Plan done, int attemptsBefore) =>
        Compile((TSpec)spec, done, attemptsBefore);
}
