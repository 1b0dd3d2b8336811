using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>An instance as preflight found it.</summary>
internal sealed record DiscoveredInstance
{
    /// <summary>Its name in the spec.</summary>
    public required string Name { get; init; }

    /// <summary>Its component.</summary>
    public required DatabaseComponent Component { get; init; }

    /// <summary>
    /// The version its process runs, by the right source for its component (docs/research/tidb.md#rules).
    /// </summary>
    public required string Version { get; init; }

    /// <summary>The unit or service directory in charge, as found on the host.</summary>
    public string? Unit { get; init; }

    /// <summary>Of a TiKV: its store, unsigned 64 bits.</summary>
    public ulong? Store { get; init; }

    /// <summary>Of a TiKV: the labels of its store, which say where it is.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The beginning of the checksum of its configuration file as it is; null where none is carried over.
    /// </summary>
    public string? ConfigurationFrom { get; init; }

    /// <summary>The beginning of the checksum of its configuration file for the new version.</summary>
    public string? ConfigurationTo { get; init; }

    /// <summary>The values that the migration sets in its file.</summary>
    public IReadOnlyList<ConfigurationChange> Changes { get; init; } = [];

    /// <summary>Kept values that have a new meaning.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Of a TiKV: the values that the migration sets if the file has none.</summary>
    public TikvSettings? Settings { get; init; }
}
