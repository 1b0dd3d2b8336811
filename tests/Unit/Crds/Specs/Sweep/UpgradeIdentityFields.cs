using static Drydock.Tests.Unit.Crds.Specs.Sweep.Upgrades;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>What is upgraded, to what, and how.</summary>
internal static class UpgradeIdentityFields
{
    private static readonly string Other = new('b', 64);

    public static IEnumerable<FieldProof> All { get; } =
    [
        Identity("edition", spec => spec["edition"] = "Community"),
        Identity("fromVersion", spec => spec["fromVersion"] = "3.3.1"),
        Identity("toVersion", spec => spec["toVersion"] = "4.2.3"),
        Identity("image", spec => spec["image"] = "registry.example/oms:other"),
        Identity("discoverFrom", spec => spec["discoverFrom"] = "192.0.2.99", OneAddress),
        Identity("currentContainer", spec => spec["currentContainer"] = "other"),
        Identity("newContainer", spec => spec["newContainer"] = "other"),
        Identity("https.certificateHostPath", spec => spec["https"]!["certificateHostPath"] = "/pki/other.crt", Https),
        Identity("https.keyHostPath", spec => spec["https"]!["keyHostPath"] = "/pki/other.key", Https),
        .. Archive("imageArchive", spec => spec, _ => { }),
        .. Archive("regions[].nodes[].imageArchive", spec => spec.Node(), spec =>
            spec.Node()["imageArchive"] = spec["imageArchive"]!.DeepClone()),
        Identity(
            "regions[].name", spec => spec["regions"]![0]!["name"] = "cn-beijing",
            setup: new WorldSetup { Regions = 2 }),
        Identity("regions[].nodes[].name", spec => spec.Node()["name"] = "oms-z"),
        Identity("regions[].nodes[].hostIP", spec => spec.Node()["hostIP"] = "192.0.2.99"),
        Identity("regions[].nodes[].currentContainer", spec => spec.Node()["currentContainer"] = "other"),
        Identity("regions[].nodes[].newContainer", spec => spec.Node()["newContainer"] = "other"),
        Identity("regions[].nodes[].image", spec => spec.Node()["image"] = "registry.example/oms:other"),
        Identity("highAvailability.method", spec => spec["highAvailability"]!["method"] = "Manual"),
        Identity(
            "highAvailability.afterUpgrade", spec => spec["highAvailability"]!["afterUpgrade"] = "AsBefore",
            setup: new WorldSetup { HaConfig = """{"enable":false}""" }),
        Identity("highAvailability.perceiveStoreClientCheckpoint", spec =>
            spec["highAvailability"]!["perceiveStoreClientCheckpoint"] = false),
        Identity("highAvailability.refetchMargin", spec => spec["highAvailability"]!["refetchMargin"] = "77m"),
        Identity("initMetadata.successMarker", spec => spec["initMetadata"] = Json(
            """{"successMarker":"all steps done"}""")),
        Identity("correction.jarPath", spec => spec["correction"]!["jarPath"] = "other.jar"),
        Identity("correction.workingDir", spec => spec["correction"]!["workingDir"] = "/home"),
        Identity(
            "correction.archive.path", spec => spec["correction"]!["archive"]!["path"] = "other.jar", CorrectionJar),
        Identity("correction.archive.sha256", spec => spec["correction"]!["archive"]!["sha256"] = Other, CorrectionJar),
        Identity(
            "correction.archive.hostPath",
            spec => spec["correction"]!["archive"] = Json("""{"hostPath":"/jars/c.jar"}"""), CorrectionJar),
        .. Storage(
            "correction.archive.storage", spec => spec["correction"]!["archive"]!.AsObject(),
            spec => { CorrectionJar(spec); ToBucket(spec["correction"]!["archive"]!.AsObject()); }),
        Identity("correction.runOn", spec => spec["correction"]!["runOn"] = "FirstNodeOfEachRegion"),
        .. Storage("backup.storage", spec => spec["backup"]!.AsObject(), spec => ToBucket(spec["backup"]!.AsObject())),
        Identity("backup.tool", spec => spec["backup"]!["tool"] = "MyDumper"),
        Identity("backup.endSessions", spec => spec["backup"]!["endSessions"] = "OmsAccount"),
        Identity("backup.trimHeartbeatSequence", spec => spec["backup"]!["trimHeartbeatSequence"] = false),
        BacksUp("backup.threads", spec => spec["backup"]!["threads"] = 9),
        BacksUp("backup.verify", spec => spec["backup"]!["verify"] = "RestoreTest"),
        BacksUp("backup.encryption.recipients", spec => spec["backup"]!["encryption"] = Json(
            $$"""{"recipients":["age1{{new string('q', 58)}}"]}""")),
    ];

    private static IEnumerable<FieldProof> Archive(
        string path, Func<JsonObject, JsonObject> owner, Action<JsonObject> before)
    {
        JsonObject Of(JsonObject spec) => owner(spec)["imageArchive"]!.AsObject();
        yield return Identity($"{path}.path", spec => Of(spec)["path"] = "other.tar", before);
        yield return Identity($"{path}.sha256", spec => Of(spec)["sha256"] = Other, before);
        yield return Identity(
            $"{path}.hostPath", spec => owner(spec)["imageArchive"] = Json("""{"hostPath":"/images/oms.tar"}"""),
            before);
        foreach (var proof in Storage($"{path}.storage", Of, spec => { before(spec); ToBucket(Of(spec)); }))
        {
            yield return proof;
        }
    }

    private static IEnumerable<FieldProof> Storage(
        string path, Func<JsonObject, JsonObject> owner, Action<JsonObject> inBucket)
    {
        JsonNode S3(JsonObject spec) => owner(spec)["storage"]!["s3"]!;
        yield return Identity(
            $"{path}.directory.path", spec => owner(spec)["storage"] = Json("""{"directory":{"path":"/elsewhere"}}"""),
            inBucket);
        yield return Identity($"{path}.s3.endpoint", spec => S3(spec)["endpoint"] = "https://other.example", inBucket);
        yield return Identity($"{path}.s3.bucket", spec => S3(spec)["bucket"] = "other", inBucket);
        yield return Identity($"{path}.s3.prefix", spec => S3(spec)["prefix"] = "other", inBucket);
        yield return Identity($"{path}.s3.region", spec => S3(spec)["region"] = "eu-1", inBucket);
        yield return Identity($"{path}.s3.pathStyle", spec => S3(spec)["pathStyle"] = false, inBucket);
        yield return Identity($"{path}.s3.insecure", spec => S3(spec)["insecure"] = true, inBucket);
    }

    private static void CorrectionJar(JsonObject spec) =>
        spec["correction"]!["archive"] = Json("""{"storage":{"directory":{"path":"/jars"}},"path":"c.jar"}""");

    private static void OneAddress(JsonObject spec)
    {
        spec.Remove("regions");
        spec["discoverFrom"] = "192.0.2.216";
        spec["docker"] = Json("""{"endpoint":"tcp://{hostIP}:2376","tlsSecretRef":{"name":"docker-tls"} }""");
    }

    private static void Https(JsonObject spec) =>
        spec["https"] = Json("""{"certificateHostPath":"/pki/oms.crt","keyHostPath":"/pki/oms.key"}""");
}
