namespace Drydock.Clients.Kubernetes.Health;

/// <summary>When watches count as dead.</summary>
public sealed record HealthOptions
{
    /// <summary>
    /// A watch without a sign of life for this long fails liveness. Longer than the idle limit of watches, their
    /// longest pause, and all attempts of one request together.
    /// </summary>
    public TimeSpan MaxWatchAge { get; init; } = TimeSpan.FromMinutes(5);
}
