using System.Globalization;
using System.Net.Http;
using System.Text.Json;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Pumps and drainers over HTTP (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="http">The transport.</param>
internal sealed class BinlogClient(IServiceHttp http)
{
    /// <summary>All pumps, as one of them knows them: GET /status.</summary>
    /// <exception cref="TiDbApiException">No usable answer, or the pump's own ErrMsg.</exception>
    /// <exception cref="ServiceException">No answer.</exception>
    public async Task<IReadOnlyList<BinlogNode>> PumpsAsync(Endpoint pump, CancellationToken cancellationToken) => StrictJson.Read<IReadOnlyList<BinlogNode>>(
        await http.GetAsync(pump.Host, pump.Port, "/status", cancellationToken),
        $"GET {pump}/status",
        root => root.OptionalText("ErrMsg") is { Length: > 0 } error
            ? throw new FormatException(error)
            : [.. (root.Member("status") is { ValueKind: JsonValueKind.Object } all ? all : throw new FormatException("\"status\" is no object")).EnumerateObject().Select(n => Node(n.Value))]);

    /// <summary>How far a drainer is.</summary>
    public async Task<DrainerStatus> DrainerAsync(Endpoint drainer, CancellationToken cancellationToken) => StrictJson.Read(
        await http.GetAsync(drainer.Host, drainer.Port, "/status", cancellationToken),
        $"GET {drainer}/status",
        root => new DrainerStatus(root.Member("Synced").GetBoolean(), root.Id("LastTS")));

    /// <summary>
    /// Has a pump pause: it flushes, says "paused" and ends. HTTP 200 is no success: the code in the body is
    /// (docs/research/tidb.md#rules). One that is paused or about to be is accepted.
    /// </summary>
    /// <exception cref="TiDbApiException">Refused; its words are in the message.</exception>
    public async Task PauseAsync(Endpoint pump, string nodeId, CancellationToken cancellationToken)
    {
        var path = $"/state/{Uri.EscapeDataString(nodeId)}/pause";
        var answer = await http.SendAsync(HttpMethod.Put, pump.Host, pump.Port, path, null, cancellationToken);
        var (code, message) = StrictJson.Read(answer, $"PUT {pump}{path}", root => (root.Member("code").GetInt64(), root.OptionalText("message") ?? ""));
        if (code != 200 && !message.Contains("state is paus", StringComparison.Ordinal))
        {
            throw new TiDbApiException(Reasons.StepFailed, string.Create(CultureInfo.InvariantCulture, $"PUT {pump}{path} was answered 200 with code {code}: {message}"), answer.Status);
        }
    }

    private static BinlogNode Node(JsonElement node) => new(node.Text("nodeId"), node.Text("host"), node.Text("state"));
}
