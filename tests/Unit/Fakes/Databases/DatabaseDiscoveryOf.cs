using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What preflight would find on a database that is just as a spec says.</summary>
internal static class DatabaseDiscoveryOf
{
    /// <summary>Why the engine does not go from one version to the other; null if it does.</summary>
    public static string? Obstacle(DatabaseRollingUpgradeSpec spec)
    {
        if (spec.Engine == DatabaseEngine.TiDB)
        {
            return TiDbVersion.Obstacle(spec.FromVersion, spec.ToVersion);
        }

        var path = YugabyteUpgradePath.Of(spec, out var unreadable);
        return (unreadable.Count > 0 ? unreadable[0].Message : null)
            ?? path!.Rows.FirstOrDefault(row => row is { Verdict: YugabyteVerdict.Refuse, OnlySql: false })
                ?.Say(path.From, path.To);
    }

    /// <summary>The plan on a database that fits.</summary>
    public static PlanProgress Plan(DatabaseRollingUpgradeSpec spec) =>
        PlanProgress.Of(spec.Engine == DatabaseEngine.TiDB
            ? new TiDbProcedure(spec, TiDb(spec)).Compile()
            : new YugabytePlanner(spec, Yugabyte(spec)).Compile());

    private static TiDbDiscovery TiDb(DatabaseRollingUpgradeSpec spec) => new()
    {
        ClusterId = ulong.MaxValue,
        Instances = [.. spec.Instances.Select((instance, index) => TiDb(spec, instance, (ulong)index))],
        LeaderPriorities = spec.Instances.Where(i => i.Component == DatabaseComponent.PD).Take(1)
            .ToDictionary(i => i.Name, _ => 5, StringComparer.Ordinal),
        ScheduleLimits = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["leader-schedule-limit"] = 4,
            ["merge-schedule-limit"] = 0,
        },
        MaxReplicas = 3,
        BootstrapVersion = 23,
        Notes = ["supervision as found on the hosts: pd.service"],
    };

    private static Drydock.Reconcilers.Databases.TiDb.TiDbInstance TiDb(
        DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, ulong store)
    {
        var settings = instance.Component == DatabaseComponent.TiKV
            && (spec.Tidb ?? new TiDbSpec()).Configuration.Migrate
            ? TikvSettings.Of(spec, instance, 64L << 30, 16)
            : null;
        var migrated = ConfigurationMigration.Checked.Contains(instance.Component)
            ? ConfigurationMigration.Migrate(instance.Component, "# by hand\n", settings)
            : null;
        return new()
        {
            Name = instance.Name,
            Component = instance.Component,
            Version = TiDbVersion.Plain(spec.FromVersion),
            Store = instance.Component == DatabaseComponent.TiKV ? ulong.MaxValue - store : null,
            ConfigurationFrom = migrated is null ? null : ContentHash.Short("# by hand\n"),
            ConfigurationTo = migrated is null ? null : ContentHash.Short(migrated.Text),
            Changes = migrated?.Changes ?? [],
            Remarks = migrated?.Remarks ?? [],
            Settings = settings,
        };
    }

    private static YugabyteDiscovery Yugabyte(DatabaseRollingUpgradeSpec spec) => new()
    {
        UniverseUuid = "universe-1",
        Instances =
        [
            .. spec.Instances.Select((instance, index) => new Drydock.Reconcilers.Databases.Yugabyte.YugabyteInstance
            {
                Name = instance.Name,
                Component = instance.Component,
                Version = spec.FromVersion,
                FormerSha256 = new string('a', 64),
                FormerDirectory = index % 2 == 0
                    ? string.Create(CultureInfo.InvariantCulture, $"/home/yugabyte/software-{index}")
                    : null,
            }),
        ],
        Hosts = [.. spec.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal)],
        ReplicationFactor = 3,
        SqlIsOn = true,
        Groups =
        [
            .. (spec.Yugabyte?.Replication.Groups ?? []).Select((group, index) => new DiscoveredGroup(
                group.Name, index % 2 == 0 ? ReplicationTarget.Here : ReplicationTarget.There, index % 3 == 0)),
        ],
        Replication = YugabyteFeatures.Replication(spec, YugabyteVersion.Parse(spec.FromVersion)),
    };
}
