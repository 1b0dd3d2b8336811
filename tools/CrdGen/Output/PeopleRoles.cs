using Drydock.CrdGen.Model;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.CrdGen.Output;

/// <summary>
/// Writes the roles for the users of the kinds. They are added to the roles "view", "edit" and "admin" that every
/// cluster has. A restore drops databases, so that only "admin" may create one.
/// </summary>
public static class PeopleRoles
{
    private static readonly List<string> Read = ["get", "list", "watch"];
    private static readonly List<string> Write = ["create", "delete", "deletecollection", "patch", "update"];

    /// <summary>The roles.</summary>
    public static IReadOnlyList<YamlMap> Of(IReadOnlyList<KindModel> kinds)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        var group = kinds[0].Entity.Group;
        var all = kinds.Select(kind => kind.Entity.PluralName).Order(StringComparer.Ordinal).ToList();
        return
        [
            Role("admin", ["admin"], Rule(group, all, [.. Write, .. Read])),
            Role("edit", ["admin", "edit"], Rule(group, [.. all.Where(plural => plural != SnapshotRestore.Plural)], [.. Write, .. Read])),
            Role("view", ["admin", "edit", "view"], Rule(group, [.. all, .. all.Select(plural => plural + "/status")], Read)),
        ];
    }

    private static YamlMap Role(string name, IEnumerable<string> into, YamlMap rule)
    {
        var labels = new YamlMap();
        foreach (var role in into)
        {
            labels.Add($"rbac.authorization.k8s.io/aggregate-to-{role}", "true");
        }

        return new YamlMap()
            .Add("apiVersion", "rbac.authorization.k8s.io/v1")
            .Add("kind", "ClusterRole")
            .Add("metadata", new YamlMap().Add("labels", labels).Add("name", $"drydock-{name}"))
            .Add("rules", new List<YamlMap> { rule });
    }

    private static YamlMap Rule(string group, List<string> resources, List<string> verbs) => new YamlMap()
        .Add("apiGroups", new List<string> { group })
        .Add("resources", resources.Order(StringComparer.Ordinal).ToList())
        .Add("verbs", verbs.Order(StringComparer.Ordinal).ToList());
}
