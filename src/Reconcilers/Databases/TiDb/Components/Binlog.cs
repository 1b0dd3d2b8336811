namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Waits until the other pumps can take the writes of TiDB. The pump itself is paused by the SIGTERM that
/// stops it (<see cref="SwapInstance"/>).</summary>
internal sealed record DrainPump : DrainInstance, IWaitsOnly
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => WhileOldRunsAsync(context, async instance =>
    {
        var others = Spec.Of(DatabaseComponent.Pump).Where(i => i.Name != instance.Name).ToList();
        var known = await Targets.Binlog.PumpsAsync(Spec.Service(instance), cancellationToken);
        var missing = others
            .Where(o => !known.Any(n => n.IsOnline && Spec.Service(o).Is(n.Address)))
            .Select(o => o.Name)
            .ToList();
        return missing.Count > 0
            ? new Observation.Running($"Pumps that are not online: {string.Join(", ", missing)}.")
            : new Observation.Done(others.Count == 0
                ? "There is no other pump. Writes wait until this one has restarted."
                : $"{others.Count} other pumps are online.");
    }, cancellationToken);
}

/// <summary>A pump is verified when it reports itself online. The view of others may be stale if it was killed
/// (docs/project/research/tidb.md#pump-and-drainer).</summary>
internal sealed record VerifyPump : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        var own = Spec.Service(seen.Instance);
        var nodes = await Targets.Binlog.PumpsAsync(own, cancellationToken);
        var node = nodes.FirstOrDefault(n => own.Is(n.Address));
        return node is { IsOnline: true }
            ? null
            : new Observation.Running($"Pump {own} is {node?.State ?? "not registered"}.");
    }
}

/// <summary>Records how far a drainer has replicated before it is stopped (it is not part of tidb-ansible's rolling
/// update; docs/project/research/tidb.md#pump-and-drainer). It resumes from its own checkpoint.</summary>
internal sealed record DrainDrainer : DrainInstance, IWaitsOnly
{
    public const string LastTsFact = "lastTS";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => WhileOldRunsAsync(context, async instance =>
    {
        var status = await Targets.Binlog.DrainerAsync(Spec.Service(instance), cancellationToken);
        var lastTs = status.LastTs.ToString(CultureInfo.InvariantCulture);
        return new Observation.Done(
            $"Replicated up to TSO {lastTs}{(status.IsSynced ? ", synced" : "")}.", Entry(LastTsFact, lastTs));
    }, cancellationToken);
}

/// <summary>A drainer is verified when it answers and is registered as online.</summary>
internal sealed record VerifyDrainer : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        var own = Spec.Service(seen.Instance);
        await Targets.Binlog.DrainerAsync(own, cancellationToken);
        if (await Targets.Sql.DrainersAsync(cancellationToken) is not { } registered)
        {
            return null;
        }

        var node = registered.FirstOrDefault(n => own.Is(n.Address));
        return node is { IsOnline: true }
            ? null
            : new Observation.Running($"Drainer {own} is {node?.State ?? "not registered"}.");
    }
}

/// <summary>Every pump is online, pump -V and drainer -V report the new version where they are installed
/// (docs/project/research/tidb.md#pump-and-drainer), and drainers answer.</summary>
[Step("binlog", "Check pumps and drainers")]
internal sealed record CheckBinlog : FinalCheck, IWaitsOnly
{
    public const string SkippingFact = "skippingBinlog";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var problems = new List<string>();
        foreach (var pump in Spec.Of(DatabaseComponent.Pump))
        {
            var own = Spec.Service(pump);
            var nodes = await Targets.Binlog.PumpsAsync(own, cancellationToken);
            var node = nodes.FirstOrDefault(n => own.Is(n.Address));
            if (node is not { IsOnline: true })
            {
                problems.Add($"Pump {own} is {node?.State ?? "not registered"}.");
            }

            problems.AddRange(await VersionAsync(pump, cancellationToken));
        }

        foreach (var drainer in Spec.Of(DatabaseComponent.Drainer))
        {
            await Targets.Binlog.DrainerAsync(Spec.Service(drainer), cancellationToken);
            problems.AddRange(await VersionAsync(drainer, cancellationToken));
        }

