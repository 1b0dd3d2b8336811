namespace Drydock.Reconcilers.Oms;

/// <summary>Adds the guards of an OMS upgrade.</summary>
internal sealed class OmsGuardPlanner(PlanBuilder plan, OmsDiscovery discovery)
{
    public void Compile()
    {
        foreach (var node in discovery.Nodes)
        {
            plan.Guard(PlannedStep.Guard(
                $"{nameof(ContainerStaysStopped)}/{node.Name}",
                node.Name,
                new ContainerStaysStopped(node.OldContainerId, node.OldContainer),
                [StepIds.StopOld(node.Name)]));
            plan.Guard(PlannedStep.Guard(
                $"{nameof(ContainerIsAsPlanned)}/{node.Name}",
                node.Name,
                new ContainerIsAsPlanned(node.NewContainer, StepIds.Create(node.Name), StepIds.Image(node.Name)),
                [StepIds.Create(node.Name)]));
            plan.Guard(PlannedStep.Guard(
                $"{nameof(StatusIsCurrent)}/{node.Name}",
                node.Name,
                new StatusIsCurrent(node.NewContainer, node.LeftoverContainerId),
                [],
                plan.Phase(OmsUpgradePhases.Verify)[0]));
            plan.Guard(PlannedStep.Guard(
                $"{nameof(ConfigurationStays)}/{node.Name}",
                node.Name,
                new ConfigurationStays(node.OldContainerId, node.NewContainer, node.Configuration),
                [],
                plan.Phase(OmsUpgradePhases.Verify)[0]));
        }

        // Where it is off already, it is guarded from the first step on.
        if (discovery.HighAvailability.Present)
        {
            plan.Guard(PlannedStep.Guard(
                nameof(HighAvailabilityStaysOff),
                null,
                new HighAvailabilityStaysOff(discovery.Metadata.RmDatabase),
                plan.Phase(OmsUpgradePhases.DisableHA).TakeLast(1),
                plan.Phase(OmsUpgradePhases.EnableHA).Count > 0
                    ? StepIds.EnableHA
                    : plan.Phase(OmsUpgradePhases.Settle)[0]));
        }

        plan.Guard(PlannedStep.Guard(
            nameof(SnapshotExists), null, new SnapshotExists(Step: StepIds.Snapshot), [StepIds.Snapshot]));
    }
}
