using Drydock.Clients.Kubernetes.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Clients.Kubernetes.Health;

/// <summary>Readiness: every watch has read its first list. A later interruption is degraded, and says why.</summary>
/// <param name="watches">The watches of the process.</param>
public sealed class WatchReadinessCheck(IEnumerable<IWatchHealth> watches) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var all = watches.ToList();
        var facts = WatchFacts.Of(all);
        if (all.Where(w => !w.HasSynced).ToList() is { Count: > 0 } waiting)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy($"not listed yet: {string.Join("; ", waiting.Select(WatchFacts.Describe))}", data: facts));
        }

        return Task.FromResult(all.Where(w => w.Problem is not null).ToList() is { Count: > 0 } interrupted
            ? HealthCheckResult.Degraded($"interrupted: {string.Join("; ", interrupted.Select(WatchFacts.Describe))}", data: facts)
            : HealthCheckResult.Healthy("all watches connected", facts));
    }
}
