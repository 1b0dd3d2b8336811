namespace Drydock.Clients.Kubernetes.Health;

/// <summary>Liveness: unhealthy if the process neither leads nor contends for the lease although it should. An
/// unavailable API server is no reason.</summary>
/// <param name="elector">The elector; null if the process runs alone.</param>
public sealed class LeadershipLivenessCheck(LeaderElector? elector) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            elector?.Problem is { } problem
                ? HealthCheckResult.Unhealthy(problem)
                : HealthCheckResult.Healthy("The process leads or contends for the lease."));
}
