using Drydock.Clients.Kubernetes.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Clients.Kubernetes.Health;

/// <summary>
/// Liveness: unhealthy when a watch has shown no sign of life for too long, so that the process is restarted.
/// </summary>
/// <param name="watches">The watches of the process.</param>
/// <param name="options">When a watch counts as dead.</param>
public sealed class WatchLivenessCheck(IEnumerable<IWatchHealth> watches, HealthOptions options) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var dead = watches.Where(w => w.Age > options.MaxWatchAge).ToList();
        return Task.FromResult(dead.Count == 0
            ? HealthCheckResult.Healthy("all watches live", WatchFacts.Of(watches))
            : HealthCheckResult.Unhealthy($"no sign of life from: {string.Join("; ", dead.Select(WatchFacts.Describe))}", data: WatchFacts.Of(watches)));
    }
}
