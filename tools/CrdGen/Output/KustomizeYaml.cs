using Drydock.CrdGen.Model;

namespace Drydock.CrdGen.Output;

/// <summary>
/// Writes a configuration of kustomize with the fields that name Secrets, BackupSnapshots and images:
/// kustomize knows these fields only of Kubernetes' own kinds, so that a name with a prefix or a hash would not arrive.
/// </summary>
internal static class KustomizeYaml
{
    private static readonly (string Kind, string? Group, string[] Fields)[] Referents =
    [
        ("Secret", null, ["secretRef", "secretKeyRef"]),
        ("BackupSnapshot", "drydock.dev", ["snapshotRef"]),
    ];

    public static YamlMap Of(IReadOnlyList<KindModel> kinds) => new YamlMap()
        .Add("images", Paths(kinds, IsImage).ToList())
        .Add("nameReference", Referents.Select(referent => new YamlMap()
            .Add("kind", referent.Kind)
            .Add("group", referent.Group)
            .Add("version", referent.Group is null ? "v1" : null)
            .Add("fieldSpecs", Paths(kinds, path => IsName(path, referent.Fields)).ToList())).ToList());

    public static IReadOnlyList<string> Fields(KindModel kind, string referent)
    {
        var fields = Referents.Single(r => r.Kind == referent).Fields;
        return [.. kind.Spec.Walk("spec").Select(field => field.Path).Where(path => IsName(path, fields))];
    }

    private static IEnumerable<YamlMap> Paths(IReadOnlyList<KindModel> kinds, Func<string, bool> isMeant) =>
        from kind in kinds
        from path in kind.Spec.Walk("spec").Select(field => field.Path).Where(isMeant).Order(StringComparer.Ordinal)
        select new YamlMap()
            .Add("path", path.Replace("[]", "", StringComparison.Ordinal).Replace('.', '/'))
            .Add("group", kind.Entity.Group)
            .Add("kind", kind.Entity.Kind);

    private static bool IsImage(string path) => path.Split('.')[^1] == "image";

    private static bool IsName(string path, string[] fields) =>
        path.Split('.') is [.., var reference, "name"]
            && Array.Exists(fields, field => reference.EndsWith(field, StringComparison.OrdinalIgnoreCase));
}
