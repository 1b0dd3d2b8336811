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

/// <summary>An instance as preflight found it.</summary>
internal sealed record DiscoveredInstance
{
    public required string Name { get; init; }

    public required DatabaseComponent Component { get; init; }

    /// <summary>The version its process runs, by the right source for its component
    /// (docs/research/tidb.md#rules).</summary>
    public required string Version { get; init; }

    public string? Unit { get; init; }

    /// <summary>Of a TiKV: its store, unsigned 64 bits.</summary>
    public ulong? Store { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public string? ConfigurationFrom { get; init; }

    public string? ConfigurationTo { get; init; }

    public IReadOnlyList<ConfigurationChange> Changes { get; init; } = [];

    public IReadOnlyList<string> Remarks { get; init; } = [];

    public TikvSettings? Settings { get; init; }
}
