using System.Reflection;
using Drydock.Crds.Entities;

namespace Drydock.CrdGen.Output;

/// <summary>Writes the permissions that the controllers say they need.</summary>
internal static class RbacYaml
{
    private const string Name = "drydock-operator";

    public static IReadOnlyList<EntityRbacAttribute> Asked(IReadOnlyList<Assembly> assemblies) =>
        [.. assemblies.SelectMany(static a => a.GetTypes()).SelectMany(type => type.GetCustomAttributes<EntityRbacAttribute>(inherit: false))];

    public static YamlMap ForCluster(IReadOnlyList<EntityRbacAttribute> asked) =>
        Role("ClusterRole", Name, null, asked.Where(IsNamespaced));

    public static YamlMap ForNamespace(IReadOnlyList<EntityRbacAttribute> asked) =>
        Role("Role", Name, null, asked.Where(IsNamespaced));

    public static YamlMap WithoutNamespace(IReadOnlyList<EntityRbacAttribute> asked) =>
        Role("ClusterRole", Name + "-cluster", null, asked.Where(rule => rule.ClusterScoped));

    public static YamlMap ForLeases(IReadOnlyList<EntityRbacAttribute> asked) =>
        Role("Role", Name + "-leases", "drydock-system", asked.Where(rule => rule.OperatorNamespaceOnly));

    private static bool IsNamespaced(EntityRbacAttribute rule) =>
        rule is { OperatorNamespaceOnly: false, ClusterScoped: false };

    private static YamlMap Role(string kind, string name, string? space, IEnumerable<EntityRbacAttribute> asked) => new YamlMap()
        .Add("apiVersion", "rbac.authorization.k8s.io/v1")
        .Add("kind", kind)
        .Add("metadata", new YamlMap().Add("name", name).Add("namespace", space))
        .Add("rules", Rules(asked));

    // What several controllers ask for one resource is united; resources of a group with the same verbs share a rule.
    private static List<YamlMap> Rules(IEnumerable<EntityRbacAttribute> asked) =>
    [
        .. asked
            .SelectMany(rule => rule.Resources.Select(resource => (
                rule.Group, Resource: resource, Names: Joined(rule.ResourceNames), Verbs: Split(rule.Verbs))))
            .GroupBy(rule => (rule.Group, rule.Resource, rule.Names))
            .Select(rule => (rule.Key.Group, rule.Key.Resource, rule.Key.Names, Verbs: Joined(rule.SelectMany(part => part.Verbs))))
            .GroupBy(rule => (rule.Group, rule.Names, rule.Verbs))
            .Select(rule => (
                rule.Key.Group, rule.Key.Names, rule.Key.Verbs,
                Resources: rule.Select(part => part.Resource).Order(StringComparer.Ordinal).ToList()))
            .OrderBy(rule => rule.Group, StringComparer.Ordinal)
            .ThenBy(rule => rule.Resources[0], StringComparer.Ordinal)
            .Select(rule => new YamlMap()
                .Add("apiGroups", new List<string> { rule.Group })
                .Add("resourceNames", Split(rule.Names).ToList())
                .Add("resources", rule.Resources)
                .Add("verbs", Split(rule.Verbs).ToList())),
    ];

    private static string Joined(IEnumerable<string> words) =>
        string.Join(',', words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static string[] Split(string verbs) =>
        verbs.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
