using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Clients.Kubernetes.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Drydock.Cli.Dashboard;

/// <summary>Serves the page on 127.0.0.1.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private const int MaxBodyBytes = 64 * 1024;
    private const string JsonType = "application/json; charset=utf-8";
    private readonly Invocation _invocation;
    private readonly DashboardOptions _options;
    private readonly DashboardGate _gate;
    private readonly RunFeeds _feeds;
    private readonly LiveFeed _live;
    private readonly RunRequests _requests;
    private readonly WebApplication _app;

    private DashboardServer(Invocation invocation, DashboardOptions options)
    {
        _invocation = invocation;
        _options = options;
        _gate = new DashboardGate(options);
        var address = new RunAddress(invocation.ConnectionOptions, HasKind: false);
        _feeds = new RunFeeds(
            invocation.Kubernetes, options.Namespace, invocation.Namespace, invocation.Surroundings.Time)
        {
            Address = address,
        };
        _live = new LiveFeed(invocation.Kubernetes, invocation.Surroundings.Time);
        _requests = new RunRequests(invocation.Kubernetes, invocation.Surroundings.Time) { Address = address };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>The address of the page, with its token.</summary>
    public string Address => $"{_app.Urls.First().TrimEnd('/')}/{_options.Token}/";

    /// <summary>Starts to listen.</summary>
    /// <exception cref="CliException">The port is in use.</exception>
    public static async Task<DashboardServer> StartAsync(
        Invocation invocation, DashboardOptions options, CancellationToken cancellationToken)
    {
        var server = new DashboardServer(invocation, options);
        try
        {
            await server._app.StartAsync(cancellationToken);
            return server;
        }
        catch (IOException inUse)
        {
            await server.DisposeAsync();
            throw new CliException(
                $"The dashboard cannot listen on 127.0.0.1:{options.Port}: {inUse.Message} Choose another port with "
                + "--port, or a free one with --port 0.");
        }
    }

    /// <summary>Serves until the program is asked to end.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        DashboardGate.Protect(context.Response);
        if (_gate.Check(context.Request, out var path) is { } refusal)
        {
            await RefuseAsync(context, refusal.StatusCode, refusal.Message);
            return;
        }

        try
        {
            await RouteAsync(context, path);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The browser has left.
        }
        catch (Exception failure) when (DashboardProblems.IsShown(failure) && !context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusOf(failure), DashboardProblems.Explain(failure));
        }
        catch (Exception failure) when (failure is JsonException or BadHttpRequestException)
        {
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, $"The request cannot be read: {failure.Message}");
        }
    }

    private static int StatusOf(Exception failure) => failure switch
    {
        CliException { ExitCode: ExitCodes.Refused } => StatusCodes.Status409Conflict,
        CliException => StatusCodes.Status404NotFound,
        KubernetesForbiddenException => StatusCodes.Status403Forbidden,
        KubernetesNotFoundException => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status502BadGateway,
    };

    private async Task RouteAsync(HttpContext context, string path)
    {
        var end = context.RequestAborted;
        var isPost = HttpMethods.IsPost(context.Request.Method);
        switch (isPost, path.Split('/'))
        {
            case (false, [var file]):
                await SendFileAsync(context, file.Length == 0 ? "index.html" : file);
                break;
            case (false, ["api", "about"]):
                await SendAsync(
                    context,
                    new AboutView(_invocation.Configuration.Host ?? "", _options.Namespace, _options.IsWritable),
                    DashboardJsonContext.Default.AboutView);
                break;
            case (false, ["api", "runs"]):
                context.Response.ContentType = JsonType;
                await context.Response.WriteAsync(await _feeds.ListOnceAsync(end), end);
                break;
            case (false, ["api", "events"]):
                await StreamAsync(context, _feeds.ListAsync);
                break;
            case (false, ["api", "runs", var kind, var space, var name, "events"])
                when RunRequests.Kind(kind) is { } known:
                await StreamAsync(context, token => _feeds.FollowAsync(known, space, name, token));
                break;
            case (_, ["api", "runs", var kind, var space, var name, var what]) when RunRequests.Kind(kind) is { } known:
                await SendAboutAsync(context, await _requests.GetAsync(known, space, name, end), isPost, what);
                break;
            default:
                await RefuseAsync(context, StatusCodes.Status404NotFound, "Nothing is here.");
                break;
        }
    }

    private async Task SendAboutAsync(HttpContext context, Run run, bool isPost, string what)
    {
        var end = context.RequestAborted;
        var query = context.Request.Query;
        switch (isPost, what)
        {
            case (false, "page"):
                await SendAsync(
                    context, RunPages.Page(run, _invocation.Now), DashboardJsonContext.Default.RunPageView);
                break;
            case (false, "plans"):
                await SendAsync(
                    context, RunPages.Graphs(run), DashboardJsonContext.Default.IReadOnlyListPlanGraphView);
                break;
            case (false, "snapshots"):
                await SendAsync(
                    context,
                    await _requests.SnapshotsAsync(run, end),
                    DashboardJsonContext.Default.IReadOnlyListSnapshotView);
                break;
            case (false, "difference"):
                await SendAsync(
                    context,
                    await _requests.DifferenceAsync(run, query["plan"], query["with"], query["withPlan"], end),
                    DashboardJsonContext.Default.DifferenceView);
                break;
            case (false, "change"):
                await SendAsync(
                    context,
                    RunRequests.Preview(run, query["verb"].ToString(), query["argument"]),
                    DashboardJsonContext.Default.PreviewView);
                break;
            case (true, "change"):
                var wanted = await JsonSerializer.DeserializeAsync(
                    context.Request.Body, DashboardJsonContext.Default.ChangeRequest, end);
                await SendAsync(
                    context,
                    await _requests.ChangeAsync(run, wanted ?? new ChangeRequest(), end),
                    DashboardJsonContext.Default.OutcomeView);
                break;
            default:
                await RefuseAsync(context, StatusCodes.Status404NotFound, "Nothing is here.");
                break;
        }
    }

    private Task StreamAsync(HttpContext context, Func<CancellationToken, IAsyncEnumerable<ServerEvent>> source) =>
        EventStream.SendAsync(
            context,
            token => _live.FollowAsync(source, token),
            _invocation.Surroundings.Time,
            _app.Lifetime.ApplicationStopping);

    private static async Task SendFileAsync(HttpContext context, string name)
    {
        if (DashboardFiles.Open(name) is not var (content, type))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "Nothing is here.");
            return;
        }

        await using (content)
        {
            context.Response.ContentType = type;
            await content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    private static Task RefuseAsync(HttpContext context, int statusCode, string message)
    {
        context.Response.StatusCode = statusCode;
        return SendAsync(context, new MessageView(message), DashboardJsonContext.Default.MessageView);
    }

    private static async Task SendAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = JsonType;
        await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }
}
