namespace Drydock.Clients.Kubernetes.Health;

/// <summary>When watches count as dead.</summary>
public sealed record HealthOptions
{
    /// <summary>A watch without a sign of life for this long fails liveness. Must be longer than the idle limit of watches and their longest pause.</summary>
    public TimeSpan MaxWatchAge { get; init; } = TimeSpan.FromMinutes(5);
}
