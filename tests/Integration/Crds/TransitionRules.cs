using System.Text.Json.Nodes;

namespace Drydock.Tests.Integration.Crds;

/// <summary>Changes of a stored object: of identity, each with the field that the refusal names, and of everything else.</summary>
/// <param name="Plural">The kind.</param>
/// <param name="Field">What the refusal begins with.</param>
/// <param name="What">What is changed.</param>
/// <param name="Change">Changes the spec.</param>
internal sealed record TransitionRules(string Plural, string Field, string What, Action<JsonObject> Change)
{
    private const string Upgrades = "omsupgrades";
    private const string Snapshots = "backupsnapshots";

    public static IReadOnlyList<TransitionRules> Identity { get; } =
    [
        new(Upgrades, "spec.fromVersion", "another version", spec => spec["fromVersion"] = "3.2.1"),
        new(Upgrades, "spec.toVersion", "another version", spec => spec["toVersion"] = "4.2.3"),
        new(Upgrades, "spec.image", "another image", spec => spec["image"] = "registry.example/oms:other"),
        new(Upgrades, "spec.imageArchive", "another file", spec => spec.At("imageArchive")["path"] = "other.tar"),
        new(Upgrades, "spec.imageArchive", "a checksum", spec => spec.At("imageArchive")["sha256"] = new string('a', 64)),
        new(Upgrades, "spec.imageArchive", "no archive", spec => spec.Remove("imageArchive")),
        new(Upgrades, "spec.currentContainer", "another name", spec => spec["currentContainer"] = "other"),
        new(Upgrades, "spec.newContainer", "another name", spec => spec["newContainer"] = "other"),
        new(Upgrades, "spec.regions[].name", "another name", spec => spec["regions"]![0]!["name"] = "cn-hangzhou"),
        new(Upgrades, "spec.regions[].nodes[].name", "another name", spec => spec.Node(0)["name"] = "oms-c"),
        new(Upgrades, "spec.regions[].nodes[].name", "a node less", spec => spec["regions"]![0]!["nodes"]!.AsArray().RemoveAt(0)),
        new(Upgrades, "spec.regions[].nodes[].name", "a node more", spec =>
        {
            var node = spec.Node(0).DeepClone();
            (node["name"], node["hostIP"]) = ("oms-c", "192.0.2.218");
            spec["regions"]![0]!["nodes"]!.AsArray().Add(node);
        }),
        new(Upgrades, "spec.regions[].nodes[].hostIP", "another address", spec => spec.Node(1)["hostIP"] = "192.0.2.1"),
        new(Upgrades, "spec.regions[].nodes[].currentContainer", "another name", spec => spec.Node(1)["currentContainer"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].currentContainer", "a name where none was", spec => spec.Node(0)["currentContainer"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].newContainer", "no name", spec => spec.Node(1).Remove("newContainer")),
        new(Upgrades, "spec.regions[].nodes[].newContainer", "another name", spec => spec.Node(1)["newContainer"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].image", "another image", spec => spec.Node(1)["image"] = "other"),
        new(Upgrades, "spec.regions[].nodes[].imageArchive", "another file", spec => spec.Node(0).At("imageArchive")["path"] = "other.tar"),
        new(Upgrades, "spec.highAvailability", "another method", spec => spec.At("highAvailability")["method"] = "Manual"),
        new(Upgrades, "spec.highAvailability", "another end", spec => spec.At("highAvailability")["afterUpgrade"] = "AsBefore"),
        new(Upgrades, "spec.highAvailability", "another window", spec => spec.At("highAvailability")["perceiveStoreClientCheckpoint"] = false),
        new(Upgrades, "spec.correction", "other nodes", spec => spec.At("correction")["runOn"] = "EveryNode"),
        new(Upgrades, "spec.backup", "another place", spec => spec.At("backup", "storage", "directory")["path"] = "/elsewhere"),
        new(Upgrades, "spec.backup", "no trimming", spec => spec.At("backup")["trimHeartbeatSequence"] = false),
        new(Snapshots, "spec.databases", "a database more", spec => spec["databases"]!.AsArray().Add("oms_hb")),
        new(Snapshots, "spec.storage", "another place", spec => spec.At("storage", "directory")["path"] = "/elsewhere"),
        new(Snapshots, "spec.pathPrefix", "no prefix", spec => spec.Remove("pathPrefix")),
        new(Snapshots, "spec.pathPrefix", "another prefix", spec => spec["pathPrefix"] = "other"),
    ];

    /// <summary>Fields with one allowed word so far: the schema refuses any other word before a rule is asked.</summary>
    public static IReadOnlyList<string> OneWord { get; } = ["omsupgrades spec.edition", "backupsnapshots spec.tool"];

    public static IReadOnlyList<TransitionRules> Free { get; } =
    [
        new(Upgrades, "", "mode", spec => spec["mode"] = "Plan"),
        new(Upgrades, "", "approvedPlanHash", spec => spec["approvedPlanHash"] = $"sha256:{new string('1', 64)}"),
        new(Upgrades, "", "paused", spec => spec["paused"] = true),
        new(Upgrades, "", "holdBefore", spec => spec["holdBefore"] = new JsonArray("StopOld/oms-a", "PointOfNoReturn")),
        new(Upgrades, "", "retry", spec => spec["retry"] = "second"),
        new(Upgrades, "", "metadataDatabase", spec => spec.Remove("metadataDatabase")),
        new(Upgrades, "", "endpoint", spec => spec.SetDocker("""{"endpoint":"ssh://admin@192.0.2.216","sshSecretRef":{"name":"docker-ssh"}}""")),
        new(Upgrades, "", "preflight", spec => spec.At("preflight")["acknowledge"] = new JsonArray("NoForwardSwitchover")),
        new(Upgrades, "", "timeouts", spec => spec.At("timeouts")["backup"] = "12h"),
        new(Snapshots, "", "source", spec => spec.At("source")["host"] = "192.0.2.51"),
        new(Snapshots, "", "deletionPolicy", spec => spec["deletionPolicy"] = "Delete"),
        new(Snapshots, "", "timeout", spec => spec["timeout"] = "12h"),
        new(Snapshots, "", "retry", spec => spec["retry"] = "second"),
    ];

    public override string ToString() => $"{Plural} {Field}{What}";
}
