using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Adds what must stay true while a YugabyteDB upgrade runs. Guards are read before every act, so each speaks of the
/// whole universe.
/// </summary>
internal sealed class YugabyteGuardPlanner(PlanBuilder plan, YugabyteDiscovery discovery, bool hasFlags)
{
    public void Compile()
    {
        plan.Guard(new PlanGuard { Id = YugabyteGuards.LeaderBlacklistIsClean, Check = YugabyteGuards.LeaderBlacklistIsClean, From = [YugabyteStepIds.AdminTool] });
        plan.Guard(new PlanGuard { Id = YugabyteGuards.EveryProcessIsNew, Check = YugabyteGuards.EveryProcessIsNew, From = [YugabyteStepIds.Versions] });
        if (hasFlags)
        {
            plan.Guard(new PlanGuard
            {
                Id = YugabyteGuards.AutoFlagsAreUnchanged,
                Check = YugabyteGuards.AutoFlagsAreUnchanged,
                From = [YugabyteStepIds.AdminTool],
                Until = plan.Phase(DatabaseRollingUpgradePhases.PromoteAutoFlags).Contains(YugabyteStepIds.Promote, StringComparer.Ordinal) ? YugabyteStepIds.Promote : null,
            });
        }

        var paused = plan.Phase(DatabaseRollingUpgradePhases.PauseReplication);
        foreach (var group in discovery.Groups.Where(g => paused.Contains(YugabyteStepIds.Pause(g.Name, g.Side), StringComparer.Ordinal)))
        {
            plan.Guard(new PlanGuard
            {
                Id = $"{YugabyteGuards.ReplicationStaysPaused}/{group.Name}/{group.Side}",
                Check = YugabyteGuards.ReplicationStaysPaused,
                Parameters = new(StringComparer.Ordinal) { [YugabyteKeys.Group] = group.Name, [YugabyteKeys.Side] = group.Side },
                From = [YugabyteStepIds.Pause(group.Name, group.Side)],
                Until = YugabyteStepIds.Resume(group.Name, group.Side),
            });
        }
    }
}
