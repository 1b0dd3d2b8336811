namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>A replication group (xCluster, xDCR) as a cluster is made with it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Masters">RPC addresses of the masters at the other end.</param>
/// <param name="Outbound">True where this cluster is the source.</param>
public sealed record YugabyteGroup(string Name, IReadOnlyList<string> Masters, bool Outbound = false)
{
    /// <summary>How many tables are replicated.</summary>
    public int Tables { get; init; } = 2;

    /// <summary>Paused from the beginning.</summary>
    public bool Disabled { get; init; }
}
