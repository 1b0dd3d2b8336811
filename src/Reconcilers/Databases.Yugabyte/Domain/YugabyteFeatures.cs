namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What a version of YugabyteDB, and of BMDB by the same numbers, can do and cannot.</summary>
internal static class YugabyteFeatures
{
    private static readonly YugabyteVersion NodesSafeOf220 = YugabyteVersion.Parse("2.20.3.0-b8");
    private static readonly YugabyteVersion NodesSafe = YugabyteVersion.Parse("2.21.0.0-b190");
    private static readonly YugabyteVersion SqlCatalog = YugabyteVersion.Parse("2.8");
    private static readonly YugabyteVersion Rollback = YugabyteVersion.Parse("2.20.2");
    private static readonly YugabyteVersion TargetFirst = YugabyteVersion.Parse("2.20");

    /// <summary>Whether AutoFlags exist: from the 2.17 previews and 2.18 on. The vendor's page for 2.16 is the same
    /// procedure without them, that for 2.18 has them (docs/research/yugabytedb.md#autoflags).</summary>
    public static bool HasAutoFlags(YugabyteVersion version) =>
        version >= new YugabyteVersion(2, 17, 0, 0, null);

    /// <summary>Whether the master has the page tablet-under-replication (2.14.12, 2.16.7, 2.18.2.0-b65, 2.19.1.0-b291;
    /// docs/research/yugabytedb.md#master-pages); others answer 404.</summary>
    public static bool HasUnderReplicationPage(YugabyteVersion version)
    {
        return version.Series switch
        {
            "2.14" => version >= YugabyteVersion.Parse("2.14.12"),
            "2.16" => version >= YugabyteVersion.Parse("2.16.7"),
            "2.18" => IsFrom(version, YugabyteVersion.Parse("2.18.2.0-b65")),
            _ => IsFrom(version, YugabyteVersion.Parse("2.19.1.0-b291")),
        };
    }

    /// <summary>Whether the masters answer are_nodes_safe_to_take_down (2.20.3.0-b8, 2.21.0.0-b190;
    /// docs/research/yugabytedb.md#admin-tool). Whether the admin tool has the command its help says.</summary>
    public static bool HasNodesSafe(YugabyteVersion version) =>
        version.Series == "2.20" ? IsFrom(version, NodesSafeOf220) : IsFrom(version, NodesSafe);

    /// <summary>Whether the SQL catalogue of a cluster that came from <paramref name="from"/> is upgraded: from 2.8 on
    /// (docs/research/yugabytedb.md#procedure), and not by the previews 2.9 to 2.11, which cannot
    /// (docs/research/yugabytedb.md#yugabytedb-anywhere).</summary>
    public static bool UpgradesCatalog(YugabyteVersion from, YugabyteVersion to) =>
        from >= SqlCatalog && !(to.Major == 2 && to.Minor is 9 or 10 or 11);

    /// <summary>Whether the old programs may run again before the new version is made final (dialect Yugabyte, source
    /// 2.20.2 and later; docs/research/yugabytedb.md#procedure).</summary>
    public static bool CanRollBack(YugabyteDialect dialect, YugabyteVersion from) =>
        dialect == YugabyteDialect.Yugabyte && from >= Rollback;

    /// <summary>How replication is carried through: as the spec says, otherwise by the source version (before 2.20 both
    /// sides are paused; from then on the target goes first; docs/research/yugabytedb.md#procedure). BMDB always pauses
    /// both.</summary>
    public static ReplicationMode Replication(YugabyteSpec spec, YugabyteVersion from)
    {
        return spec.Replication.Mode
            ?? (
                spec.Dialect == YugabyteDialect.BMDB || from < TargetFirst
                    ? ReplicationMode.PauseBothSides
                    : ReplicationMode.TargetFirst);
    }

    /// <summary>The major version of PostgreSQL that YSQL is: 15 from 2.25 and 2025.1 on, 11 before
    /// (docs/research/yugabytedb.md#ysql-major-versions).</summary>
    public static int PostgresMajor(YugabyteVersion version)
    {
        var has15 = version.Major >= 2025
            || (version.Major < 1000 && version >= new YugabyteVersion(2, 25, 0, 0, null));
        return has15 ? 15 : 11;
    }

    // A version without a build is of any: one that has the number of the first build counts as having what came with
    // it.
    private static bool IsFrom(YugabyteVersion version, YugabyteVersion first) =>
        version.Build is null ? version >= first with { Build = null } : version >= first;
}
