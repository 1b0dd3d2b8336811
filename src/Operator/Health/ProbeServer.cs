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
        app.Run(context => context.Request.Path.Value switch
        {
            "/healthz" => AnswerAsync(context, Live(composition)),
            "/readyz" => AnswerAsync(
                context,
                composition.SchemaProblem is { } problem
                    ? HealthCheckResult.Unhealthy(problem)
                    : HealthChecks.Ready(composition.Watches)),
            "/metrics" => MetricsAsync(context, metrics),
            _ => TextAsync(context, StatusCodes.Status404NotFound, "/healthz, /readyz, /metrics\n"),
        });
        return app;
    }

    // A process that must not lead because of outdated CRDs neither leads nor contends, which is correct.
    private static HealthCheckResult Live(OperatorComposition composition) =>
        composition.SchemaProblem is null
            && HealthChecks.Leading(composition.Elector) is { Status: HealthStatus.Unhealthy } idle
            ? idle
            : HealthChecks.Live(composition.Watches);

    private static Task AnswerAsync(HttpContext context, HealthCheckResult result) => TextAsync(
        context,
        result.Status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK,
        $"{result.Status}: {result.Description}\n");

    private static Task MetricsAsync(HttpContext context, PrometheusMetrics metrics)
    {
        context.Response.ContentType = PrometheusMetrics.ContentType;
        return metrics.WriteAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task TextAsync(HttpContext context, int code, string text)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
