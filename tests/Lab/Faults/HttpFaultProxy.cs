using System.Net.Security;
using System.Net.Sockets;

using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Docker;

namespace Drydock.Lab;

/// <summary>
/// A TLS-terminating HTTP/1.1 proxy that forwards bytes unchanged: keep-alive, chunked bodies, upgrades, hijacked and
/// endless streams. Every client connection has its own connection to the server, so no request is ever retried or
/// reordered.
/// </summary>
public abstract class HttpFaultProxy : FaultProxy
{
    private const int HeldBody = 1 << 20;
    private readonly X509Certificate2 _certificate;
    private readonly Lazy<X509Certificate2> _foreign;
    private readonly X509Certificate2 _authority;
    private readonly string _upstreamHost;
    private readonly int _upstreamPort;
    private readonly X509Certificate2? _clientCertificate;

    private protected HttpFaultProxy(
        LabRun run, string name, FaultLedger? ledger, string upstreamHost, int upstreamPort, LabCredentials? mutual)
        : base(run, name, ledger)
    {
        var credentials = run.Authority.Issue(
            run.FolderFor("proxies"), FormattableString.Invariant($"{name}-{Port}"), name,
            hosts: [Address, "127.0.0.1", "localhost"]);
        _certificate = credentials.Load();
        _foreign = new(() =>
        {
            using var stranger = new LabCertificateAuthority("drydock-lab-stranger");
            return stranger.Issue(
                run.FolderFor("proxies"), FormattableString.Invariant($"{name}-{Port}-foreign"), name, hosts: [Address])
                .Load();
        });
        _authority = run.Authority.PublicCertificate;
        _upstreamHost = upstreamHost;
        _upstreamPort = upstreamPort;
        _clientCertificate = mutual?.Load();
        IsAct = DefaultIsAct;
        Begin();
    }

    /// <summary>While true, new connections get a certificate of an authority that no client trusts.</summary>
    public bool PresentsForeignCertificate { get; set; }

    /// <summary>
    /// Selects the requests that count as acts (method, path); by default every change except those that the derived
    /// proxy excludes.
    /// </summary>
    public Func<string, string, bool> IsAct { get; set; }

    /// <summary>
    /// Decides the action for each request that is not an act (method, path), before it reaches the server; null lets
    /// all pass. A point of such a request has number 0.
    /// </summary>
    public Func<string, string, FaultAction>? OnRead { get; set; }

    private protected abstract bool DefaultIsAct(string method, string path);

    /// <summary>Forwards a response body after its head was forwarded.</summary>
    private protected virtual Task CopyResponseAsync(HttpExchange exchange, CancellationToken cancellationToken) =>
        exchange.CopyResponseAsync(cancellationToken);

