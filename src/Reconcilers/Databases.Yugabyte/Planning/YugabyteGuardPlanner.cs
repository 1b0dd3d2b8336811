namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Adds the guards of a YugabyteDB upgrade. Guards are read before every act, so each covers the whole
/// universe.</summary>
internal sealed class YugabyteGuardPlanner(PlanBuilder plan, YugabyteDiscovery discovery, bool hasFlags)
{
    public void Compile()
    {
        Add(new LeaderBlacklistIsClean(), YugabyteStepIds.AdminTool);
        Add(new EveryProcessIsNew(), YugabyteStepIds.Versions);
        if (hasFlags)
        {
            var promote = plan.Phase(
                DatabaseRollingUpgradePhases.PromoteAutoFlags).Find(s => s == YugabyteStepIds.Promote);
            Add(new AutoFlagsAreUnchanged(), YugabyteStepIds.AdminTool, promote);
        }

        var paused = plan.Phase(DatabaseRollingUpgradePhases.PauseReplication);
        foreach (var group in discovery.Groups)
        {
            var pause = YugabyteStepIds.Pause(group.Name, group.Target);
            if (paused.Contains(pause, StringComparer.Ordinal))
            {
                var resume = YugabyteStepIds.Resume(group.Name, group.Target);
                plan.Guard(PlannedStep.Guard(
                    $"{nameof(ReplicationStaysPaused)}{resume[resume.IndexOf('/', StringComparison.Ordinal)..]}",
                    node: null,
                    new ReplicationStaysPaused(group.Name, group.Target),
                    [pause],
                    resume));
            }
        }
    }

    private void Add(IGuardCheck check, string from, string? until = null) =>
        plan.Guard(PlannedStep.Guard(check.GetType().Name, node: null, check, [from], until));
}
