namespace Drydock.Reconcilers.Databases.TiDb;

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