    /// <summary>May answer a request that is not an act.</summary>
    private protected virtual Task<bool> TryAnswerReadAsync(
        HttpExchange exchange, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    /// <summary>May observe the answer to a request that is not an act; null to skip it.</summary>
    private protected virtual Action<HttpHead, byte[]>? KeepRead(HttpExchange exchange) => null;

    /// <summary>The target of an act, as ledgers name it: the path.</summary>
    private protected virtual string TargetOf(HttpExchange exchange) => exchange.Request.Path;

    /// <summary>May observe the answer to an act; null to skip it.</summary>
    private protected virtual Action<byte[]>? KeepAct(HttpExchange exchange) => null;

    private protected override async Task ServeAsync(ProxyConnection connection, CancellationToken cancellationToken)
    {
        await using var clientTls = new HalfClosableTlsStream(new NetworkStream(connection.Client, ownsSocket: false));
        await clientTls.AuthenticateAsServerAsync(ServerOptions(), cancellationToken);
        var client = new WireReader(clientTls);
        WireReader? server = null;
        try
        {
            while (await client.ReadHeadAsync(cancellationToken) is { } request)
            {
                await ThawedAsync(cancellationToken);
                if (request.ExpectsContinue)
                {
                    await clientTls.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
                }

                var exchange = new HttpExchange(request, client, ThawedAsync);
                await exchange.HoldBodyAsync(HeldBody, cancellationToken);
                var act = IsAct(request.Method, request.Path)
                    ? Ledger.Record(Name, request.Method, TargetOf(exchange), exchange.Digest)
                    : null;
                var action =
                    act is null ? await StrikeReadAsync(request) : await Ledger.StrikeAsync(act, FaultSide.Before);
                if (action is not FaultAction.PassAction)
                {
                    await exchange.DiscardBodyAsync(cancellationToken);
                }
                else if (act is not null || !await TryAnswerReadAsync(exchange, cancellationToken))
                {
                    server ??= await ConnectAsync(connection, cancellationToken);
                    await exchange.SendAsync(server, cancellationToken);
                    action = await AnswerAsync(exchange, act, cancellationToken);
                }

                if (!await FinishAsync(connection, exchange, action, cancellationToken))
                {
                    break;
                }
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                await clientTls.ShutdownAsync();
            }
        }
        finally
        {
            if (server is not null)
            {
                await server.Stream.DisposeAsync();
            }
        }
    }

    private async Task<FaultAction> StrikeReadAsync(HttpHead request)
    {
        var action = OnRead?.Invoke(request.Method, request.Path) ?? FaultAction.Pass;
        var point = new FaultPoint(new FaultAct(Name, 0, request.Method, request.Path, ""), FaultSide.Before);
        return await FaultLedger.RunAsync(action, point);
    }

    // Returns the action that remains after the server has answered.
    private async Task<FaultAction> AnswerAsync(
        HttpExchange exchange, FaultAct? act, CancellationToken cancellationToken)
    {
        var head = await exchange.ReceiveAsync(cancellationToken);
        if (act is not null)
        {
            // "After" means that the server is done, so an answer that streams progress is read to its end first.
            var answered = exchange.IsEndless ? null : KeepAct(exchange);
            if (answered is not null || (!exchange.IsEndless && Ledger.WouldStrike(act, FaultSide.After)))
            {
                await exchange.HoldResponseAsync(cancellationToken);
                answered?.Invoke(exchange.HeldResponse ?? []);
            }

            var action = await Ledger.StrikeAsync(act, FaultSide.After);
            if (action is not FaultAction.PassAction)
            {
                return action;
            }
        }

        if (act is null && KeepRead(exchange) is { } keep && !exchange.IsEndless)
        {
            await exchange.HoldResponseAsync(cancellationToken);
            keep(head, exchange.HeldResponse ?? []);
        }

        await ThawedAsync(cancellationToken);
        await exchange.WriteHeadAsync(cancellationToken);
        await CopyResponseAsync(exchange, cancellationToken);
        return FaultAction.Pass;
    }

    // Returns whether the connection can carry another request.
    private static async Task<bool> FinishAsync(
        ProxyConnection connection, HttpExchange exchange, FaultAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case FaultAction.PassAction:
                return !exchange.Ends;
            case FaultAction.AnswerAction answer:
                var body = answer.Body ?? KubernetesStatus(answer.Code);
                await exchange.WriteToClientAsync(Encoding.UTF8.GetBytes(
                    FormattableString.Invariant(
                        $"HTTP/1.1 {answer.Code} Fault\r\nContent-Type: application/{(body.StartsWith('<')
                            ? "xml"
                            : "json")}\r\nContent-Length: {Encoding.UTF8.GetByteCount(
                            body)}\r\nConnection: close\r\n\r\n{body}")));
                return false;
            case FaultAction.SayAction said:
                await exchange.WriteToClientAsync(said.Wire);
                while (said.Endless is { } piece && !cancellationToken.IsCancellationRequested)
                {
                    await exchange.WriteToClientAsync(piece);
                }

                return false;
            case FaultAction.HangAction:
                await exchange.HangAsync(cancellationToken);
                return false;
            default:
                connection.Abort();
                return false;
        }
    }

    private static string KubernetesStatus(int code)
    {
        var reason = code switch
        {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            409 => "Conflict",
            410 => "Expired",
            429 => "TooManyRequests",
            503 => "ServiceUnavailable",
            504 => "Timeout",
            _ => "InternalError",
        };
        return FormattableString.Invariant(
            $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"fault injected by the lab","reason":"{{reason}}","code":{{code}}}""");
    }

    private async Task<WireReader> ConnectAsync(ProxyConnection connection, CancellationToken cancellationToken)
    {
        var tls = new HalfClosableTlsStream(await connection.ConnectAsync(_upstreamHost, _upstreamPort));
        var options = LabHttp.CreateSslOptions(_authority, _clientCertificate);
        options.TargetHost = _upstreamHost;
        await tls.AuthenticateAsClientAsync(options, cancellationToken);
        return new WireReader(tls);
    }

    private SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificate = PresentsForeignCertificate ? _foreign.Value : _certificate,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        ClientCertificateRequired = _clientCertificate is not null,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = _clientCertificate is null ? null : LabHttp.TrustOnly(_authority),
    };

    private protected override void DisposeCore()
    {
        _certificate.Dispose();
        if (_foreign.IsValueCreated)
        {
            _foreign.Value.Dispose();
        }

        _authority.Dispose();
        _clientCertificate?.Dispose();
    }
}
