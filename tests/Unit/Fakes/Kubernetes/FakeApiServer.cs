using System.Collections.Concurrent;
using System.Threading.Channels;
using k8s.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// An HTTP server on loopback that answers what a test tells it to, misbehaviour included, and tells what it was asked.
/// </summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly Channel<string> _requests = Channel.CreateUnbounded<string>();
    private Func<HttpContext, Task>? _otherwise;

    private FakeApiServer(WebApplication app) => _app = app;

    public Uri Address =>
        new(
            _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
            + "/");

    public static async Task<FakeApiServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeApiServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public KubernetesClient Client(
        KubernetesClientOptions? options = null, ITokenProvider? tokens = null, TimeProvider? time = null) =>
        new(
            new k8s.KubernetesClientConfiguration { Host = Address.AbsoluteUri, TokenProvider = tokens },
            RuntimeWorld.Json,
            options ?? new KubernetesClientOptions { RetryDelay = TimeSpan.FromMilliseconds(1) },
            time);

    /// <summary>The next request that no earlier answer is for is answered like this.</summary>
    public FakeApiServer Then(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public FakeApiServer Then(int code, string body, params (string Name, string Value)[] headers) =>
        Then(context => WriteAsync(context, code, body, headers));

    /// <summary>Requests beyond the script are answered like this.</summary>
    public FakeApiServer Otherwise(Func<HttpContext, Task> answer)
    {
        _otherwise = answer;
        return this;
    }

    /// <summary>The next request that came in: method, path, query.</summary>
    public Task<string> NextRequestAsync() => _requests.Reader.ReadAsync().Bounded();

    public int RequestsWaiting => _requests.Reader.Count;

    public static string Status(int code, string reason, string message = "because") =>
        $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}}""";

    public static string Widget(string name, string version, string uid = "u1", string more = "") =>
        $$$"""{"apiVersion":"test.drydock.dev/v1","kind":"Widget","metadata":{"name":"{{{name}}}","namespace":"default","uid":"{{{uid}}}","resourceVersion":"{{{version}}}"}{{{more}}}}""";

    public static string List(string version, params string[] items) =>
        $$"""{"metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(",", items)}}]}""";

    public static string Event(string type, string entity) => $$"""{"type":"{{type}}","object":{{entity}}}""" + "\n";

    public static string Bookmark(string version) =>
        Event("BOOKMARK", $$$"""{"kind":"Widget","metadata":{"resourceVersion":"{{{version}}}"}}""");

    /// <summary>Sends texts one by one as they stand and then ends as <paramref name="end"/> says.</summary>
    public static Func<HttpContext, Task> Stream(StreamEnd end, params string[] texts) => async context =>
    {
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        foreach (var text in texts)
        {
            await context.Response.WriteAsync(text);
            await context.Response.Body.FlushAsync();
        }

        if (end == StreamEnd.Cut)
        {
            context.Abort();
        }
        else if (end == StreamEnd.Silence)
        {
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        }
    };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task WriteAsync(
        HttpContext context, int code, string body, (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(body);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Writer.TryWrite($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        var answer = _script.TryDequeue(out var next) ? next : _otherwise;
        await (answer is null
            ? WriteAsync(context, 500, Status(500, "NotScripted", "the test has no answer for this request"), [])
            : answer(context));
    }
}

/// <summary>How a stream ends.</summary>
internal enum StreamEnd
{
    /// <summary>In an orderly way.</summary>
    Clean,

    /// <summary>The connection breaks.</summary>
    Cut,

    /// <summary>Not at all: nothing more is said, the connection stays.</summary>
    Silence,
}
