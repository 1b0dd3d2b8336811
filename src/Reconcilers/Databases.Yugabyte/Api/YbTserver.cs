namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A tablet server as the leading master sees it.</summary>
internal sealed record YbTserver
{
    /// <summary>The address of its pages.</summary>
    public required ServiceAddress Web { get; init; }

    /// <summary>The id if the version reports it.</summary>
    public string? Uuid { get; init; }

    /// <summary>The cluster it belongs to: the primary one, or a read replica.</summary>
    public required string Placement { get; init; }

    /// <summary>The failure domain it is in, as CLOUD.REGION.ZONE; null if the page does not have all three.</summary>
    public string? Zone { get; init; }

    /// <summary>
    /// Status ALIVE. A server that just ended counts as alive for a minute (docs/research/yugabytedb.md#rules).
    /// </summary>
    public required bool IsAlive { get; init; }

    /// <summary>The time since its last heartbeat.</summary>
    public required TimeSpan SinceHeartbeat { get; init; }

    /// <summary>How long its process had run at its last heartbeat.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>The tablets it leads, system tablets included.</summary>
    public required ulong Leaders { get; init; }

    /// <summary>The tablets it holds, system tablets included.</summary>
    public required ulong Tablets { get; init; }
}
