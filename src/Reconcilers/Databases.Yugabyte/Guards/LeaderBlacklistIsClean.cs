namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The leader blacklist contains only the server that is being upgraded: a forgotten entry keeps its server
/// without leaders permanently (docs/research/yugabytedb.md#rules).</summary>
internal sealed record LeaderBlacklistIsClean : YugabyteGuard
{
    public static IEnumerable<string> InHand(Plan plan) =>
        from drain in plan.Steps
        where drain.Is<DrainTserver>()
            && drain.Node is not null
            && PlanProgress.Begun(drain)
            && !CleanedUpSteps.Is(plan, drain)
        let verify = plan.Step(YugabyteStepIds.Verify(drain.Phase, drain.Node!))
        where verify is not { State: StepState.Succeeded }
        select drain.Node;

    protected override async Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        // One that is skipped is no longer among the instances.
        var inHand = InHand(plan).ToHashSet(StringComparer.Ordinal);
        var ours = Cluster.Spec.Instances.Where(i => inHand.Contains(i.Name)).Select(Cluster.Rpc).ToHashSet();
        var leader = await Cluster.LeaderAsync(cancellationToken);
        var config = await Cluster.MasterClient.ClusterConfigAsync(leader, cancellationToken);
        var others = config.LeaderBlacklist.Where(a => !ours.Contains(a)).ToList();
        var commands = others.Select(o => $"`{Cluster.Tool().LeaderBlacklistCommand(o, add: false)}`");
        return others.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken(
                $"Unexpected entries in the leader blacklist: {string.Join(", ", others)}. "
                + "No step of the upgrade has added "
                + $"them. Run {string.Join(" and ", commands)} "
                + $"on {Targets.Hosts.ToolHost}; then the upgrade continues automatically.");
    }
}
