using Drydock.Lab.Databases.TiDb;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>How a <see cref="TiDbScenario"/> is made.</summary>
public sealed record TiDbScenarioOptions
{
    /// <summary>Short and stable, for ledgers.</summary>
    public string Id { get; init; } = "tidb-21-30";

    /// <summary>The cluster; its account root has a password, whatever stands here.</summary>
    public TiDbClusterOptions Cluster { get; init; } = new();

    /// <summary>The version to go to.</summary>
    public string ToVersion { get; init; } = "3.0.9";

    /// <summary>
    /// A folder for dumps: with it the manifest asks for a backup of the database test, for which the cluster needs a
    /// <see cref="TiDbClusterOptions.Backend"/>. Without it the backup is waived.
    /// </summary>
    public string? Snapshots { get; init; }
}
