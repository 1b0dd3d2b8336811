namespace Drydock.Clients.Kubernetes.Health;

/// <summary>Answers to the probes of the process.</summary>
public static class HealthChecks
{
    /// <summary>A watch without a sign of life for this long fails liveness. Longer than the idle limit of watches,
    /// their longest pause, and all attempts of one request together.</summary>
    public static readonly TimeSpan MaxWatchAge = TimeSpan.FromMinutes(5);

    /// <summary>Liveness: unhealthy when a watch has had no sign of life for too long, so that the process is
    /// restarted.</summary>
    public static HealthCheckResult Live(IEnumerable<IWatchHealth> watches) =>
        watches.Where(w => w.Age > MaxWatchAge).ToList() is { Count: > 0 } dead
            ? HealthCheckResult.Unhealthy($"No sign of life from: {Describe(dead)}.")
            : HealthCheckResult.Healthy("All watches are alive.");

    /// <summary>Readiness: every watch has read its first list. A later interruption is reported as degraded, with the
    /// reason.</summary>
    public static HealthCheckResult Ready(IReadOnlyList<IWatchHealth> watches) =>
        watches.Where(w => !w.HasSynced).ToList() is { Count: > 0 } waiting
            ? HealthCheckResult.Unhealthy($"Not listed yet: {Describe(waiting)}.")
            : watches.Where(w => w.Problem is not null).ToList() is { Count: > 0 } interrupted
            ? HealthCheckResult.Degraded($"interrupted: {Describe(interrupted)}")
            : HealthCheckResult.Healthy("All watches are connected.");

    /// <summary>Liveness: unhealthy if the process neither leads nor contends for the lease although it should. An
    /// unavailable API server is no reason.</summary>
    public static HealthCheckResult Leading(LeaderElector? elector) => elector?.Problem is { } problem
        ? HealthCheckResult.Unhealthy(problem)
        : HealthCheckResult.Healthy("The process leads or contends for the lease.");

    private static string Describe(List<IWatchHealth> watches) => string.Join("; ", watches.Select(watch =>
    {
        var listed = watch.HasSynced ? "" : ", not listed yet";
        var problem = watch.Problem is null ? "" : $", {watch.Problem.TrimEnd('.')}";
        return $"{watch.Name} (last sign of life {watch.Age.TotalSeconds:0} s ago{listed}{problem})";
    }));
}
