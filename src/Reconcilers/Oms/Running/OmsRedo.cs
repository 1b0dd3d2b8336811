using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The correction and docker_init.sh run again only on restored databases.</summary>
internal sealed class OmsRedo : IRunRedo<OmsUpgradeSpec>
{
    public string Remedy =>
        $"it runs again only on restored data: a new spec.retry or {Annotations.Retry}=<token> stops the new containers, restores the snapshot and goes on from StartNew; spec.desiredState: RolledBack goes back";

    public string Phase => OmsUpgradePhases.RestoreDatabases;

    public PlanStep? FindOutcomeUnknown(Plan plan) => RedoPlanner.FindOutcomeUnknown(plan);

    public bool IsRedone(Plan plan) => plan.Step(RollbackIds.Restore) is not null;

    public Plan Compile(OmsUpgradeSpec spec, Plan plan) => RedoPlanner.Compile(spec, plan);

    public string Describe(PlanStep step, Plan plan) =>
        $"{step.Id} may run again only on restored data: the plan was compiled anew ({plan.Hash}); the new containers are stopped, the snapshot restored, and everything from StartNew on is done again";
}
