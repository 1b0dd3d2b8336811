namespace Drydock.Lab;

/// <summary>
/// A fault proxy in front of a <see cref="ControlPlane"/>. Clients authenticate with bearer tokens, which pass (client
/// certificates cannot). Leases, events and reviews are not acts, because they depend on the time and would shift the
/// numbers.
/// </summary>
public sealed class KubeFaultProxy : HttpFaultProxy
{
    /// <summary>The default name in the ledger.</summary>
    public const string DefaultName = "kube";

    private readonly ControlPlane _controlPlane;
    private readonly ConcurrentDictionary<string, byte[]> _pinned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<HttpExchange, bool> _watches = new();
    private volatile Func<string, bool>? _pins;
    private int _watchEvents;

    public KubeFaultProxy(LabRun run, ControlPlane controlPlane, FaultLedger? ledger = null, string name = DefaultName)
        : base(run, name, ledger, controlPlane.Namespace.Address, new Uri(controlPlane.Server).Port, mutual: null)
    {
        _controlPlane = controlPlane;
    }

    /// <summary>The URL for kubeconfigs.</summary>
    public string Server => FormattableString.Invariant($"https://{Address}:{Port}");

    /// <summary>Decides the fault for each watch event; null lets all pass.</summary>
    public Func<WatchEvent, WatchFault>? OnWatchEvent { get; set; }

    /// <summary>Number of open watches of this proxy.</summary>
    public int OpenWatches => _watches.Count;

    /// <summary>Writes a kubeconfig with all rights that goes through this proxy.</summary>
    /// <returns>Path of the kubeconfig.</returns>
    public string WriteAdminKubeconfig(string targetPath) => _controlPlane.WriteAdminKubeconfig(targetPath, Server);

    /// <summary>
    /// Makes all open watches half open: the client gets no more events and no end. Watches that are opened later work.
    /// </summary>
    public void SilenceWatches()
    {
        foreach (var watch in _watches.Keys)
        {
            _watches.TryUpdate(watch, true, false);
        }
    }

    /// <summary>
    /// Serves stale reads: from now on the first answer to each matching GET is repeated until <see
    /// cref="UnpinReads"/>.
    /// </summary>
    /// <param name="path">Selects the paths (without query).</param>
    public void PinReads(Func<string, bool> path)
    {
        _pinned.Clear();
        _pins = path;
    }

    /// <summary>Ends <see cref="PinReads"/>.</summary>
    public void UnpinReads() => _pins = null;

    private protected override bool DefaultIsAct(string method, string path) =>
        method is not ("GET" or "HEAD" or "OPTIONS")
        && !path.Contains("/leases", StringComparison.Ordinal)
        && !path.EndsWith("/events", StringComparison.Ordinal)
        && !path.Contains("/events/", StringComparison.Ordinal)
        && !path.EndsWith("reviews", StringComparison.Ordinal)
        && !path.EndsWith("/token", StringComparison.Ordinal);

    private protected override async Task<bool> TryAnswerReadAsync(
        HttpExchange exchange, CancellationToken cancellationToken)
    {
        if (!IsPinned(exchange) || !_pinned.TryGetValue(exchange.Request.PathAndQuery, out var answer))
        {
            return false;
        }

        await exchange.WriteToClientAsync(answer);
        return true;
    }

    private protected override Action<HttpHead, byte[]>? KeepRead(HttpExchange exchange) =>
        IsPinned(exchange)
            ? (head, body) => _pinned[exchange.Request.PathAndQuery] = Message(head, body)
            : null;

    private protected override async Task CopyResponseAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        if (!IsWatch(exchange.Request) || exchange.Response.Status != 200 || !exchange.Response.IsChunked)
        {
            await base.CopyResponseAsync(exchange, cancellationToken);
            return;
        }

        _watches[exchange] = false;
        try
        {
            await exchange.CopyLinesAsync(line => OnLineAsync(exchange, line, cancellationToken), cancellationToken);
        }
        finally
        {
            _watches.TryRemove(exchange, out _);
        }
    }

    private static byte[] Message(HttpHead head, byte[] body)
    {
        var encoding = head.Header("Content-Encoding") is { } value ? $"Content-Encoding: {value}\r\n" : "";
        var text = FormattableString.Invariant(
            $"HTTP/1.1 {head.Status} OK\r\nContent-Type: {head.Header("Content-Type")
                ?? "application/json"}\r\n{encoding}Content-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(text), .. body];
    }

    private static bool IsWatch(HttpHead request) =>
        request.Method == "GET" && request.Query.Split('&').Any(part => part is "watch=true" or "watch=1" or "watch");

    private bool IsPinned(HttpExchange exchange) =>
        exchange.Request.Method == "GET" && !IsWatch(exchange.Request) && _pins?.Invoke(exchange.Request.Path) == true;

    private async Task<string?> OnLineAsync(HttpExchange exchange, string line, CancellationToken cancellationToken)
    {
        if (_watches.TryGetValue(exchange, out var silent) && silent)
        {
            return null;
        }

        if (OnWatchEvent is not { } decide)
        {
            return line;
        }

        var json = line.TrimEnd('\n');
        var fault = decide(
            new WatchEvent(Interlocked.Increment(ref _watchEvents), exchange.Request.PathAndQuery, TypeOf(json), json));
        switch (fault)
        {
            case WatchFault.ReplaceFault replace:
                return string.Concat(Enumerable.Repeat((replace.Json ?? json) + "\n", replace.Times));
            case WatchFault.HoldFault hold:
                await hold.Gate.WaitAsync(cancellationToken);
                return line;
            case WatchFault.HalfOpenFault:
                return null;
            default:
                throw new IOException("The lab cuts this watch");
        }
    }

    private static string TypeOf(string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("type", out var type) ? type.GetString() ?? "" : "";
    }
}
