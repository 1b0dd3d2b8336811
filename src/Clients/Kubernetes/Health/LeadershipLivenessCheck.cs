using Drydock.Clients.Kubernetes.Leadership;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Drydock.Clients.Kubernetes.Health;

/// <summary>
/// Liveness: unhealthy when the process neither leads nor contends for the lease though it should. An API server that
/// is away is no reason.
/// </summary>
/// <param name="elector">The elector; null where the process runs alone.</param>
public sealed class LeadershipLivenessCheck(LeaderElector? elector) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(elector?.Problem is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy("leads or contends"));
}
