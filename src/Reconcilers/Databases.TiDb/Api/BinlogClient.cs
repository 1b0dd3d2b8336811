using System.Globalization;
using System.Net.Http;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Pumps and drainers over HTTP (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="http">The transport.</param>
internal sealed class BinlogClient(IServiceHttp http)
{
    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>All pumps, as one of them reports them: GET /status.</summary>
    /// <exception cref="TiDbApiException">No usable answer, or the pump's own ErrMsg.</exception>
    /// <exception cref="ServiceException">No answer.</exception>
    public async Task<IReadOnlyList<BinlogNode>> PumpsAsync(Endpoint pump, CancellationToken cancellationToken) =>
        TiDbAnswers.Read(
            await http.GetAsync(pump.Host, pump.Port, "/status", cancellationToken),
            $"GET {pump}/status",
            Json.Pumps,
            Nodes);

    /// <summary>How far a drainer has replicated.</summary>
    public async Task<DrainerStatus> DrainerAsync(Endpoint drainer, CancellationToken cancellationToken) =>
        TiDbAnswers.Read(
            await http.GetAsync(drainer.Host, drainer.Port, "/status", cancellationToken),
            $"GET {drainer}/status",
            Json.Drainer,
            status => new DrainerStatus(status.IsSynced, status.LastTs));

    /// <summary>
    /// Pauses a pump: it flushes, reports "paused" and exits. The code in the body shows success, not HTTP 200
    /// (docs/research/tidb.md#rules). A pump that is paused or pausing is accepted.
    /// </summary>
    /// <exception cref="TiDbApiException">Refused; the message has its words.</exception>
    public async Task PauseAsync(Endpoint pump, string nodeId, CancellationToken cancellationToken)
    {
        var path = $"/state/{Uri.EscapeDataString(nodeId)}/pause";
        var answer = await http.SendAsync(HttpMethod.Put, pump.Host, pump.Port, path, null, cancellationToken);
        var (code, message) = TiDbAnswers.Read(
            answer, $"PUT {pump}{path}", Json.Change, change => (change.Code, change.Message ?? ""));
        if (code != 200 && !message.Contains("state is paus", StringComparison.Ordinal))
        {
            throw new TiDbApiException(
                Reasons.StepFailed,
                string.Create(
                    CultureInfo.InvariantCulture, $"PUT {pump}{path} was answered 200 with code {code}: {message}"),
                answer.Status);
        }
    }

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
