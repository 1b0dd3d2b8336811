namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of the guards of a universe. Nothing is done while the universe cannot be read, with one
/// exception: while a process is being swapped and may therefore be down, a universe that does not answer must not keep
/// it down. Starting the process repairs the universe, and no other step begins before the process is
/// verified.</summary>
internal abstract record YugabyteGuard : GuardBase<YugabyteCluster>
{
    protected YugabyteCluster Cluster => Targets;

    public sealed override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(plan, cancellationToken);
        }
        catch (TargetException exception)
        {
            var isSwapping = plan.Steps.Exists(s =>
                InstanceSwap.Is(s) && s.State != StepState.Succeeded && s.HasEverBegun);
            return isSwapping ? GuardReading.Holds : GuardReading.Unreadable(exception.Message);
        }
    }

    protected abstract Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken);
}

/// <summary>The leader blacklist contains only the server that is being upgraded: a forgotten entry keeps its server
/// without leaders permanently (docs/project/research/yugabytedb.md#rules).</summary>
internal sealed record LeaderBlacklistIsClean : YugabyteGuard
{
    /// <summary>The servers that the upgrade or its rollback has, or may have, in the blacklist.</summary>
    public static IEnumerable<string> InHand(params IEnumerable<PlanProgress?> plans) =>
        plans.OfType<PlanProgress>()
            .SelectMany(plan => plan.Steps.Where(s => s.Is<DrainTserver>() && IsInHand(plan, s)))
            .Select(s => s.Node!)
            .Distinct(StringComparer.Ordinal);

    public static bool IsInHand(PlanProgress plan, Step drain) =>
        drain.Node is not null
        && drain.HasEverBegun
        && !CleanedUpSteps.Is(plan, drain)
        && plan.Step<VerifyTserver>(drain.Node, drain.Phase) is not { State: StepState.Succeeded };

    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        // One that is skipped is no longer among the instances.
        var inHand = InHand(plan).ToHashSet(StringComparer.Ordinal);
        var ours = Cluster.Spec.Instances.Where(i => inHand.Contains(i.Name)).Select(Cluster.Rpc).ToHashSet();
        var config = await Cluster.ConfigAsync(cancellationToken);
        var others = config.LeaderBlacklist.Where(a => !ours.Contains(a)).ToList();
        var commands = others.Select(o => $"`{Cluster.ReleaseCommand(o)}`");
        return others.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken(
                $"Unexpected entries in the leader blacklist: {string.Join(", ", others)}. "
                + "No step of the upgrade has added "
                + $"them. Run {string.Join(" and ", commands)} "
                + $"on {Cluster.Hosts.ToolHost}; then the upgrade continues automatically.");
    }
}

/// <summary>No process of the old version runs once every process was new
/// (docs/project/research/yugabytedb.md#autoflags). Until the upgrade is made final, by AutoFlags or, where the new
/// version has none, by the catalogue, a process that does not answer blocks the upgrade too, because it may be an old
/// one. After that an old process cannot run, and a process that is down does not concern this guard.</summary>
internal sealed record EveryProcessIsNew : YugabyteGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var report = await new VersionCheck(Cluster).ReadAsync(version, cancellationToken);
        if (report.Others.Count > 0)
        {
            return GuardReading.Broken(
                $"{string.Join(" ", report.Others)} A process of another version than {Cluster.Spec.ToVersion} was "
                + "started. Stop it, or start the right program in its place; "
                + "then the upgrade continues automatically.");
        }

        // Without a rollback, the first stop of a master is a point of no return too.
        var final = plan.Steps.Find(s => s.PointOfNoReturn && !InstanceSwap.Is(s));
        return report.Silent.Count > 0 && final is { State: not StepState.Succeeded }
            ? GuardReading.Unreadable(
                "The upgrade is not made final, because a process that does not report its version may be an old one. "
                + report.Describe())
            : GuardReading.Holds;
    }
}

/// <summary>AutoFlags are not promoted by others during the upgrade: old processes could not start again, and a
/// rollback would be impossible (docs/project/research/yugabytedb.md#autoflags).</summary>
internal sealed record AutoFlagsAreUnchanged : YugabyteGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var own = plan.Steps.FindLast(s => s.Is<PromoteAutoFlags>() && s.HasEverBegun);
        if (own is { State: not StepState.Succeeded })
        {
            // The upgrade itself is changing the configuration, or has and the answer was lost.
            return GuardReading.Holds;
        }

        var before = RecordedFlags.Of(plan);
        var now = await Cluster.AutoFlagsAsync(cancellationToken);
        return before.Is(now)
            ? GuardReading.Holds
            : GuardReading.Broken(
                $"The AutoFlags configuration is of version {now.Version}, but was of version {before.Version} "
                + (own is not null
                    ? "after this upgrade changed it: "
                    : "when the upgrade began: ")
                + "AutoFlags were promoted by others. If only volatile flags were promoted, run `rollback_auto_flags "
                + $"{before.Version}`; then the upgrade continues automatically. Otherwise ask the vendor before any "
                + "other process is stopped.");
    }
}

/// <summary>A replication group that was paused stays paused until every process of both clusters runs the target
/// version (docs/project/research/yugabytedb.md#procedure). From then on administrators may resume it; the upgrade of
/// the peer may be the first to do so.</summary>
internal sealed record ReplicationStaysPaused(string Group, ReplicationTarget Target) : YugabyteGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var group = Cluster.Group(Group);
        if (await Cluster.InboundAsync(group, Target, cancellationToken) is null or { IsPaused: true })
        {
            return GuardReading.Holds;
        }

        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var report = await new VersionCheck(Cluster).ReadAsync(version, cancellationToken);
        var peers = await Cluster.Peer(group).NotYetAsync(version, cancellationToken);
        if (report.IsClean && peers.Count == 0)
        {
            return GuardReading.Holds;
        }

        var where = Target == ReplicationTarget.Here ? "" : " at its peer";
        var command = Cluster.Tool(group, Target).Call.Replication(group.Name, enabled: false);
        return GuardReading.Broken(
            $"Replication group {group.Name} was resumed{where} although not every process of both clusters runs "
            + $"{version}. Run `{command}` on {Cluster.Hosts.ToolHost} to pause it; "
            + "then the upgrade continues automatically.");
    }
}
