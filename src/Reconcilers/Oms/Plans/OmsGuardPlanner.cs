using Drydock.Abstractions.Plans;
using Drydock.Engine.Planning;

namespace Drydock.Reconcilers.Oms;

/// <summary>Adds what must stay true while an OMS upgrade runs.</summary>
internal sealed class OmsGuardPlanner(PlanBuilder plan, OmsDiscovery discovery)
{
    public void Compile()
    {
        foreach (var node in discovery.Nodes)
        {
            plan.Guard(new PlanGuard
            {
                Id = $"{OmsGuards.ContainerStaysStopped}/{node.Name}",
                Check = OmsGuards.ContainerStaysStopped,
                Node = node.Name,
                Parameters = new(StringComparer.Ordinal) { ["container"] = node.OldContainerId, ["name"] = node.OldContainer },
                From = [StepIds.StopOld(node.Name)],
            });
            plan.Guard(new PlanGuard
            {
                Id = $"{OmsGuards.ContainerIsAsPlanned}/{node.Name}",
                Check = OmsGuards.ContainerIsAsPlanned,
                Node = node.Name,
                Parameters = new(StringComparer.Ordinal)
                {
                    ["container"] = node.NewContainer,
                    ["binds"] = string.Join('\n', node.Binds),
                    ["imageStep"] = StepIds.Image(node.Name),
                },
                From = [StepIds.Create(node.Name)],
            });
        }

        var switchesOff = plan.Phase(Crds.OmsUpgrades.OmsUpgradePhases.DisableHA);
        if (switchesOff.Count > 0)
        {
            plan.Guard(new PlanGuard
            {
                Id = OmsGuards.HighAvailabilityStaysOff,
                Check = OmsGuards.HighAvailabilityStaysOff,
                Parameters = new(StringComparer.Ordinal) { ["database"] = discovery.Metadata.RmDatabase },
                From = [switchesOff[^1]],
                Until = StepIds.EnableHA,
            });
        }

        plan.Guard(new PlanGuard
        {
            Id = OmsGuards.SnapshotIsThere,
            Check = OmsGuards.SnapshotIsThere,
            Parameters = new(StringComparer.Ordinal) { ["step"] = StepIds.Snapshot },
            From = [StepIds.Snapshot],
        });
    }
}
