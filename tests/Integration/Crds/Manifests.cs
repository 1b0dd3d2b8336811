using System.Text.Json.Nodes;

namespace Drydock.Tests.Integration.Crds;

/// <summary>Objects that break no rule.</summary>
internal static class Manifests
{
    public const string Folder = "/apis/drydock.dev/v1alpha1/namespaces/default";

    private const string S3 =
        """{"s3":{"endpoint":"https://s3.example:9000","bucket":"dumps","prefix":"oms","credentialsSecretRef":{"name":"s3"} } }""";

    public static JsonObject Upgrade(string name) => Parse(
        $$$"""
        {"apiVersion":"drydock.dev/v1alpha1","kind":"OmsUpgrade","metadata":{"name":"{{{name}}}"},"spec":{
          "fromVersion":"3.2.2-bp2","toVersion":"4.2.2-bp1","image":"registry.example/oms:feature_4.2.2",
          "imageArchive":{"storage":{{{S3}}},"path":"oms_422.tar.gz"},
          "currentContainer":"oms_322","newContainer":"oms_422",
          "regions":[{"name":"default","nodes":[
            {"name":"oms-a","hostIP":"192.0.2.216","docker":{"endpoint":"tcp://192.0.2.216:2376","tlsSecretRef":{"name":"docker-tls"}},
             "imageArchive":{"storage":{{{S3}}},"path":"oms_422.tar.gz"}},
            {"name":"oms-b","hostIP":"192.0.2.217","docker":{"endpoint":"tcp://192.0.2.217:2376","tlsSecretRef":{"name":"docker-tls"}},
             "currentContainer":"oms_b_322","newContainer":"oms_b_422","image":"registry.example/oms:b"}]}],
          "metadataDatabase":{"credentialsSecretRef":{"name":"oms-metadb"}},
          "highAvailability":{"method":"Sql"},
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
          "databases":["oms_rm","oms_cm"],"allowDrop":["oms_rm"]}}
        """);

    public static JsonObject StoredPlan(string phase) => Parse(
        $$$"""
        {"phase":"{{{phase}}}","plan":{"hash":"sha256:{{{new string('0', 64)}}}","steps":[
          {"id":"StopOld/oms-a","phase":"StopOld","action":"StopContainer","parameters":{"container":"0123"},"timeout":"10m","state":"Pending","retry":"Repeat"}]}}
        """);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