        var skipping = await SkippingAsync(Targets, cancellationToken);
        return problems.Count == 0
            ? skipping.Count == 0
                ? new Observation.Done("Pumps and drainers are online.")
                : new Observation.Done(
                    $"Pumps and drainers are online. {string.Join(" ", skipping.Select(SkipWarning))}",
                    Entry(SkippingFact, string.Join(", ", skipping)))
            : new Observation.Running(string.Join(" ", problems));
    });

    // The version of the program that the process runs, wherever it is installed.
    private async Task<IEnumerable<string>> VersionAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.Executable is not { } path)
        {
            return [$"{instance.Name} is not running."];
        }

        var asked = await ToolOutput.AskAsync(Targets.Hosts.Files(instance.Host), path, cancellationToken);
        return TiDbVersion.Same(asked.Version ?? "", Spec.ToVersion)
            ? []
            : [$"`{path} -V` on {instance.Host} reports {asked}."];
    }

    /// <summary>TiDB servers that write no binlog any more because a write failed (binlog.ignore-error): the replica
    /// downstream lacks their changes. Read from binlog_status of GET /info: the path /binlog/recover is never asked,
    /// because it ends the skipping in the versions that are upgraded
    /// (docs/project/research/tidb.md#tidb-server).</summary>
    public static async Task<List<string>> SkippingAsync(TiDbTargets targets, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var server in targets.Spec.Of(DatabaseComponent.TiDB))
        {
            if ((await targets.Tidb.InfoAsync(targets.Spec.Status(server), cancellationToken)).SkipsBinlog)
            {
                names.Add(server.Name);
            }
        }

        return names;
    }

    public static string SkipWarning(string server) =>
        $"{server} SKIPS BINLOG since a write to the pumps failed: the replica downstream lacks changes, whether or "
        + "not the upgrade runs. Compare it with the source and load what is missing.";
}

/// <summary>Pumps and drainers over HTTP (docs/project/research/tidb.md#pump-and-drainer).</summary>
internal sealed class BinlogClient(IServiceHttp http)
{
    /// <summary>All pumps, as one of them reports them: GET /status.</summary>
    /// <exception cref="TiDbApiException">No usable answer, or the pump's own ErrMsg.</exception>
    public Task<IReadOnlyList<BinlogNode>> PumpsAsync(ServiceAddress pump, CancellationToken cancellationToken) =>
        http.GetAsync(pump, "/status", TiDbJsonContext.Default.Pumps, Nodes, cancellationToken);

    public Task<DrainerStatus> DrainerAsync(ServiceAddress drainer, CancellationToken cancellationToken) =>
        http.GetAsync(drainer, "/status", TiDbJsonContext.Default.Drainer, status => status, cancellationToken);

    private static IReadOnlyList<BinlogNode> Nodes(PumpsWire pumps) =>
        pumps.Error is { Length: > 0 } error ? throw new FormatException(error)
        : pumps.Nodes is not { } nodes ? throw new FormatException("it has no status")
        : TiDbAnswers.Entries(nodes.Values);
}

/// <summary>A pump or drainer as it is registered (docs/project/research/tidb.md#pump-and-drainer).</summary>
/// <param name="Address">HOST:PORT.</param>
/// <param name="State">online, pausing, paused, closing, offline. A killed one is left at "online".</param>
internal sealed record BinlogNode(
    [property: JsonPropertyName("nodeId")] string NodeId, [property: JsonPropertyName("host")] string Address,
    string State)
{
    public bool IsOnline => State == "online";
    public bool IsOffline => State == "offline";
}

/// <summary>GET /status of a drainer (docs/project/research/tidb.md#pump-and-drainer).</summary>
/// <param name="IsSynced">Whether everything it has read is downstream.</param>
/// <param name="LastTs">The last commit it has carried over, a TSO: unsigned 64 bits.</param>
internal sealed record DrainerStatus(
    [property: JsonPropertyName("Synced")] bool IsSynced, [property: JsonPropertyName("LastTS")] ulong LastTs);

/// <summary>GET /status of a pump (docs/project/research/tidb.md#pump-and-drainer).</summary>
internal sealed record PumpsWire(
    [property: JsonPropertyName("ErrMsg")] string? Error = null,
    [property: JsonPropertyName("status")] Dictionary<string, BinlogNode?>? Nodes = null);
