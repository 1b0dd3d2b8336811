namespace Drydock.Tests.Integration.Crds;

/// <summary>
/// Changes of a stored object: of identity, each with the field that the refusal names, and of everything else.
/// </summary>
/// <param name="Plural">The kind.</param>
/// <param name="Field">What the refusal begins with.</param>
/// <param name="What">What is changed.</param>
/// <param name="Change">Changes the spec.</param>
internal sealed record TransitionRules(string Plural, string Field, string What, Action<JsonObject> Change)
{
    private const string Upgrades = "omsupgrades";
    private const string Snapshots = "backupsnapshots";
    private const string Restores = "snapshotrestores";
    private const string Encryption =
        """{"recipients":["age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"]}""";

    /// <summary>What the names of the objects begin with, where a kind has several sorts.</summary>
    public string Sort { get; init; } = "";

    /// <summary>Another rule refuses the change before and after stored work too.</summary>
    public bool IsNeverValid { get; init; }

    public static IReadOnlyList<TransitionRules> Identity { get; } =
    [
        new(Upgrades, "spec.fromVersion", "another version", spec => spec["fromVersion"] = "3.2.1"),
        new(Upgrades, "spec.toVersion", "another version", spec => spec["toVersion"] = "4.2.3"),
        new(Upgrades, "spec.image", "another image", spec => spec["image"] = "registry.example/oms:other"),
        new(Upgrades, "spec.edition", "the other edition", spec => spec["edition"] = "Community"),
        new(Upgrades, "spec.https", "a certificate", spec => spec["https"] = Json(
            """{"certificateHostPath":"/c","keyHostPath":"/k"}""")),
        new(Upgrades, "spec.imageArchive", "no archive", spec => spec.Remove("imageArchive")),
        .. Archive("spec.imageArchive", spec => spec.At("imageArchive")),
        new(Upgrades, "spec.discoverFrom", "an address", OneAddress),
        new(Upgrades, "spec.currentContainer", "no name", spec => spec.Remove("currentContainer")),
        new(Upgrades, "spec.highAvailability.method", "no method", spec => spec.At("highAvailability").Remove(
            "method")),
        new(Upgrades, "spec.currentContainer", "another name", spec => spec["currentContainer"] = "other"),
        new(Upgrades, "spec.newContainer", "another name", spec => spec["newContainer"] = "other"),
        new(Upgrades, "spec.regions", "no regions", spec =>
        {
            OneAddress(spec);
            spec.Remove("regions");
        }),
        new(Upgrades, "spec.regions[].name", "another name", spec => spec["regions"]![0]!["name"] = "cn-hangzhou"),
        new(Upgrades, "spec.regions[].nodes[].name", "another name", spec => spec.Node(0)["name"] = "oms-c"),
        new(Upgrades, "spec.regions[].nodes[].name", "a node less", spec => spec["regions"]![0]!["nodes"]!.AsArray()
            .RemoveAt(0)),
        new(Upgrades, "spec.regions[].nodes[].name", "a node more", spec =>
        {
            var node = spec.Node(0).DeepClone();
            (node["name"], node["hostIP"]) = ("oms-c", "192.0.2.218");
            spec["regions"]![0]!["nodes"]!.AsArray().Add(node);
        }),
        new(Upgrades, "spec.regions[].nodes[].hostIP", "another address", spec => spec.Node(1)["hostIP"] = "192.0.2.1"),
        new(Upgrades, "spec.regions[].nodes[].currentContainer", "another name", spec =>
            spec.Node(1)["currentContainer"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].currentContainer", "a name where none was", spec =>
            spec.Node(0)["currentContainer"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].newContainer", "no name", spec => spec.Node(1).Remove("newContainer")),
        new(Upgrades, "spec.regions[].nodes[].newContainer", "another name", spec =>
            spec.Node(1)["newContainer"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].image", "another image", spec => spec.Node(1)["image"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].imageArchive", "no archive", spec => spec.Node(0).Remove("imageArchive")),
        new(Upgrades, "spec.regions[].nodes[].imageArchive", "an archive where none was", spec =>
            spec.Node(1)["imageArchive"] = Json("""{"hostPath":"/a.tar"}""")),
        .. Archive("spec.regions[].nodes[].imageArchive", spec => spec.Node(0).At("imageArchive")),
        .. Container("spec.container", spec => spec.At("container")),
        new(Upgrades, "spec.regions[].nodes[].container", "no options", spec => spec.Node(0).Remove("container")),
        new(Upgrades, "spec.regions[].nodes[].container", "options where none were", spec =>
            spec.Node(1)["container"] = Json("""{"memory":"32Gi"}""")),
        .. Container("spec.regions[].nodes[].container", spec => spec.Node(0).At("container")),
        new(Upgrades, "spec.regions[].nodes[].name", "another order", spec =>
        {
            var nodes = spec["regions"]![0]!["nodes"]!.AsArray();
            var first = nodes[0]!;
            nodes.RemoveAt(0);
            nodes.Add(first);
        }),
        new(Upgrades, "spec.highAvailability.method", "another method", spec =>
            spec.At("highAvailability")["method"] = "Manual"),
        new(Upgrades, "spec.highAvailability.afterUpgrade", "another end", spec =>
            spec.At("highAvailability")["afterUpgrade"] = "AsBefore"),
        new(Upgrades, "spec.highAvailability.perceiveStoreClientCheckpoint", "another window", spec =>
            spec.At("highAvailability")["perceiveStoreClientCheckpoint"] = false),
        new(Upgrades, "spec.highAvailability.refetchMargin", "another margin", spec =>
            spec.At("highAvailability")["refetchMargin"] = "45m"),
        new(Upgrades, "spec.initMetadata", "another marker", spec => spec["initMetadata"] = Json(
            """{"successMarker":"all steps done"}""")),
        new(Upgrades, "spec.correction.runOn", "other nodes", spec => spec.At("correction")["runOn"] = "EveryNode"),
        new(Upgrades, "spec.correction.jarPath", "a path", spec => spec.At("correction")["jarPath"] = "/root/c.jar"),
        new(Upgrades, "spec.correction.workingDir", "a directory", spec =>
            spec.At("correction")["workingDir"] = "/root"),
        new(Upgrades, "spec.correction.archive", "no archive", spec => spec.At("correction").Remove("archive")),
        .. Archive("spec.correction.archive", spec => spec.At("correction", "archive")),
        new(Upgrades, "spec.backup.storage", "the default instead", spec => spec.At("backup").Remove("storage")),
        .. Storage(Upgrades, "spec.backup.storage", spec => spec.At("backup")),
        new(Upgrades, "spec.backup.tool", "another tool", spec => spec.At("backup")["tool"] = "MyDumper"),
        new(Upgrades, "spec.backup.threads", "more threads", spec => spec.At("backup")["threads"] = 8),
        new(Upgrades, "spec.backup.verify", "a restore test", spec => spec.At("backup")["verify"] = "RestoreTest"),
        new(Upgrades, "spec.backup.encryption", "encrypted", spec => spec.At("backup")["encryption"] = Json(
            Encryption)),
        new(Upgrades, "spec.backup.endSessions", "those of OMS", spec =>
            spec.At("backup")["endSessions"] = "OmsAccount"),
        new(Upgrades, "spec.backup.trimHeartbeatSequence", "no trimming", spec =>
            spec.At("backup")["trimHeartbeatSequence"] = false),
        new(Snapshots, "spec.databases", "a database more", spec => spec["databases"]!.AsArray().Add("oms_hb")),
        new(Snapshots, "spec.storage", "the default instead", spec => spec.Remove("storage")),
        .. Storage(Snapshots, "spec.storage", spec => spec),
        new(Snapshots, "spec.tool", "another tool", spec => spec["tool"] = "MyDumper"),
        new(Snapshots, "spec.threads", "more threads", spec => spec["threads"] = 8),
        new(Snapshots, "spec.verify", "a restore test", spec => spec["verify"] = "RestoreTest"),
        new(Snapshots, "spec.contents", "definitions only", spec => spec["contents"] = "Definitions"),
        new(Snapshots, "spec.testedDefinitions", "definitions that were tested", spec =>
            spec["testedDefinitions"] = new string('a', 64)),
        new(Snapshots, "spec.encryption", "encrypted", spec => spec["encryption"] = Json(Encryption)),
        new(Snapshots, "spec.series", "a series", spec => spec["series"] = "nightly"),
        new(Snapshots, "spec.pathPrefix", "no prefix", spec => spec.Remove("pathPrefix")),
        new(Snapshots, "spec.pathPrefix", "another prefix", spec => spec["pathPrefix"] = "other"),
        new(Restores, "spec.files", "a snapshot instead", spec =>
        {
            spec.Remove("files");
            spec["snapshotRef"] = Json("""{"name":"nightly"}""");
        }),
        new(Restores, "spec.snapshotRef", "a snapshot instead", spec =>
        {
            spec.Remove("files");
            spec["snapshotRef"] = Json("""{"name":"nightly"}""");
        }),
        new(Restores, "spec.files.path", "another path", spec => spec.At("files")["path"] = "default/oms-2"),
        .. Storage(Restores, "spec.files.storage", spec => spec.At("files")),
        new(Restores, "spec.databases", "a database less", spec => spec["databases"]!.AsArray().RemoveAt(0)),
        .. DatabaseTransitions.Identity,
    ];

    public static IReadOnlyList<TransitionRules> Free { get; } =
    [
        new(Upgrades, "", "approval", spec => spec["approval"] = "Automatic"),
        new(Upgrades, "", "paused", spec => spec["paused"] = true),
        new(Upgrades, "", "holdBefore", spec => spec["holdBefore"] = new JsonArray("StopOld/oms-a", "PointOfNoReturn")),
        new(Upgrades, "", "approvals", spec => spec["approvals"] = new JsonArray(
            "Plan@0123abcd.1", "Verify/hosts@0123abcd.1.1", "Verify/oms-a/health@0123abcd.2.12")),
        new(Upgrades, "", "highAvailability.afterRollback", spec =>
            spec.At("highAvailability")["afterRollback"] = "Enable"),
        new(Upgrades, "", "metadataDatabase", spec => spec.Remove("metadataDatabase")),
        new(Upgrades, "", "endpoint", spec => spec.SetDocker(
            """{"endpoint":"ssh://admin@192.0.2.216","sshSecretRef":{"name":"docker-ssh"}}""")),
        new(Upgrades, "", "docker of all nodes", spec =>
        {
            spec["docker"] = Json("""{"endpoint":"tcp://{hostIP}:2376","tlsSecretRef":{"name":"docker-tls"}}""");
            spec.Node(0).Remove("docker");
            spec.Node(1).Remove("docker");
        }),
        new(Upgrades, "", "preflight", spec => spec.At("preflight")["acknowledge"] = new JsonArray(
            "ForwardSwitchoverUnknown")),
        new(Upgrades, "", "timeouts", spec => spec.At("timeouts")["backup"] = "12h"),
        new(Upgrades, "", "container.stopGrace", spec => spec.At("container")["stopGrace"] = "5m"),
        new(Upgrades, "", "a node's container.stopGrace", spec => spec.Node(0).At("container")["stopGrace"] = "5m"),
        new(Upgrades, "", "desiredState", spec => spec["desiredState"] = "RolledBack"),
        new(Upgrades, "", "rollbackPolicy", spec => spec["rollbackPolicy"] = "OnFailure"),
        new(Upgrades, "", "window", spec => spec["window"] = Json(
            """{"start":"22:00","end":"04:00","days":["Sat","Sun"],"timeZone":"Asia/Shanghai"}""")),
        new(Upgrades, "", "maxParallelNodes", spec => spec["maxParallelNodes"] = 1),
        new(Upgrades, "", "cleanup", spec => spec["cleanup"] = Json(
            """{"after":"168h","removeImages":true}""")),
        new(Upgrades, "", "imagePullSecretRef", spec => spec["imagePullSecretRef"] = Json("""{"name":"pull"}""")),
        new(Upgrades, "", "backup.ageIdentitySecretRef", spec => spec.At("backup")["ageIdentitySecretRef"] = Json(
            """{"name":"age"}""")),
        new(Upgrades, "", "imageArchive.storage.s3.credentialsSecretRef", spec =>
            spec.At("imageArchive", "storage", "s3", "credentialsSecretRef")["name"] = "other"),
        new(Upgrades, "", "a node's imageArchive.storage.s3.credentialsSecretRef", spec =>
            spec.Node(0).At("imageArchive", "storage", "s3", "credentialsSecretRef")["name"] = "other"),
        new(Upgrades, "", "correction.archive.storage.s3.credentialsSecretRef", spec =>
            spec.At("correction", "archive", "storage", "s3", "credentialsSecretRef")["name"] = "other"),
        new(Upgrades, "", "backup.storage.s3.credentialsSecretRef", spec =>
            spec.At("backup", "storage", "s3", "credentialsSecretRef")["name"] = "other"),
        new(Snapshots, "", "storage.s3.credentialsSecretRef", spec =>
            spec.At("storage", "s3", "credentialsSecretRef")["name"] = "other"),
        new(Snapshots, "", "ageIdentitySecretRef", spec => spec["ageIdentitySecretRef"] = Json("""{"name":"age"}""")),
        new(Snapshots, "", "retention", spec => spec["retention"] = Json("""{"keepLast":7,"keepFor":"30d"}""")),
        new(Restores, "", "target", spec => spec.At("target")["host"] = "192.0.2.51"),
        new(Restores, "", "notAfter", spec => spec["notAfter"] = "2026-03-02T04:00:00Z"),
        new(Restores, "", "approvals", spec => spec["approvals"] = new JsonArray("Restore@0123abcd.1")),
        new(Restores, "", "ageIdentitySecretRef", spec => spec["ageIdentitySecretRef"] = Json("""{"name":"age"}""")),
        new(Restores, "", "files.storage.s3.credentialsSecretRef", spec =>
            spec.At("files", "storage", "s3", "credentialsSecretRef")["name"] = "other"),
        new(Restores, "", "threads", spec => spec["threads"] = 8),
        new(Restores, "", "paused", spec => spec["paused"] = true),
        new(Restores, "", "timeout", spec => spec["timeout"] = "12h"),
        new(Snapshots, "", "source", spec => spec.At("source")["host"] = "192.0.2.51"),
        new(Snapshots, "", "deletionPolicy", spec => spec["deletionPolicy"] = "Delete"),
        new(Snapshots, "", "timeout", spec => spec["timeout"] = "12h"),
        .. DatabaseTransitions.Free,
    ];

    public override string ToString() => $"{Plural} {Sort}{Field} {What}";

    /// <summary>Every change of a storage below a field.</summary>
    public static IEnumerable<TransitionRules> Storage(string plural, string field, Func<JsonObject, JsonObject> owner)
    {
        JsonObject S3(JsonObject spec) => owner(spec).At("storage", "s3");
        void Directory(JsonObject spec) => owner(spec)["storage"] = Json("""{"directory":{"path":"/elsewhere"}}""");
        return
        [
            new(plural, $"{field}.directory", "a directory instead", Directory),
            new(plural, $"{field}.s3", "a directory instead", Directory),
            new(plural, $"{field}.s3.endpoint", "another server", spec =>
                S3(spec)["endpoint"] = "https://other.example"),
            new(plural, $"{field}.s3.bucket", "another bucket", spec => S3(spec)["bucket"] = "other"),
            new(plural, $"{field}.s3.prefix", "another prefix", spec => S3(spec)["prefix"] = "other"),
            new(plural, $"{field}.s3.prefix", "no prefix", spec => S3(spec).Remove("prefix")),
            new(plural, $"{field}.s3.region", "another region", spec => S3(spec)["region"] = "eu-1"),
            new(plural, $"{field}.s3.pathStyle", "another style", spec => S3(spec)["pathStyle"] = false),
            new(plural, $"{field}.s3.insecure", "without TLS", spec =>
                (S3(spec)["insecure"], S3(spec)["endpoint"]) = (true, "http://s3.example:9000")),
        ];
    }

    private static void OneAddress(JsonObject spec)
    {
        spec["discoverFrom"] = "192.0.2.216";
        spec["docker"] = Json("""{"endpoint":"tcp://{hostIP}:2376","tlsSecretRef":{"name":"docker-tls"} }""");
    }

    private static IEnumerable<TransitionRules> Container(string field, Func<JsonObject, JsonObject> container) =>
    [
        new(Upgrades, $"{field}.env", "a variable", spec => container(spec)["env"] = Json(
            """[{"name":"A","value":"1"}]""")),
        new(Upgrades, $"{field}.extraHosts", "a host", spec => container(spec)["extraHosts"] = new JsonArray(
            "metadb:192.0.2.9")),
        new(Upgrades, $"{field}.ulimits", "a limit", spec => container(spec)["ulimits"] = Json(
            """[{"name":"nofile","soft":65535}]""")),
        new(Upgrades, $"{field}.logConfig", "a log driver", spec => container(spec)["logConfig"] = Json(
            """{"driver":"local"}""")),
        new(Upgrades, $"{field}.memory", "a memory limit", spec => container(spec)["memory"] = "64Gi"),
        new(Upgrades, $"{field}.binds", "a mount", spec => container(spec)["binds"] = new JsonArray(
            "/data/extra:/opt/extra")),
        new(Upgrades, $"{field}.labels", "a label", spec => container(spec)["labels"] = new JsonArray("team=dba")),
    ];

    private static IEnumerable<TransitionRules> Archive(string field, Func<JsonObject, JsonObject> archive) =>
    [
        new(Upgrades, $"{field}.path", "another file", spec => archive(spec)["path"] = "other.tar"),
        new(Upgrades, $"{field}.sha256", "a checksum", spec => archive(spec)["sha256"] = new string('a', 64)),
        new(Upgrades, $"{field}.hostPath", "a file on the hosts", spec => OnTheHosts(archive(spec))),
        new(Upgrades, $"{field}.storage", "a file on the hosts", spec => OnTheHosts(archive(spec))),
        .. Storage(Upgrades, $"{field}.storage", archive),
    ];

    private static void OnTheHosts(JsonObject archive)
    {
        archive.Clear();
        archive["hostPath"] = "/images/oms.tar";
    }

    private static JsonNode Json(string json) => JsonNode.Parse(json)!;
}
