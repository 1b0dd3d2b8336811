using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// How a retry goes on behind a step that may run again only on restored data: the plan is compiled anew, with the
/// restore in it. Pure.
/// </summary>
/// <typeparam name="TSpec">What users of the kind write.</typeparam>
internal interface IRunRedo<in TSpec>
    where TSpec : RunSpec
{
    /// <summary>What to do about it, behind what is wrong: without the last full stop.</summary>
    string WayOut { get; }

    /// <summary>The phase that restores. If only another plan than this was approved, it is held.</summary>
    string Phase { get; }

    /// <summary>The step that can go on only on restored data; null if none does.</summary>
    PlanStep? FindOutcomeUnknown(Plan plan);

    /// <summary>Whether a restore was put into the plan since it was first stored.</summary>
    bool IsRedone(Plan plan);

    /// <summary>The plan that goes on from the restored data.</summary>
    Plan Compile(TSpec spec, Plan plan);

    /// <summary>What is done now, for people.</summary>
    /// <param name="lost">The step that was lost.</param>
    /// <param name="plan">The plan that was compiled anew.</param>
    string Describe(PlanStep lost, Plan plan);
}
