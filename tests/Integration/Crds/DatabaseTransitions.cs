namespace Drydock.Tests.Integration.Crds;

/// <summary>Changes of a stored DatabaseRollingUpgrade.</summary>
internal static class DatabaseTransitions
{
    private const string Databases = "databaserollingupgrades";

    private static readonly string Other = new('b', 64);

    public static IReadOnlyList<TransitionRules> Identity { get; } =
    [
        TiDb("spec.engine", "the other one", spec =>
        {
            spec["engine"] = "YugabyteDB";
            spec.Remove("tidb");
            foreach (var instance in spec["instances"]!.AsArray())
            {
                instance!["component"] = "Master";
                instance["control"] = Json("""{"systemd":{} }""");
            }
        }),
        TiDb("spec.fromVersion", "another version", spec => spec["fromVersion"] = "2.1.17"),
        TiDb("spec.toVersion", "another version", spec => spec["toVersion"] = "3.0.20"),
        TiDb("spec.package.directory", "another directory", spec => spec.At("package")["directory"] = "/data/other"),
        TiDb("spec.package.archives", "none", spec => spec.At("package").Remove("archives")),
        TiDb("spec.package.archives[].name", "another name", spec => Archive(spec)["name"] = "other"),
        TiDb("spec.package.archives[].components", "of one component", spec =>
            Archive(spec)["components"] = new JsonArray("PD")),
        TiDb("spec.package.archives[].path", "another file", spec => Archive(spec)["path"] = "other.tar.gz"),
        TiDb("spec.package.archives[].sha256", "another checksum", spec => Archive(spec)["sha256"] = Other),
        TiDb("spec.package.archives[].stripComponents", "not stripped", spec => Archive(spec)["stripComponents"] = 0),
        TiDb("spec.package.archives[].hostPath", "a file on the hosts", OnTheHosts),
        TiDb("spec.package.archives[].storage", "a file on the hosts", OnTheHosts),
        .. Stored("spec.package.archives[].storage", Archive),
        TiDb("spec.package.files", "a file", spec => spec.At("package")["files"] = Json(
            $$"""[{"path":"bin/pd-server","sha256":"{{Other}}"}]""")),
        TiDb("spec.package.postInstall", "another script", spec => spec.At("package")["postInstall"] = "other.sh"),
        Bmdb("spec.package.extensions", "an extension", spec => spec.At("package")["extensions"] = Json(
            $$"""[{"name":"pgcrypto","files":[{"from":"/x/pgcrypto.so","to":"lib/pgcrypto.so","sha256":"{{Other}}"}]}]""")),
        TiDb("spec.instances", "another host", spec => spec["instances"]![0]!["host"] = "192.0.2.99"),
        TiDb("spec.instances", "an instance less", spec => spec["instances"]!.AsArray().RemoveAt(1)),
        TiDb("spec.processes", "another unit", spec =>
            spec["processes"]![1]!["control"]!["systemd"]!["unit"] = "tikv-20160.service"),
        TiDb("spec.instanceDefaults", "a directory for all", spec => spec["instanceDefaults"] = Json(
            """{"deployDir":"/data/deploy"}""")),
        TiDb("spec.discoverFrom", "an address", spec => spec["discoverFrom"] = "192.0.2.11"),
        TiDb("spec.tidb", "no settings", spec =>
        {
            spec["engine"] = "TiDB";
            spec.Remove("tidb");
        }) with { IsNeverValid = true },
        TiDb("spec.tidb.backup", "no backup", WithoutBackup),
        TiDb("spec.tidb.backup.storage", "the default instead", spec => spec.At("tidb", "backup").Remove("storage")),
        .. Stored("spec.tidb.backup.storage", spec => spec.At("tidb", "backup")),
        TiDb("spec.tidb.backup.databases", "a database more", spec => spec.At("tidb", "backup")["databases"]!.AsArray()
            .Add("stock")),
        TiDb("spec.tidb.backup.threads", "more threads", spec => spec.At("tidb", "backup")["threads"] = 8),
        TiDb("spec.tidb.backup.encryption", "encrypted", spec => spec.At("tidb", "backup")["encryption"] = Json(
            $$"""{"recipients":["age1{{new string('q', 58)}}"]}""")),
        TiDb("spec.tidb.configuration", "as it is", spec => spec.At("tidb")["configuration"] = Json(
            """{"migrate":false}""")),
        TiDb("spec.tidb.mergeScheduleLimit", "none", spec => spec.At("tidb")["mergeScheduleLimit"] = 0),
        TiDb(
            "spec.tidb.drainLeaderScheduleLimit", "unchanged", spec => spec.At("tidb")["drainLeaderScheduleLimit"] = 0),
        TiDb("spec.tidb.maxUnavailableServers", "two at a time", spec => spec.At("tidb")["maxUnavailableServers"] = 2),
        TiDb("spec.tidb.maxUnavailablePerZone", "two at a time", spec => spec.At("tidb")["maxUnavailablePerZone"] = 2),
        TiDb("spec.tidb.tuneScheduling", "not tuned", spec => spec.At("tidb")["tuneScheduling"] = Json(
            """{"enabled":false}""")),
        TiDb("spec.tidb.monitoring", "another port", spec => spec.At("tidb")["monitoring"]![0]!["port"] = 3001),
        TiDb("spec.tidb.aliasPdUnits", "second names", spec => spec.At("tidb")["aliasPdUnits"] = true),
        TiDb("spec.tidb.dashboards", "none", spec => spec.At("tidb").Remove("dashboards")),
        TiDb("spec.tidb.dashboards.service", "another Grafana", spec =>
        {
            var other = spec.At("tidb")["monitoring"]![0]!.DeepClone();
            other["name"] = "grafana-2";
            spec.At("tidb")["monitoring"]!.AsArray().Add(other);
            spec.At("tidb", "dashboards")["service"] = "grafana-2";
        }),
        TiDb("spec.tidb.dashboards.from", "another directory", spec =>
            spec.At("tidb", "dashboards")["from"] = new JsonArray("/data/other")),
        TiDb("spec.tidb.dashboards.dataSource", "another source", spec =>
            spec.At("tidb", "dashboards")["dataSource"] = "other"),
        TiDb("spec.tidb.dashboards.titlePrefix", "another title", spec =>
            spec.At("tidb", "dashboards")["titlePrefix"] = "Other"),
        TiDb("spec.tidb.tiSpark", "Spark", spec => spec.At("tidb")["tiSpark"] = Json(
            $$"""{"hosts":["192.0.2.11"],"directory":"/spark","jar":"/new/tispark.jar","jarSha256":"{{Other}}"}""")),
        Bmdb("spec.yugabyte", "no settings", spec => spec.Remove("yugabyte")),
        Bmdb("spec.engine", "the other one", spec => spec["engine"] = "YugabyteDB"),
        Bmdb("spec.yugabyte.names", "another name", spec => spec.At("yugabyte")["names"] = Json(
            """{"adminProgram":"bm-admin-2"}""")),
        Bmdb("spec.yugabyte.promoteClass", "another class", spec =>
            spec.At("yugabyte")["promoteClass"] = "LocalVolatile"),
        Bmdb("spec.yugabyte.finalize", "by hand", spec => spec.At("yugabyte")["finalize"] = "Manual"),
        Bmdb("spec.yugabyte.soak", "a day", spec => spec.At("yugabyte")["soak"] = "24h"),
        Bmdb("spec.yugabyte.replication.groups[].peer.clientNodeName", "a node", spec =>
            Group(spec).At("peer")["clientNodeName"] = "192.0.2.31"),
        Bmdb("spec.yugabyte.replication.mode", "target first", spec =>
            spec.At("yugabyte", "replication")["mode"] = "TargetFirst"),
        Bmdb("spec.yugabyte.replication.groups", "none", spec => spec.At("yugabyte", "replication").Remove("groups")),
        Bmdb("spec.yugabyte.replication.groups[].name", "another group", spec => Group(spec)["name"] = "stock"),
        Bmdb("spec.yugabyte.replication.groups[].peer.masters", "another peer", spec =>
            Group(spec).At("peer")["masters"] = new JsonArray("192.0.2.32:7100")),
        Bmdb("spec.yugabyte.replication.groups[].peer.webAddresses", "another page", spec =>
            Group(spec).At("peer")["webAddresses"] = new JsonArray("192.0.2.31:7001")),
        Bmdb("spec.yugabyte.replication.groups[].peer.certsDirName", "another directory", spec =>
            Group(spec).At("peer")["certsDirName"] = "/other"),
        Bmdb("spec.yugabyte.sql.extensionsInUse", "another extension", spec =>
            spec.At("yugabyte", "sql")["extensionsInUse"] = new JsonArray("postgis")),
        Bmdb("spec.yugabyte.maxClockSkew", "less", spec => spec.At("yugabyte")["maxClockSkew"] = "100ms"),
        Bmdb("spec.yugabyte.maxUnavailablePerZone", "two at a time", spec =>
            spec.At("yugabyte")["maxUnavailablePerZone"] = 2),
        Bmdb("spec.yugabyte.maxFollowerLag", "less", spec => spec.At("yugabyte")["maxFollowerLag"] = "10s"),
        Bmdb("spec.yugabyte.catalogRetryPause", "less", spec => spec.At("yugabyte")["catalogRetryPause"] = "10s"),
    ];

