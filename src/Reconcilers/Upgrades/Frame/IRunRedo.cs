using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// How a retry continues after a step that may run again only on restored data: the plan is compiled again, with the
/// restore in it. Pure. Kinds implement <see cref="IRunRedo{TSpec}"/>.
/// </summary>
internal interface IRunRedo
{
    /// <summary>The remedy, after the description of the failure: one sentence or more.</summary>
    string Remedy { get; }

    /// <summary>The phase that restores. If only another plan than this was approved, the phase is held.</summary>
    string Phase { get; }

    /// <summary>The step that can continue only on restored data; null if there is none.</summary>
    PlanStep? FindOutcomeUnknown(Plan plan);

    /// <summary>Whether a restore was added to the plan since it was first stored.</summary>
    bool IsRedone(Plan plan);

    /// <summary>The plan that continues from the restored data.</summary>
    Plan Compile(RunSpec spec, Plan plan);

    /// <summary>The present activity, as text.</summary>
    /// <param name="step">The step whose outcome is unknown.</param>
    /// <param name="plan">The plan that was compiled again.</param>
    string Describe(PlanStep step, Plan plan);
}

/// <summary>The <see cref="IRunRedo"/> of one kind, with its own types.</summary>
/// <typeparam name="TSpec">Its spec.</typeparam>
internal interface IRunRedo<in TSpec> : IRunRedo
    where TSpec : RunSpec
{
    Plan Compile(TSpec spec, Plan plan);

    Plan IRunRedo.Compile(RunSpec spec, Plan plan) => Compile((TSpec)spec, plan);
}
