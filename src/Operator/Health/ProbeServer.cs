using Drydock.Clients.Kubernetes.Health;
using Drydock.Operator.Composition;
using Drydock.Operator.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Operator.Health;

/// <summary>/healthz fails when the watches are dead, /readyz until they have listed once, /metrics in Prometheus' text format.</summary>
public static class ProbeServer
{
    /// <summary>Builds the server; it does not listen before it is started.</summary>
    public static WebApplication Create(string address, OperatorComposition composition, MetricsText metrics)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(address);
        var app = builder.Build();
        var live = new WatchLivenessCheck(composition.Watches, new HealthOptions());
        var ready = new WatchReadinessCheck(composition.Watches);
        app.Run(context => context.Request.Path.Value switch
        {
            "/healthz" => AnswerAsync(context, live),
            "/readyz" => AnswerAsync(context, ready),
            "/metrics" => TextAsync(context, StatusCodes.Status200OK, metrics.Render(), "text/plain; version=0.0.4; charset=utf-8"),
            _ => TextAsync(context, StatusCodes.Status404NotFound, "/healthz, /readyz, /metrics\n", "text/plain"),
        });
        return app;
    }

    private static async Task AnswerAsync(HttpContext context, IHealthCheck check)
    {
        var result = await check.CheckHealthAsync(new HealthCheckContext(), context.RequestAborted);
        var code = result.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        await TextAsync(context, code, $"{result.Status}: {result.Description}\n", "text/plain");
    }

    private static async Task TextAsync(HttpContext context, int code, string text, string type)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
