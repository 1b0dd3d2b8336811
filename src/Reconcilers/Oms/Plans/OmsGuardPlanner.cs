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
                new ContainerStaysStopped.Args(node.OldContainerId, node.OldContainer),
                [StepIds.StopOld(node.Name)]));
            plan.Guard(PlannedStep.Guard(
                $"{nameof(ContainerIsAsPlanned)}/{node.Name}",
                node.Name,
                new ContainerIsAsPlanned.Args(
                    node.NewContainer, StepIds.Create(node.Name), StepIds.Image(node.Name)),
                [StepIds.Create(node.Name)]));
        }

        if (plan.Phase(OmsUpgradePhases.DisableHA) is [.., var last])
        {
            plan.Guard(PlannedStep.Guard(
                nameof(HighAvailabilityStaysOff),
                null,
                new HighAvailabilityStaysOff.Args(discovery.Metadata.RmDatabase),
                [last],
                StepIds.EnableHA));
        }

        plan.Guard(PlannedStep.Guard(
            nameof(SnapshotExists), null, new SnapshotExists.Args(Step: StepIds.Snapshot), [StepIds.Snapshot]));
    }
}
