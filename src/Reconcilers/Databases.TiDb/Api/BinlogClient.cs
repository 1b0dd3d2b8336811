namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Pumps and drainers over HTTP (docs/research/tidb.md#pump-and-drainer).</summary>
internal sealed class BinlogClient(IServiceHttp http)
{
    /// <summary>All pumps, as one of them reports them: GET /status.</summary>
    /// <exception cref="TiDbApiException">No usable answer, or the pump's own ErrMsg.</exception>
    public Task<IReadOnlyList<BinlogNode>> PumpsAsync(Endpoint pump, CancellationToken cancellationToken) =>
        http.GetAsync(pump, "/status", TiDbJsonContext.Default.Pumps, Nodes, cancellationToken);

    public Task<DrainerStatus> DrainerAsync(Endpoint drainer, CancellationToken cancellationToken) =>
        http.GetAsync(drainer, "/status", TiDbJsonContext.Default.Drainer, status => status, cancellationToken);

    private static IReadOnlyList<BinlogNode> Nodes(PumpsWire pumps) =>
        pumps.Error is { Length: > 0 } error ? throw new FormatException(error)
        : pumps.Nodes is not { } nodes ? throw new FormatException("it has no status")
        : TiDbAnswers.Entries(nodes.Values);
}

/// <summary>A pump or drainer as it is registered (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="Address">HOST:PORT.</param>
/// <param name="State">online, pausing, paused, closing, offline. A killed one is left at "online".</param>
internal sealed record BinlogNode(
    [property: JsonPropertyName("nodeId")] string NodeId,
    [property: JsonPropertyName("host")] string Address,
    string State)
{
    public bool IsOnline => State == "online";

    public bool IsOffline => State == "offline";
}

/// <summary>GET /status of a drainer (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="IsSynced">Whether everything it has read is downstream.</param>
/// <param name="LastTs">The last commit it has carried over, a TSO: unsigned 64 bits.</param>
internal sealed record DrainerStatus(
    [property: JsonPropertyName("Synced")] bool IsSynced, [property: JsonPropertyName("LastTS")] ulong LastTs);

/// <summary>GET /status of a pump (docs/research/tidb.md#pump-and-drainer).</summary>
internal sealed record PumpsWire(
    [property: JsonPropertyName("ErrMsg")] string? Error = null,
    [property: JsonPropertyName("status")] Dictionary<string, BinlogNode?>? Nodes = null);
