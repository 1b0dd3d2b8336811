using Drydock.Tests.Unit.Databases;
using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>The new version's programs, and how they come to the hosts.</summary>
internal static class PackageFields
{
    public static IEnumerable<FieldProof> All { get; } =
    [
        Brought("directory", package => package["directory"] = "/opt/other"),
        Archive("name", archive => archive["name"] = "other", InDirectory),
        Archive("components", archive => archive["components"] = new JsonArray("TiDB"), InDirectory),
        Archive("path", archive => archive["path"] = "other.tar.gz", InDirectory),
        Archive("hostPath", archive => archive["hostPath"] = "/tmp/other.tar.gz", OnHosts),
        Archive("sha256", archive => archive["sha256"] = HostCases.Old, OnHosts),
        Archive("stripComponents", archive => archive["stripComponents"] = 3, OnHosts),
        .. Storages.Identity(
            "package.archives[].storage", ATiDb, HostBench.PackageAsync,
            spec => spec["package"]!["archives"]![0]!.AsObject(), spec => InDirectory(spec["package"]!.AsObject())),
        Brought("files[].path", package => package["files"]![0]!["path"] = "bin/other", WithFile),
        Brought("files[].sha256", package => package["files"]![0]!["sha256"] = HostCases.Old, WithFile),
        Brought("postInstall", package => package["postInstall"] = "bin/post_install.sh", OnHosts),
        Identity(
            "package.extensions[].files[].from", AYugabyte, HostBench.PackageAsync,
            spec => Extension(spec)["files"]![0]!["from"] = "/other.so", WithExtension),
        Identity(
            "package.extensions[].files[].to", AYugabyte, HostBench.PackageAsync,
            spec => Extension(spec)["files"]![0]!["to"] = "lib/other.so", WithExtension),
        Identity(
            "package.extensions[].name",
            Changed(AYugabyte, spec => spec["yugabyte"]!["sql"]!["extensionsInUse"] = new JsonArray("hll")),
            spec => YugabyteLooks.PlanAsync(spec, new(), world => world.PackageIsThere = true),
            spec => Extension(spec)["name"] = "other",
            WithExtension),
    ];

    private static FieldProof Brought(string field, Action<JsonObject> change, Action<JsonObject>? before = null) =>
        Identity($"package.{field}", ATiDb, HostBench.PackageAsync, spec => change(spec["package"]!.AsObject()), spec =>
            before?.Invoke(spec["package"]!.AsObject()));

    private static FieldProof Archive(string field, Action<JsonObject> change, Action<JsonObject> before) =>
        Brought($"archives[].{field}", package => change(package["archives"]![0]!.AsObject()), before);

    private static void InDirectory(JsonObject package) =>
        package["archives"] = Json(
            $$"""[{"name":"tidb","storage":{"directory":{"path":"/packages"} },"path":"tidb.tar.gz","sha256":"{{HostCases.New}}"}]""");

    private static void OnHosts(JsonObject package) =>
        package["archives"] = Json(
            $$"""[{"name":"tidb","hostPath":"/tmp/tidb.tar.gz","sha256":"{{HostCases.New}}"}]""");

    private static void WithFile(JsonObject package) =>
        package["files"] = Json($$"""[{"path":"bin/tikv-ctl","sha256":"{{HostCases.New}}"}]""");

    private static void WithExtension(JsonObject spec) =>
        spec["package"]!["extensions"] = Json(
            """[{"name":"hll","files":[{"from":"/home/yugabyte/hll.so","to":"lib/hll.so"}]}]""");

    private static JsonNode Extension(JsonObject spec) => spec["package"]!["extensions"]![0]!;
}
