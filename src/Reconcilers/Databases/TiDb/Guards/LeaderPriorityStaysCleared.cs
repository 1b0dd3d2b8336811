namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>No PD member has a leader_priority while PD is upgraded: it would return leadership to a member that is
/// about to be stopped.</summary>
internal sealed record LeaderPriorityStaysCleared : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var set = (await Targets.Pd.MembersAsync(cancellationToken)).Members
            .Where(m => m.LeaderPriority != 0)
            .Select(m => $"{m.Name} {m.LeaderPriority}")
            .ToList();
        return set.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken(
                $"leader_priority was set during the upgrade: {string.Join(", ", set)}. Run "
                + "`pd-ctl member leader_priority NAME 0` for each; it is restored automatically after PD.");
    }
}
