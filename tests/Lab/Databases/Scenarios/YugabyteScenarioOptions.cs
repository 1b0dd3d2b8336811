using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>Settings of a <see cref="YugabyteScenario"/>.</summary>
public sealed record YugabyteScenarioOptions
{
    /// <summary>Short and stable, for ledgers.</summary>
    public required string Id { get; init; }

    /// <summary>The cluster, of the old version.</summary>
    public required YugabyteClusterOptions Cluster { get; init; }

    /// <summary>The target version with its build.</summary>
    public required string ToVersion { get; init; }

    /// <summary>BMDB as its users run it: plain processes, 2.16 to 2.18.</summary>
    public static YugabyteScenarioOptions Bmdb { get; } = new()
    {
        Id = "bmdb-216-218",
        Cluster = new YugabyteClusterOptions
        {
            Name = "bm",
            Naming = YugabyteNaming.Bmdb,
            Version = "2.16.9.0-b67",
            User = "bigmath"
        },
        ToVersion = "2.18.4.0-b52",
    };

    /// <summary>
    /// YugabyteDB 2.20 to 2024.1: from this version a rollback is possible until the flags are promoted.
    /// </summary>
    public static YugabyteScenarioOptions Yugabyte { get; } = new()
    {
        Id = "yb-220-20241",
        Cluster = new YugabyteClusterOptions { Version = "2.20.2.0-b10", Control = YugabyteControl.Systemd },
        ToVersion = "2024.1.0.0-b129",
    };
}
