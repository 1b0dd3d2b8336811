namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TiDB cluster as preflight found it. A plan is compiled from this and the spec.</summary>
internal sealed record TiDbDiscovery
{
    /// <summary>PD's cluster id, unsigned 64 bits.</summary>
    public required ulong ClusterId { get; init; }

    public required IReadOnlyList<DiscoveredInstance> Instances { get; init; }

    public string? PdLeader { get; init; }

    public required IReadOnlyDictionary<string, int> LeaderPriorities { get; init; }

    public required IReadOnlyDictionary<string, long> ScheduleLimits { get; init; }

    public required long MaxReplicas { get; init; }

    public IReadOnlyList<string> LocationLabels { get; init; } = [];

    public long? BootstrapVersion { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];
}
