namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// A tablet server as the leading master sees it (/api/v1/tablet-servers; docs/research/yugabytedb.md#master-pages).
/// </summary>
internal sealed record YbTserver
{
    /// <summary>Where its pages are: the key under which it is listed.</summary>
    public required ServiceAddress Web { get; init; }

    /// <summary>Its id, where the version tells it.</summary>
    public string? Uuid { get; init; }

    /// <summary>The cluster it belongs to: the primary one, or a read replica.</summary>
    public required string Placement { get; init; }

    /// <summary>ALIVE. One that just ended counts as alive for a minute (docs/research/yugabytedb.md#rules).</summary>
    public required bool IsAlive { get; init; }

    /// <summary>How long ago its last heartbeat came.</summary>
    public required TimeSpan SinceHeartbeat { get; init; }

    /// <summary>How long its process had run at its last heartbeat.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>Tablets it leads, those of the system included.</summary>
    public required ulong Leaders { get; init; }

    /// <summary>Tablets it holds, those of the system included.</summary>
    public required ulong Tablets { get; init; }
}