    public static IReadOnlyList<TransitionRules> Free { get; } =
    [
        TiDb("", "approval", spec => spec["approval"] = "Automatic"),
        TiDb("", "paused", spec => spec["paused"] = true),
        TiDb("", "holdBefore", spec => spec["holdBefore"] = new JsonArray("UpgradePD", "PointOfNoReturn")),
        TiDb("", "approvals", spec => spec["approvals"] = new JsonArray("UpgradePD/pd-1/swap@0123abcd.1.1")),
        TiDb("", "desiredState", spec => spec["desiredState"] = "RolledBack"),
        TiDb("", "window", spec => spec["window"] = Json("""{"start":"22:00","end":"04:00"}""")),
        TiDb("", "access", spec => spec.At("access", "ssh")["port"] = 2222),
        Bmdb("", "toolHost", spec => spec["toolHost"] = "192.0.2.11"),
        TiDb("", "tls", spec => spec["tls"] = Json("""{"secretRef":{"name":"database-tls"} }""")),
        TiDb("", "drain", spec => spec.At("drain")["onTimeout"] = "Proceed"),
        TiDb("", "minHealthySeconds", spec => spec["minHealthySeconds"] = 300),
        TiDb("", "timeouts", spec => spec.At("timeouts")["instanceStart"] = "20m"),
        TiDb("", "the credentials", spec => spec.At("tidb", "credentialsSecretRef")["name"] = "other"),
        TiDb("", "Grafana's credentials", spec =>
            spec.At("tidb", "dashboards", "credentialsSecretRef")["name"] = "other"),
        TiDb("", "the storage's credentials", spec =>
            spec.At("tidb", "backup", "storage", "s3", "credentialsSecretRef")["name"] = "other"),
        TiDb("", "an archive's credentials", spec =>
            Archive(spec).At("storage", "s3", "credentialsSecretRef")["name"] = "other"),
        Bmdb("", "the peer's certificates", spec => Group(spec).At("peer", "certsSecretRef")["name"] = "other"),
        Bmdb("", "the SQL port", spec => spec.At("yugabyte", "sql")["port"] = 5434),
    ];

    private static TransitionRules TiDb(string field, string what, Action<JsonObject> change) =>
        new(Databases, field, what, change) { Sort = "tidb-" };

    private static TransitionRules Bmdb(string field, string what, Action<JsonObject> change) =>
        new(Databases, field, what, change) { Sort = "bmdb-" };

    private static IEnumerable<TransitionRules> Stored(string field, Func<JsonObject, JsonObject> owner) =>
        TransitionRules.Storage(Databases, field, owner).Select(rule => rule with { Sort = "tidb-" });

    private static JsonObject Archive(JsonObject spec) => spec["package"]!["archives"]![0]!.AsObject();

    private static JsonObject Group(JsonObject spec) => spec["yugabyte"]!["replication"]!["groups"]![0]!.AsObject();

    private static void OnTheHosts(JsonObject spec)
    {
        Archive(spec).Remove("storage");
        Archive(spec).Remove("path");
        Archive(spec)["hostPath"] = "/images/tidb.tar.gz";
    }

    private static void WithoutBackup(JsonObject spec)
    {
        spec.At("tidb").Remove("backup");
        spec["preflight"] = Json("""{"acknowledge":["NoBackup"]}""");
    }

    private static JsonNode Json(string json) => JsonNode.Parse(json)!;
}
