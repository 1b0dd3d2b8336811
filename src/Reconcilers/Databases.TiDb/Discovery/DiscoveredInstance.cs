using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What preflight learned of an instance.</summary>
internal sealed record DiscoveredInstance
{
    /// <summary>Its name in the spec.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required DatabaseComponent Component { get; init; }

    /// <summary>
    /// The version its process runs, by the right source for its component (docs/research/tidb.md#rules).
    /// </summary>
    public required string Version { get; init; }

    /// <summary>The unit or service directory in charge, as found on the host.</summary>
    public string? Unit { get; init; }

    /// <summary>Of a TiKV: its store, unsigned 64 bits.</summary>
    public ulong? Store { get; init; }

    /// <summary>
    /// The beginning of the checksum of its configuration file as it is; null where none is carried over.
    /// </summary>
    public string? ConfigurationFrom { get; init; }

    /// <summary>The beginning of the checksum of its configuration file for the new version.</summary>
    public string? ConfigurationTo { get; init; }

    /// <summary>What the migration sets in it.</summary>
    public IReadOnlyList<ConfigurationChange> Changes { get; init; } = [];

    /// <summary>What is kept and has another meaning.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Of a TiKV: what the migration sets where the file has nothing.</summary>
    public TikvSettings? Settings { get; init; }
}
