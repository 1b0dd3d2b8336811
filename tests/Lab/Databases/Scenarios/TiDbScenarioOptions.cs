using Drydock.Lab.Databases.TiDb;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>Settings of a <see cref="TiDbScenario"/>.</summary>
public sealed record TiDbScenarioOptions
{
    /// <summary>Short and stable, for ledgers.</summary>
    public string Id { get; init; } = "tidb-21-30";

    /// <summary>The cluster. Its account root always has a password, whatever these options say.</summary>
    public TiDbClusterOptions Cluster { get; init; } = new();

    /// <summary>The target version.</summary>
    public string ToVersion { get; init; } = "3.0.9";

    /// <summary>
    /// A folder for dumps. If it is set, the manifest asks for a backup of the database test, and the cluster needs a
    /// <see cref="TiDbClusterOptions.Backend"/>. Otherwise it acknowledges that there is none.
    /// </summary>
    public string? Snapshots { get; init; }
}
