using System.Collections.Concurrent;
using k8s.Authentication;
using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// An API server over HTTP that has one Lease, <c>ops/operator</c>, and is as strict as kube-apiserver: a write needs
/// the present resourceVersion and times with six digits. A client is known by its user agent.
/// </summary>
internal sealed partial class LeaseServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentBag<k8s.Kubernetes> _clients = [];
    private readonly ConcurrentQueue<string> _answered = new();
    private JsonObject? _lease;
    private int _version;

    private LeaseServer(FakeApiServer http) => Http = http;

    public FakeApiServer Http { get; }

    /// <summary>Called with method and client before a request is carried out. An exception cuts the
    /// connection.</summary>
    public Func<string, string, Task>? Before { get; set; }

    /// <summary>As <see cref="Before"/>, after it was carried out and before it is answered.</summary>
    public Func<string, string, Task>? After { get; set; }

    public string? Holder => Spec("holderIdentity")?.GetValue<string>();

    public int? Transitions => Spec("leaseTransitions")?.GetValue<int>();

    public int? DurationSeconds => Spec("leaseDurationSeconds")?.GetValue<int>();

    public static async Task<LeaseServer> StartAsync()
    {
        var server = new LeaseServer(await FakeApiServer.StartAsync());
        server.Http.Otherwise(server.AnswerAsync);
        return server;
    }

    public static Task Down(string method, string client) => throw new IOException("The network is down.");

    /// <summary>Goes down; ends when the request that was under way has its answer.</summary>
    public async Task GoDownAsync()
    {
        var refused = 0;
        Before = (method, client) =>
        {
            refused++;
            return Down(method, client);
        };
        await Wait.UntilAsync(() => refused > 1);
    }

    public k8s.Kubernetes Connect(string client, ITokenProvider? tokens = null)
    {
        var kubernetes = PackageClient.Create(
            new k8s.KubernetesClientConfiguration { Host = Http.Address.AbsoluteUri, TokenProvider = tokens },
            new KubernetesClientOptions { UserAgent = client, MaxAnswerBytes = 64 * 1024 },
            TimeProvider.System);
        _clients.Add(kubernetes);
        return kubernetes;
    }

    /// <summary>How often the requests of a client were carried out and answered: <c>GET a</c>.</summary>
    public int Answered(string request) => _answered.Count(r => r == request);

    /// <summary>Ends when a request that begins after this call was answered.</summary>
    public async Task NextAsync(string request)
    {
        var before = Answered(request);
        await Wait.UntilAsync(() => Answered(request) >= before + 2);
    }

    /// <summary>Writes the Lease as another client does; null deletes it.</summary>
    public void Write(string? spec)
    {
        lock (_lock)
        {
            _lease = spec is null ? null : Stored(new JsonObject { ["spec"] = JsonNode.Parse(spec) });
        }
    }

    public void Hold(string holder, string more = "") =>
        Write($$"""{"holderIdentity":"{{holder}}","leaseDurationSeconds":15{{more}}}""");

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Http.DisposeAsync();
    }

    private JsonNode? Spec(string member)
    {
        lock (_lock)
        {
            return _lease?["spec"]?[member];
        }
    }

    private JsonObject Stored(JsonObject lease)
    {
        lease["apiVersion"] = "coordination.k8s.io/v1";
        lease["kind"] = "Lease";
        lease["metadata"] = new JsonObject
        {
            ["name"] = "operator",
            ["namespace"] = "ops",
            ["uid"] = _lease?["metadata"]!["uid"]!.GetValue<string>() ?? $"u{_version}",
            ["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture),
        };
        return lease;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var method = context.Request.Method;
        var client = context.Request.Headers.UserAgent.ToString();
        try
        {
            await (Before?.Invoke(method, client) ?? Task.CompletedTask).WaitAsync(context.RequestAborted);
            var body = method == "GET" ? null : await JsonNode.ParseAsync(context.Request.Body);
            var (code, answer) = CarryOut(method, body as JsonObject);
            await (After?.Invoke(method, client) ?? Task.CompletedTask).WaitAsync(context.RequestAborted);
            context.Response.StatusCode = code;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer, context.RequestAborted);
            _answered.Enqueue($"{method} {client}");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private (int Code, string Answer) CarryOut(string method, JsonObject? body)
    {
        lock (_lock)
        {
            if (method == "POST" ? _lease is not null : _lease is null)
            {
                return method == "POST" ? Refuse(409, "AlreadyExists") : Refuse(404, "NotFound");
            }

            if (method == "GET")
            {
                return (200, _lease!.ToJsonString());
            }

            if (new[] { "acquireTime", "renewTime" }.Any(t => !MicroTime().IsMatch($"{body!["spec"]![t]}")))
            {
                return Refuse(400, "BadRequest");
            }

            var version = body!["metadata"]!["resourceVersion"]?.GetValue<string>();
            if (method == "PUT" && version != _lease!["metadata"]!["resourceVersion"]!.GetValue<string>())
            {
                return version is null ? Refuse(422, "Invalid") : Refuse(409, "Conflict");
            }

            _lease = Stored(body);
            return (200, _lease.ToJsonString());
        }
    }

    private static (int Code, string Answer) Refuse(int code, string reason) =>
        (code, FakeApiServer.Status(code, reason));

    [GeneratedRegex(@"\.\d{6}Z$")]
    private static partial Regex MicroTime();
}
