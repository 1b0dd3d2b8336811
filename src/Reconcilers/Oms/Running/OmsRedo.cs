using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The correction JAR and docker_init.sh run again only on restored databases.</summary>
internal sealed class OmsRedo : IRunRedo<OmsUpgradeSpec>
{
    public string Remedy =>
        "The step runs again only on restored data. "
        + $"Set a new spec.retry or {Annotations.Retry}=<token> to stop the new containers, restore the snapshot and "
        + $"continue from {OmsUpgradePhases.StartNew}, "
        + "or spec.desiredState: RolledBack to roll back.";

    public string Phase => OmsUpgradePhases.RestoreDatabases;

    public PlanStep? FindOutcomeUnknown(Plan plan) => RedoPlanner.FindOutcomeUnknown(plan);

    public bool IsRedone(Plan plan) => plan.Step(RollbackIds.Restore) is not null;

    public Plan Compile(OmsUpgradeSpec spec, Plan plan) => RedoPlanner.Compile(spec, plan);

    public string Describe(PlanStep step, Plan plan) =>
        $"{step.Id} runs again only on restored data, so the plan was compiled again ({plan.Hash}). "
        + $"The new containers are stopped, the snapshot is restored, and everything from {OmsUpgradePhases.StartNew} "
        + "on is repeated.";
}
