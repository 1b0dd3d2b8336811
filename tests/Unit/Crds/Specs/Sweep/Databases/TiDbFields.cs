using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>What is upgraded to what, and what only TiDB has.</summary>
internal static class TiDbFields
{
    public static IEnumerable<FieldProof> All { get; } =
    [
        FieldProof.RefusedBySchema(
            DatabaseRollingUpgrade.KindName, "engine", "", "self.engine == 'TiDB' || !has(self.tidb)"),
        Identity("fromVersion", ATiDb, TiDbLooks.UsualAsync, spec => spec["fromVersion"] = "2.1.18"),
        Identity("toVersion", ATiDb, TiDbLooks.UsualAsync, spec => spec["toVersion"] = "3.0.8"),
        Planned("backup.databases", tidb => tidb["backup"]!["databases"] = new JsonArray("orders", "other")),
        Planned("backup.threads", tidb => tidb["backup"]!["threads"] = 9),
        Identity(
            "tidb.backup.encryption.recipients",
            ATiDb,
            TiDbLooks.CompiledAsync,
            spec => spec["tidb"]!["backup"]!["encryption"] = Json(
                $$"""{"recipients":["age1{{new string('q', 58)}}"]}""")),
        .. Storages.Identity(
            "tidb.backup.storage", ATiDb, TiDbLooks.FittingAsync, spec => spec["tidb"]!["backup"]!.AsObject(), _ => { },
            TiDbLooks.BackupAsync),
        Planned("configuration.migrate", tidb => tidb["configuration"]!["migrate"] = false),
        Planned("configuration.blockCacheCapacity", tidb => tidb["configuration"]!["blockCacheCapacity"] = "7GB"),
        Planned("configuration.hibernateRegions", tidb => tidb["configuration"]!["hibernateRegions"] = true),
        Planned("aliasPdUnits", tidb => tidb["aliasPdUnits"] = true),
        Planned("mergeScheduleLimit", tidb => tidb["mergeScheduleLimit"] = 0),
        Planned("drainLeaderScheduleLimit", tidb => tidb["drainLeaderScheduleLimit"] = 64),
        Identity(
            "tidb.maxUnavailableServers", new TiDbWorld(new TiDbWorldSetup { Tidbs = 3 }).Upgrade.Spec,
            TiDbLooks.FittingAsync, spec => spec["tidb"]!["maxUnavailableServers"] = 2),
        Identity(
            "tidb.maxUnavailablePerZone",
            new TiDbWorld(new TiDbWorldSetup { Tikvs = 6, TwoTikvsAHost = true }).Upgrade.Spec, TiDbLooks.FittingAsync,
            spec => spec["tidb"]!["maxUnavailablePerZone"] = 2),
        Planned("tuneScheduling.enabled", tidb => tidb["tuneScheduling"]!["enabled"] = false),
        Planned("tuneScheduling.mergeScheduleLimit", tidb => tidb["tuneScheduling"]!["mergeScheduleLimit"] = 32),
        Planned("tuneScheduling.replicaScheduleLimit", tidb => tidb["tuneScheduling"]!["replicaScheduleLimit"] = 32),
        Identity("tidb.tuneScheduling.stableFor", ATiDb, spec => TiDbLooks.RunAsync(spec), spec =>
            spec["tidb"]!["tuneScheduling"]!["stableFor"] = "50m"),
        Identity("tidb.tuneScheduling.maxBackoffPerMinute", ATiDb, spec => TiDbLooks.RunAsync(spec, BackOff), spec =>
            spec["tidb"]!["tuneScheduling"]!["maxBackoffPerMinute"] = 5000),
    ];

    private static FieldProof Planned(string field, Action<JsonObject> change) =>
        Identity($"tidb.{field}", ATiDb, TiDbLooks.FittingAsync, spec => change(spec["tidb"]!.AsObject()));

    // 1200 a minute, all the time.
    private static void BackOff(TiDbWorld world)
    {
        for (var i = 0; i < 2000; i++)
        {
            world.After(TimeSpan.FromSeconds(10 * i), () => world.Backoffs += 200);
        }
    }
}
