namespace Drydock.Clients.Kubernetes.Health;

/// <summary>Liveness: unhealthy when a watch has had no sign of life for too long, so that the process is
/// restarted.</summary>
/// <param name="watches">The watches of the process.</param>
/// <param name="options">When a watch counts as failed.</param>
public sealed class WatchLivenessCheck(IEnumerable<IWatchHealth> watches, HealthOptions options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var dead = watches.Where(w => w.Age > options.MaxWatchAge).ToList();
        return Task.FromResult(dead.Count == 0
            ? HealthCheckResult.Healthy("All watches are alive.", WatchReport.Of(watches))
            : HealthCheckResult.Unhealthy(
                $"No sign of life from: {string.Join("; ", dead.Select(WatchReport.Describe))}.",
                data: WatchReport.Of(watches)));
    }
}

/// <summary>Readiness: every watch has read its first list. A later interruption is reported as degraded, with the
/// reason.</summary>
/// <param name="watches">The watches of the process.</param>
public sealed class WatchReadinessCheck(IEnumerable<IWatchHealth> watches) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var all = watches.ToList();
        var facts = WatchReport.Of(all);
        if (all.Where(w => !w.HasSynced).ToList() is { Count: > 0 } waiting)
        {
            return Task.FromResult(
                HealthCheckResult.Unhealthy(
                    $"Not listed yet: {string.Join("; ", waiting.Select(WatchReport.Describe))}.", data: facts));
        }

        return Task.FromResult(all.Where(w => w.Problem is not null).ToList() is { Count: > 0 } interrupted
            ? HealthCheckResult.Degraded(
                $"interrupted: {string.Join("; ", interrupted.Select(WatchReport.Describe))}", data: facts)
            : HealthCheckResult.Healthy("All watches are connected.", facts));
    }
}

/// <summary>When watches count as failed.</summary>
public sealed record HealthOptions
{
    /// <summary>A watch without a sign of life for this long fails liveness. Longer than the idle limit of watches,
    /// their longest pause, and all attempts of one request together.</summary>
    public TimeSpan MaxWatchAge { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Facts about watches for probes.</summary>
internal static class WatchReport
{
    public static Dictionary<string, object> Of(IEnumerable<IWatchHealth> watches)
    {
        var facts = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var watch in watches)
        {
            facts[watch.Name] = Describe(watch);
        }

        return facts;
    }

    public static string Describe(IWatchHealth watch)
    {
        var listed = watch.HasSynced ? "" : ", not listed yet";
        var problem = watch.Problem is null ? "" : $", {watch.Problem.TrimEnd('.')}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{watch.Name} (last sign of life {watch.Age.TotalSeconds:0} s ago{listed}{problem})");
    }
}

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
