using Drydock.Tests.Unit.Databases;
using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>
/// Services around TiDB: its monitoring and TiSpark. How a service is started and stopped is among
/// <see cref="InstanceFields"/>.
/// </summary>
internal static class MonitoringFields
{
    public static IEnumerable<FieldProof> All { get; } =
    [
        Service("name", TiDbLooks.FittingAsync, service => service["name"] = "other"),
        Service("host", HostBench.MonitoringAsync, service => service["host"] = "192.0.2.99"),
        Service("hosts", TiDbLooks.FittingAsync, OnTwoHosts),
        Service("port", HostBench.MonitoringAsync, service => service["port"] = 9999),
        Service("readyPath", TiDbLooks.FittingAsync, service => service["readyPath"] = "/-/ready"),
        Dashboards("service", dashboards => dashboards["service"] = "other"),
        Dashboards("from", dashboards => dashboards["from"] = new JsonArray("/opt/other")),
        Dashboards("dataSource", dashboards => dashboards["dataSource"] = "prod"),
        Dashboards("titlePrefix", dashboards => dashboards["titlePrefix"] = "Prod"),
        Access(
            "tidb.dashboards.credentialsSecretRef.name", ATiDb, SecretsBench.TakenAsync,
            spec => spec["tidb"]!["dashboards"]!["credentialsSecretRef"]!["name"] = "other", WithDashboards),
        Service("deployDir", HostBench.MonitoringAsync, service => service["deployDir"] = "/data/other"),
        Service("files[].from", HostBench.MonitoringAsync, service => service["files"]![0]!["from"] = "/opt/other"),
        Service("files[].to", HostBench.MonitoringAsync, service => service["files"]![0]!["to"] = "bin/other"),
        Service(
            "files[].sha256", HostBench.MonitoringAsync, service => service["files"]![0]!["sha256"] = HostCases.Old),
        Service("files[].sha256", TiDbLooks.FittingAsync, service => service["files"]![0]!["sha256"] = HostCases.Old),
        FieldProof.RefusedBySchema(
            DatabaseRollingUpgrade.KindName, "tidb.monitoring[].control.swap", "tidb.monitoring",
            "!has(self.control.swap)"),
        FieldProof.RefusedBySchema(
            DatabaseRollingUpgrade.KindName, "tidb.monitoring[].control.link", "tidb.monitoring",
            "!has(self.control.link)"),
        Spark("hosts", TiDbLooks.FittingAsync, spark => spark["hosts"] = new JsonArray("192.0.2.1", "192.0.2.99")),
        Spark("hosts", HostBench.SparkAsync, spark => spark["hosts"] = new JsonArray("192.0.2.99")),
        Spark("directory", HostBench.SparkAsync, spark => spark["directory"] = "/opt/other"),
        Spark("jar", HostBench.SparkAsync, spark => spark["jar"] = "/opt/tispark-other.jar"),
        Spark("jarSha256", HostBench.SparkAsync, spark => spark["jarSha256"] = HostCases.Old),
        Spark("jarSha256", TiDbLooks.FittingAsync, spark => spark["jarSha256"] = HostCases.Old),
        Spark("start", HostBench.SparkAsync, spark => spark["start"] = "/opt/start"),
        Spark("stop", HostBench.SparkAsync, spark => spark["stop"] = "/opt/stop"),
        Spark("webPort", HostBench.SparkAsync, spark => spark["webPort"] = 8099),
        Spark(
            "smoke", HostBench.SparkAsync, spark => spark["smoke"] = new JsonArray("bin/spark-sql", "-e", "select 2")),
        Spark("smoke", TiDbLooks.FittingAsync, spark => spark["smoke"] = new JsonArray()),
    ];

    private static void OnTwoHosts(JsonObject service)
    {
        service.Remove("host");
        service["hosts"] = new JsonArray("192.0.2.1", "192.0.2.2");
    }

    /// <summary>A service of the monitoring.</summary>
    public static void WithService(JsonObject spec) => spec["tidb"]!["monitoring"] = Json(
        $$"""
        [{"name":"grafana","host":"192.0.2.1","port":3000,"deployDir":"/data/grafana","control":{"systemd":{"unit":"grafana.service"} },
          "files":[{"from":"/opt/grafana","to":"bin/grafana","sha256":"{{HostCases.New}}"} ] } ]
        """);

    private static void WithDashboards(JsonObject spec)
    {
        WithService(spec);
        spec["tidb"]!["dashboards"] = Json(
            """{"service":"grafana","from":["/opt/dashboards"],"credentialsSecretRef":{"name":"root"} }""");
    }

    private static FieldProof Dashboards(string field, Action<JsonObject> change) =>
        Identity(
            $"tidb.dashboards.{field}", ATiDb, TiDbLooks.FittingAsync,
            spec => change(spec["tidb"]!["dashboards"]!.AsObject()), WithDashboards);

    private static void WithSpark(JsonObject spec) => spec["tidb"]!["tiSpark"] = Json(
        $$"""{"hosts":["192.0.2.1"],"directory":"/opt/spark","jar":"/opt/tispark.jar","jarSha256":"{{HostCases.New}}","smoke":["bin/spark-sql","-e","select 1"]}""");

    private static FieldProof Service(
        string field, Func<DatabaseRollingUpgradeSpec, Task<string>> look, Action<JsonObject> change) =>
        Identity(
            $"tidb.monitoring[].{field}", ATiDb, look, spec => change(spec["tidb"]!["monitoring"]![0]!.AsObject()),
            WithService);

    private static FieldProof Spark(
        string field, Func<DatabaseRollingUpgradeSpec, Task<string>> look, Action<JsonObject> change) =>
        Identity($"tidb.tiSpark.{field}", ATiDb, look, spec => change(spec["tidb"]!["tiSpark"]!.AsObject()), WithSpark);
}
