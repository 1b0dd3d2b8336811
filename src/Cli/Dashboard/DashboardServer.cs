using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Drydock.Cli.Dashboard;

/// <summary>Serves the page on 127.0.0.1.</summary>
internal sealed class DashboardServer(Invocation invocation, DashboardOptions options) : IAsyncDisposable
{
    /// <summary>The page gives up after 20 s and could then only say that the dashboard is late.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private const string JsonType = "application/json; charset=utf-8";

    private static readonly Dictionary<string, string> FileTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private readonly DashboardGate _gate = new(options.Token);
    private readonly WebApplication _app = Build(options.Port);

    private readonly RunList _list = new(
        invocation.Kubernetes, options.Namespace, invocation.Namespace, invocation.Surroundings.Time);

    private readonly RunReader _reader = new(
        invocation.Kubernetes,
        new RunAddress(invocation.ConnectionOptions, HasKind: false),
        invocation.Surroundings.Time);

    public string Address => $"{_app.Urls.First().TrimEnd('/')}/{options.Token}/";

    public static async Task<DashboardServer> StartAsync(
        Invocation invocation, DashboardOptions options, CancellationToken cancellationToken)
    {
        var server = new DashboardServer(invocation, options);
        try
        {
            server._app.Run(server.HandleAsync);
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

    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        return builder.Build();
    }

    private async Task HandleAsync(HttpContext context)
    {
        DashboardGate.Protect(context.Response);
        if (_gate.Check(context.Request, out var path) is { } refusal)
        {
            await RefuseAsync(context, refusal.StatusCode, refusal.Message);
            return;
        }

        using var limit = new CancellationTokenSource(AnswerWithin, invocation.Surroundings.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        try
        {
            await RouteAsync(context, path, end.Token);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The browser has left.
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !context.Response.HasStarted)
        {
            await RefuseAsync(
                context,
                StatusCodes.Status504GatewayTimeout,
                $"The API server did not answer within {AnswerWithin.TotalSeconds:0} s.");
        }
        catch (Exception failure) when (Failures.IsShown(failure) && !context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusOf(failure), Failures.Explain(failure));
        }
    }

    private static int StatusOf(Exception failure) => failure switch
    {
        CliException => StatusCodes.Status404NotFound,
        KubernetesForbiddenException => StatusCodes.Status403Forbidden,
        KubernetesNotFoundException => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status502BadGateway,
    };

    private async Task RouteAsync(HttpContext context, string path, CancellationToken end)
    {
        switch (path.Split('/'))
        {
            case [var file]:
                await SendFileAsync(context, file.Length == 0 ? "index.html" : file);
                break;
            case ["api", "about"]:
                await SendAsync(
                    context,
                    new AboutView(invocation.Configuration.Host ?? "", options.Namespace),
                    ViewsJsonContext.Default.AboutView);
                break;
            case ["api", "runs"]:
                await SendAsync(context, await _list.ReadAsync(end), ViewsJsonContext.Default.RunListView);
                break;
            case ["api", "runs", var kind, var space, var name]
                when ShownKind.All.FirstOrDefault(k => k.IsNamed(kind)) is { } known:
                var page = await _reader.ReadAsync(known, space, name, end);
                await SendAsync(context, page, ViewsJsonContext.Default.RunPageView);
                break;
            default:
                await RefuseAsync(context, StatusCodes.Status404NotFound, "Nothing is here.");
                break;
        }
    }

    private static async Task SendFileAsync(HttpContext context, string name)
    {
        // The files are compiled into the program; nothing is read from disk.
        if (!FileTypes.TryGetValue(Path.GetExtension(name), out var type)
            || Assembly.GetExecutingAssembly().GetManifestResourceStream($"dashboard/{name}") is not { } content)
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
        return SendAsync(context, new MessageView(message), ViewsJsonContext.Default.MessageView);
    }

    private static async Task SendAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = JsonType;
        await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }
}

/// <summary>What a dashboard shows, and where.</summary>
internal sealed record DashboardOptions(int Port, string? Namespace, string Token);
