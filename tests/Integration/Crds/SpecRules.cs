using System.Text.Json.Nodes;
using Drydock.Crds.Common;

namespace Drydock.Tests.Integration.Crds;

/// <summary>Every rule on a spec alone, with an object that breaks it and one that just does not.</summary>
/// <param name="Place">Kind and path of the schema node it stands on.</param>
/// <param name="Message">What the refused user reads.</param>
/// <param name="Break">Makes the spec break it.</param>
/// <param name="Near">Makes the spec come as near as it may.</param>
internal sealed record SpecRules(string Place, string Message, Action<JsonObject> Break, Action<JsonObject> Near)
{
    private const string Up = "/etc/../etc";
    private const string Dotted = "/etc/..etc";

    public static IReadOnlyList<SpecRules> All { get; } =
    [
        new("OmsUpgrade spec", RuleMessages.SameVersion, spec => spec["toVersion"] = "3.2.2-bp2", spec => spec["toVersion"] = "3.2.2-bp3"),
        new("OmsUpgrade spec", RuleMessages.NodeNames, spec => spec.Node(1)["name"] = "oms-a", spec => spec.Node(1)["name"] = "oms-aa"),
        new("OmsUpgrade spec", RuleMessages.HostIPs, spec => spec.Node(1)["hostIP"] = "192.0.2.216", spec => spec.Node(1)["hostIP"] = "192.0.2.21"),
        new(
            "OmsUpgrade spec",
            RuleMessages.SameContainer,
            spec => spec.Node(1)["newContainer"] = "oms_b_322",
            spec =>
            {
                spec["newContainer"] = "oms_322";
                spec.Node(0)["newContainer"] = "oms_a_422";
            }),
        new("OmsUpgrade spec.regions[].nodes[].docker", RuleMessages.TcpNeedsTls,
            spec => spec.SetDocker("""{"endpoint":"tcp://192.0.2.216:2375"}"""),
            spec => spec.SetDocker("""{"endpoint":"tcp://192.0.2.216:2375","insecure":true}""")),
        new("OmsUpgrade spec.regions[].nodes[].docker", RuleMessages.InsecureIsAlone,
            spec => spec.Docker()["insecure"] = true,
            spec => spec.Docker()["insecure"] = false),
        new("OmsUpgrade spec.regions[].nodes[].docker", RuleMessages.TlsIsForTcp,
            spec => spec.SetDocker("""{"endpoint":"unix:///run/docker.sock","tlsSecretRef":{"name":"docker-tls"}}"""),
            spec => spec.SetDocker("""{"endpoint":"unix:///run/docker.sock"}""")),
        new("OmsUpgrade spec.regions[].nodes[].docker", RuleMessages.SshNeedsKey,
            spec => spec.SetDocker("""{"endpoint":"ssh://admin@192.0.2.216"}"""),
            spec => spec.SetDocker("""{"endpoint":"ssh://admin@192.0.2.216","sshSecretRef":{"name":"docker-ssh"}}""")),
        new("OmsUpgrade spec.imageArchive", RuleMessages.ArchivePath,
            spec => spec.At("imageArchive")["path"] = "a/../b.tar", spec => spec.At("imageArchive")["path"] = "a..b/c.tar"),
        new("OmsUpgrade spec.imageArchive.storage.directory", RuleMessages.DirectoryPath,
            spec => spec.At("imageArchive", "storage", "directory")["path"] = Up, spec => spec.At("imageArchive", "storage", "directory")["path"] = Dotted),
        new("OmsUpgrade spec.regions[].nodes[].imageArchive", RuleMessages.ArchivePath,
            spec => spec.Node(0).At("imageArchive")["path"] = "..", spec => spec.Node(0).At("imageArchive")["path"] = "..."),
        new("OmsUpgrade spec.regions[].nodes[].imageArchive.storage.directory", RuleMessages.DirectoryPath,
            spec => spec.Node(0).At("imageArchive", "storage", "directory")["path"] = Up,
            spec => spec.Node(0).At("imageArchive", "storage", "directory")["path"] = Dotted),
        new("OmsUpgrade spec.backup.storage.directory", RuleMessages.DirectoryPath,
            spec => spec.At("backup", "storage", "directory")["path"] = Up, spec => spec.At("backup", "storage", "directory")["path"] = Dotted),
        new("BackupSnapshot spec", RuleMessages.SystemSchemas,
            spec => spec["databases"]!.AsArray().Add("MySQL"), spec => spec["databases"]!.AsArray().Add("mysql2")),
        new("BackupSnapshot spec.pathPrefix", RuleMessages.PathPrefix, spec => spec["pathPrefix"] = "a/..", spec => spec["pathPrefix"] = "a/..b"),
        new("BackupSnapshot spec.storage.directory", RuleMessages.DirectoryPath,
            spec => spec.At("storage", "directory")["path"] = Up, spec => spec.At("storage", "directory")["path"] = Dotted),
    ];

    public bool IsUpgrade => Place.StartsWith("OmsUpgrade", StringComparison.Ordinal);

    public JsonObject Manifest(Action<JsonObject> change)
    {
        var manifest = IsUpgrade ? Manifests.Upgrade("tried") : Manifests.Snapshot("tried");
        change(manifest.At("spec"));
        return manifest;
    }
}
