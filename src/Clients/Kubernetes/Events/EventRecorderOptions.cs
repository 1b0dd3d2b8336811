namespace Drydock.Clients.Kubernetes.Events;

/// <summary>Who reports, and limits.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>Name of the reporting program.</summary>
    public string Component { get; init; } = "drydock";

    /// <summary>Name of this instance, for instance the pod's.</summary>
    public string Instance { get; init; } = Environment.MachineName;

    /// <summary>Events waiting to be sent; more are dropped with a log line.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>A repeat within this time raises the count of the earlier event.</summary>
    public TimeSpan AggregationWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many different events are remembered for that.</summary>
    public int Remembered { get; init; } = 512;

    /// <summary>How long <c>DisposeAsync</c> waits for events still waiting to be sent.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(3);
}
