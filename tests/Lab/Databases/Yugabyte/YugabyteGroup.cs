namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>A replication group (xCluster, xDCR) of a new cluster.</summary>
/// <param name="Masters">RPC addresses of the masters at the other end.</param>
/// <param name="Outbound">True if this cluster is the source.</param>
public sealed record YugabyteGroup(string Name, IReadOnlyList<string> Masters, bool Outbound = false)
{
    /// <summary>Number of replicated tables.</summary>
    public int Tables { get; init; } = 2;

    /// <summary>Whether it is paused from the beginning.</summary>
    public bool Disabled { get; init; }
}
