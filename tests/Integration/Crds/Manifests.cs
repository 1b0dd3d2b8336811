namespace Drydock.Tests.Integration.Crds;

/// <summary>Objects that break no rule.</summary>
internal static class Manifests
{
    public const string Folder = "/apis/drydock.dev/v1alpha1/namespaces/default";

    private const string S3 =
        """{"s3":{"endpoint":"https://s3.example:9000","bucket":"dumps","prefix":"oms","credentialsSecretRef":{"name":"s3"} } }""";

    private static readonly string Sum = new('a', 64);

    public static JsonObject Upgrade(string name) => Parse(
        $$$"""
        {"apiVersion":"drydock.dev/v1alpha1","kind":"OmsUpgrade","metadata":{"name":"{{{name}}}"},"spec":{
          "fromVersion":"3.2.2-bp2","toVersion":"4.2.2-bp1","image":"registry.example/oms:feature_4.2.2",
          "imageArchive":{"storage":{{{S3}}},"path":"oms_422.tar.gz"},
          "currentContainer":"oms_322","newContainer":"oms_422",
          "regions":[{"name":"default","nodes":[
            {"name":"oms-a","hostIP":"192.0.2.216","docker":{"endpoint":"tcp://192.0.2.216:2376","tlsSecretRef":{"name":"docker-tls"}},
             "imageArchive":{"storage":{{{S3}}},"path":"oms_422.tar.gz"},"container":{"memory":"16Gi"} },
            {"name":"oms-b","hostIP":"192.0.2.217","docker":{"endpoint":"tcp://192.0.2.217:2376","tlsSecretRef":{"name":"docker-tls"}},
             "currentContainer":"oms_b_322","newContainer":"oms_b_422","image":"registry.example/oms:b"}]}],
          "metadataDatabase":{"credentialsSecretRef":{"name":"oms-metadb"}},
          "highAvailability":{"method":"Sql"},
          "correction":{"archive":{"storage":{{{S3}}},"path":"correction-1.0.jar"}},
          "backup":{"storage":{{{S3}}} }
        }}
        """);

    public static JsonObject Snapshot(string name) => Parse(
        $$$"""
        {"apiVersion":"drydock.dev/v1alpha1","kind":"BackupSnapshot","metadata":{"name":"{{{name}}}"},"spec":{
          "source":{"credentialsSecretRef":{"name":"oms-metadb"},"host":"192.0.2.50"},
          "databases":["oms_rm","oms_cm"],"storage":{{{S3}}},"pathPrefix":"oms"}}
        """);

    public static JsonObject Restore(string name) => Parse(
        $$$"""
        {"apiVersion":"drydock.dev/v1alpha1","kind":"SnapshotRestore","metadata":{"name":"{{{name}}}"},"spec":{
          "files":{"storage":{{{S3}}},"path":"default/oms-1"},
          "target":{"credentialsSecretRef":{"name":"oms-metadb"},"host":"192.0.2.50"},
          "databases":["oms_rm","oms_cm"],"notAfter":"2026-03-01T04:00:00Z"}}
        """);

    public static JsonObject TiDb(string name) => Parse(
        $$$"""
        {"apiVersion":"drydock.dev/v1alpha1","kind":"DatabaseRollingUpgrade","metadata":{"name":"{{{name}}}"},"spec":{
          "engine":"TiDB","fromVersion":"2.1.19","toVersion":"3.0.9",
          "package":{"directory":"/data/tidb-3.0.9","postInstall":"bin/post_install.sh",
            "archives":[{"name":"tidb","storage":{{{S3}}},"path":"tidb-3.0.9.tar.gz","sha256":"{{{Sum}}}"}]},
          "access":{"ssh":{"user":"tidb","keySecretRef":{"name":"database-ssh"},"knownHostsSecretRef":{"name":"database-ssh"} }},
          "processes":[{"component":"PD","control":{"systemd":{} }},{"component":"TiKV","control":{"systemd":{"unit":"tikv.service"} }}],
          "instances":[
            {"name":"pd-1","component":"PD","host":"192.0.2.11","deployDir":"/data/deploy"},
            {"name":"pd-2","component":"PD","host":"192.0.2.12","deployDir":"/data/deploy"},
            {"name":"tikv-1","component":"TiKV","host":"192.0.2.11","deployDir":"/data/deploy"},
            {"name":"tidb-1","component":"TiDB","host":"192.0.2.11","deployDir":"/data/deploy","control":{"supervise":{"directory":"/service/tidb"} }}],
          "tidb":{"credentialsSecretRef":{"name":"tidb-root"},"backup":{"storage":{{{S3}}},"databases":["orders"]},
            "monitoring":[{"name":"grafana","host":"192.0.2.11","port":3000,"deployDir":"/data/grafana","control":{"systemd":{} }}],
            "dashboards":{"service":"grafana","from":["/data/dashboards"],"dataSource":"prod","titlePrefix":"Prod","credentialsSecretRef":{"name":"grafana"} }}
        }}
        """);

    public static JsonObject Bmdb(string name) => Parse(
        $$$"""
        {"apiVersion":"drydock.dev/v1alpha1","kind":"DatabaseRollingUpgrade","metadata":{"name":"{{{name}}}"},"spec":{
          "engine":"BMDB","fromVersion":"2.16.9.0","toVersion":"2.18.4.0",
          "package":{"directory":"/home/bigmath/softwarebm-2.18.4.0"},
          "access":{"ssh":{"user":"bigmath","keySecretRef":{"name":"database-ssh"},"knownHostsSecretRef":{"name":"database-ssh"} }},
          "processes":[{"component":"Master","control":{"scripts":{"start":"start.sh","stop":"stop.sh"} }},{"component":"Tserver","control":{"scripts":{"start":"start.sh","stop":"stop.sh"} }}],
          "instances":[
            {"name":"m-1","component":"Master","host":"192.0.2.21","deployDir":"/home/bigmath/softwarebm"},
            {"name":"m-2","component":"Master","host":"192.0.2.22","deployDir":"/home/bigmath/softwarebm"},
            {"name":"t-1","component":"Tserver","host":"192.0.2.21","deployDir":"/home/bigmath/softwarebm"}],
          "yugabyte":{"sql":{"extensionsInUse":["pgcrypto"]},
            "replication":{"mode":"PauseBothSides","groups":[{"name":"orders","peer":{"masters":["192.0.2.31:7100"],"webAddresses":["192.0.2.31:7000"],"certsSecretRef":{"name":"peer"},"certsDirName":"/certs"} }]} }
        }}
        """);

    public static JsonObject StoredPlan(string phase) => Parse(
        $$$"""
        {"phase":"{{{phase}}}","plan":{"hash":"sha256:{{{new string('0', 64)}}}","steps":[
          {"id":"StopOld/oms-a","phase":"StopOld","action":"StopContainer","parameters":{"container":"0123"},"timeout":"10m","state":"Pending","retry":"Repeat"}]}}
        """);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
