namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>What a <see cref="ResourceWatcher{TEntity}"/> watches, and its times.</summary>
public sealed record ResourceWatcherOptions
{
    /// <summary>Namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Label selector.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Asks the server for metadata only.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>
    /// Every so often all objects are listed again from the server and handed out again; heals whatever was missed.
    /// </summary>
    public TimeSpan ResyncPeriod { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A watch without event or bookmark for this long is renewed.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>How long the server lets one watch run before it ends it in an orderly way.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>Pauses after faults.</summary>
    public Runtime.BackoffOptions Backoff { get; init; } = new() { First = TimeSpan.FromMilliseconds(200), Max = TimeSpan.FromSeconds(30) };
}
