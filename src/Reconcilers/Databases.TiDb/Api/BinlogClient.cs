namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Pumps and drainers over HTTP (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="http">The transport.</param>
internal sealed class BinlogClient(IServiceHttp http)
{
    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>All pumps, as one of them reports them: GET /status.</summary>
    /// <exception cref="TiDbApiException">No usable answer, or the pump's own ErrMsg.</exception>
    public async Task<IReadOnlyList<BinlogNode>> PumpsAsync(Endpoint pump, CancellationToken cancellationToken) =>
        TiDbAnswers.Read(
            await http.GetAsync(pump.Host, pump.Port, "/status", cancellationToken),
            $"GET {pump}/status",
            Json.Pumps,
            Nodes);

    public async Task<DrainerStatus> DrainerAsync(Endpoint drainer, CancellationToken cancellationToken) =>
        TiDbAnswers.Read(
            await http.GetAsync(drainer.Host, drainer.Port, "/status", cancellationToken),
            $"GET {drainer}/status",
            Json.Drainer,
            status => new DrainerStatus(status.IsSynced, status.LastTs));

    private static IReadOnlyList<BinlogNode> Nodes(BinlogWire.Pumps pumps)
    {
        if (pumps.Error is { Length: > 0 } error)
        {
            throw new FormatException(error);
        }

        var nodes = pumps.Nodes ?? throw new FormatException("it has no status");
        return [.. nodes.Values.Select(Node)];
    }

    private static BinlogNode Node(BinlogWire.Node? node) => node is null
        ? throw new FormatException("a node is null")
        : new BinlogNode(node.NodeId, node.Host, node.State);
}
