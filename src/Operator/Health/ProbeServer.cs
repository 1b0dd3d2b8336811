using Drydock.Clients.Kubernetes.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Operator.Health;

/// <summary>/healthz fails if a watch is stuck or the process neither leads nor contends; /readyz fails until the
/// watches have listed once and while the CRDs are older than the operator; /metrics in the Prometheus text
/// format.</summary>
internal static class ProbeServer
{
    /// <summary>Builds the server; it does not listen before it is started.</summary>
    public static WebApplication Create(string address, OperatorComposition composition, PrometheusMetrics metrics)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(address);
        var app = builder.Build();
        IHealthCheck[] live =
        [
            new WatchLivenessCheck(composition.Watches, new HealthOptions()),
            new LeadershipLivenessCheck(composition.Elector),
        ];
        var ready = new WatchReadinessCheck(composition.Watches);
        app.Run(context => context.Request.Path.Value switch
        {
            // A process that must not lead because of outdated CRDs neither leads nor contends, which is correct.
            "/healthz" => AnswerAsync(context, composition.SchemaProblem is null ? live : [live[0]]),
            "/readyz" => composition.SchemaProblem is { } problem
                ? TextAsync(context, StatusCodes.Status503ServiceUnavailable, $"Unhealthy: {problem}\n", "text/plain")
                : AnswerAsync(context, [ready]),
            "/metrics" => MetricsAsync(context, metrics),
            _ => TextAsync(context, StatusCodes.Status404NotFound, "/healthz, /readyz, /metrics\n", "text/plain"),
        });
        return app;
    }

    // The worst result is the answer.
    private static async Task AnswerAsync(HttpContext context, IReadOnlyList<IHealthCheck> checks)
    {
        var results = await Task.WhenAll(
            checks.Select(check => check.CheckHealthAsync(new HealthCheckContext(), context.RequestAborted)));
        var result = results.MinBy(r => r.Status);
        var code = result.Status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK;
        await TextAsync(context, code, $"{result.Status}: {result.Description}\n", "text/plain");
    }

    private static Task MetricsAsync(HttpContext context, PrometheusMetrics metrics)
    {
        context.Response.ContentType = PrometheusMetrics.ContentType;
        return metrics.WriteAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task TextAsync(HttpContext context, int code, string text, string type)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
