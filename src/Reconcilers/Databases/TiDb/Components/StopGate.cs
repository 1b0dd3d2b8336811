namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Checks that the cluster can lose a process right before it is stopped, so that two are never down at once:
/// every other process that it needs is running, PD has a leader, all stores are Up, no Region would lose its quorum,
/// no DDL is running, and every process answers that it must notify when it starts. PD's view may be 20 s old
/// (docs/project/research/tidb.md#rules), so the hosts are asked as well.</summary>
internal sealed class StopGate(TiDbTargets targets)
{
    public static readonly TimeSpan OldestLook = TimeSpan.FromSeconds(2);

    /// <summary>Why an instance must not be stopped, as sentences; empty if it may. Anything that cannot be read is a
    /// reason.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(
        DatabaseInstance about, IReadOnlyList<string> together, CancellationToken cancellationToken)
    {
        var down = targets.Spec.Instances
            .Where(i => i.Name == about.Name || together.Contains(i.Name, StringComparer.Ordinal))
            .ToList();
        var found = await Task.WhenAll(
            Asking.ProblemsAsync(() => OthersAsync(about, down, cancellationToken)),
            Asking.ProblemsAsync(() => DdlAsync(cancellationToken)),
            Asking.ProblemsAsync(() => NotifiedAsync(about, cancellationToken)),
            Asking.ProblemsAsync(() => PdAsync(about, cancellationToken)),
            Asking.ProblemsAsync(() => StoresAsync(about, down, cancellationToken)));
        return [.. found.SelectMany(f => f)];
    }

    // The processes that hold quorum and data, those of the same component, and the pumps of a TiDB server.
    private async Task<IReadOnlyList<string>> OthersAsync(
        DatabaseInstance about, List<DatabaseInstance> down, CancellationToken cancellationToken)
    {
        var others = targets.Spec.Instances.Except(down).Where(i => i.Component == about.Component
            || i.Component is DatabaseComponent.PD or DatabaseComponent.TiKV
            || (i.Component == DatabaseComponent.Pump && about.Component == DatabaseComponent.TiDB)).ToList();
        return [.. (await SideBySide.EachAsync(others, ProblemAsync, cancellationToken)).OfType<string>()];
    }

    private async Task<string?> ProblemAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        InstanceProcess process;
        try
        {
            process = await targets.Hosts.Instance(instance.Name).LookAsync(OldestLook, cancellationToken);
        }
        catch (HostException exception) when (exception.Reason == Reasons.HostUnreachable)
        {
            return $"{instance.Name} cannot be checked. {exception.Message} {LostInstance.Advice(instance.Name)}";
        }

        return process switch
        {
            { Pid: null } => $"{instance.Name} on {instance.Host} is not running ({process.SupervisionText}). Start "
                + "it.",
            { IsListening: false } => $"{instance.Name} on {instance.Host} does not listen on port "
                + $"{targets.Spec.Service(instance).Port} ({process.SupervisionText}). Wait until it has started, or "
                + "see its log.",
            _ => null,
        };
    }

    private async Task<IReadOnlyList<string>> DdlAsync(CancellationToken cancellationToken) =>
    [
        .. (await targets.UnfinishedDdlAsync(OldestLook, cancellationToken))
            .Select(job => $"DDL is running: {job}. {DdlJob.Advice([job])}"),
    ];

    // A pump that starts notifies every drainer that is registered as online, also one that was killed, and ends if one
    // does not answer (docs/project/research/tidb.md#pump-and-drainer).
    private async Task<IReadOnlyList<string>> NotifiedAsync(
        DatabaseInstance about, CancellationToken cancellationToken)
    {
        var drainers = about.Component == DatabaseComponent.Pump
            ? await targets.Sql.DrainersAsync(cancellationToken) ?? []
            : [];
        return
        [
            .. (await SideBySide.EachAsync([.. drainers.Where(d => d.IsOnline)], SilenceAsync, cancellationToken))
                .OfType<string>(),
        ];

        async Task<string?> SilenceAsync(BinlogNode drainer, CancellationToken token)
        {
            var (_, problem) = ServiceAddress.TryParse(drainer.Address, out var at)
                ? await Asking.TryAsync(() => targets.Binlog.DrainerAsync(at, token))
                : (null, "Its address cannot be read.");
            return problem is null ? null
                : $"Drainer {drainer.NodeId} ({drainer.Address}) is registered as online and does not answer, and "
                    + $"{about.Name} cannot start without notifying it. {problem} Start the drainer, or run `binlogctl "
                    + $"-cmd update-drainer -node-id {drainer.NodeId} -state paused`.";
        }
    }

    private async Task<IReadOnlyList<string>> PdAsync(DatabaseInstance about, CancellationToken cancellationToken)
    {
        var pd = targets.Pd;
        var problems = new List<string>();
        foreach (var member in targets.Spec.Of(DatabaseComponent.PD).Where(i => i.Name != about.Name))
        {
            if (!await pd.IsHealthyAsync(targets.Spec.Service(member), cancellationToken))
            {
                problems.Add(
                    $"PD member {member.Name} does not report that it is healthy (GET "
                    + $"{targets.Spec.Service(member)}/health, expected {{\"health\":\"true\"}}). Start it, or find "
                    + "out why it has no quorum.");
            }
        }

        var members = await pd.MembersAsync(cancellationToken);
        if (!members.IsSettled)
        {
            problems.Add(
                $"PD leadership is moving: PD's leader is {members.Leader?.Name ?? "none"}, etcd's leader is "
                + $"{members.EtcdLeader?.Name ?? "none"}, expected the same member. If that does not end, check the "
                + "network between the PD members.");
        }

        return problems;
    }

    // Replicas that are down, missing or pending elsewhere are normal while data is written. The stop of another
    // component takes no replica away.
    private async Task<IReadOnlyList<string>> StoresAsync(
        DatabaseInstance about, List<DatabaseInstance> down, CancellationToken cancellationToken)
    {
        var stores = await targets.Pd.StoresAsync(cancellationToken);
        var own = stores
            .Where(s => !s.IsTombstone && down.Any(i => targets.Spec.Service(i).Is(s.Address)))
            .ToList();
        var problems = stores
            .Where(s => !s.IsTombstone && !s.IsUp && !own.Contains(s))
            .Select(s => $"Store {s.Id} ({s.Address}) is {s.State}, expected Up. Start it. If it is lost for good, run "
                + $"`pd-ctl store delete {s.Id}`"
                + (targets.Spec.Of(DatabaseComponent.TiKV).FirstOrDefault(
                    i => targets.Spec.Service(i).Is(s.Address)) is { } instance
                    ? $", wait until it is Tombstone, then add {instance.Name} to spec.removedInstances."
                    : "."))
            .ToList();
        if (about.Component == DatabaseComponent.TiKV && own.Count > 0)
        {
            var regions = await RegionSurvey.WithoutAsync(
                targets, own.Select(s => s.Id).ToHashSet(), stores, cancellationToken);
            if (regions.AtRisk.Count > 0)
            {
                problems.Add($"Without {string.Join(", ", down.Select(i => i.Name))}, {regions.AtRiskText} would lose "
                    + "the quorum of replicas that are up to date. Start the stores of their other replicas, or wait "
                    + $"until PD has repaired them (`pd-ctl region {regions.AtRisk[0]}`).");
            }
        }

        return problems;
    }
}
