using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the specs of a kind and the steps of its plans mean to the frame. Pure.</summary>
/// <typeparam name="TSpec">What its users write.</typeparam>
internal interface IRunWork<in TSpec>
    where TSpec : RunSpec
{
    /// <summary>A hash of the identity fields, by which a change of them is noticed while a stored plan runs.</summary>
    string IdentityHash(TSpec spec);

    /// <summary>How long one pass of preflight may take: the duration as the spec has it.</summary>
    string PreflightTimeout(TSpec spec);

    /// <summary>How long one attempt of a step may take now. Asked from jobs, on any thread.</summary>
    TimeSpan TimeoutOf(TSpec spec, PlanStep step);

    /// <summary>
    /// Whether the act has begun, or may have, up to which an abort or a deletion undoes what was done. From there on a
    /// deletion lets the plan go on to its end, an abort leaves things where they are, and no phase waits for the
    /// maintenance window. Once true it stays true.
    /// </summary>
    bool IsPastUndo(Plan plan);

    /// <summary>Whether anything was changed that a way back would undo.</summary>
    bool Changed(Plan plan);

    /// <summary>
    /// Whether the step only waits for something and changes nothing: whoever leaves the plan for the way back need not
    /// await its end.
    /// </summary>
    bool OnlyWaits(PlanStep step);

    /// <summary>
    /// The reason for which a step that runs counts as held, because it waits for a person or for others; null if it
    /// does not.
    /// </summary>
    string? HeldBy(PlanStep step);

    /// <summary>
    /// What no other object may have claimed when the stored plan begins, as
    /// <see cref="IRunDiscovery{TSpec, TStatus}.MustBeFree"/> said when it was compiled.
    /// </summary>
    /// <param name="targetIdentity">The target of the run.</param>
    /// <param name="plan">The stored plan.</param>
    IReadOnlyList<string> MustBeFree(string targetIdentity, Plan plan) => [];
}
