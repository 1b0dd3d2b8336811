namespace Drydock.Tests.Unit.Fakes;

/// <summary>What a world is like at first.</summary>
internal sealed record TiDbWorldSetup
{
    /// <summary>Name of the upgrade.</summary>
    public string Name { get; init; } = "up";

    /// <summary>The version before the upgrade.</summary>
    public string From { get; init; } = TiDbWorld.Old;

    /// <summary>tidb_server_version before the upgrade.</summary>
    public long Bootstrap { get; init; } = 23;

    /// <summary>tidb_server_version once the first new TiDB serves.</summary>
    public long NewBootstrap { get; init; } = 33;

    /// <summary>How long a TiDB starts before it answers and can become the DDL owner.</summary>
    public TimeSpan TidbStart { get; init; } = TimeSpan.FromSeconds(2);

    public int Pds { get; init; } = 3;

    public int Tikvs { get; init; } = 3;

    public int Tidbs { get; init; } = 2;

    public int Pumps { get; init; }

    public int Drainers { get; init; }

    /// <summary>Two TiKVs on each host.</summary>
    public bool TwoTikvsAHost { get; init; }

    /// <summary>The package lies on the hosts already; otherwise PreparePackage brings it.</summary>
    public bool PackagePresent { get; init; } = true;

    /// <summary>Who leads PD at first.</summary>
    public string Leader { get; init; } = "pd-1";

    /// <summary>leader_priority of pd-1.</summary>
    public int Priority { get; init; }

    /// <summary>Leaders of each store.</summary>
    public int Leaders { get; init; } = 8;

    /// <summary>How long a new PD leader runs no scheduler.</summary>
    public TimeSpan SchedulerWindow { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The new PD merges where the old one did not.</summary>
    public bool MergeMoves { get; init; } = true;

    public long MaxReplicas { get; init; } = 3;

    public string LocationLabels { get; init; } = "host";

    /// <summary>Changes the spec.</summary>
    public Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec> Spec { get; init; } = static s => s;
}
