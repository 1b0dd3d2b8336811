using System.Reflection;
using Drydock.Abstractions.Entities;

namespace Drydock.CrdGen.Output;

/// <summary>Writes the permissions that the controllers say they need.</summary>
public static class RbacYaml
{
    /// <summary>Name of the ClusterRole and of the Role.</summary>
    public const string RoleName = "drydock-operator";

    /// <summary>The namespace of the operator as shipped.</summary>
    public const string OperatorNamespace = "drydock-system";

    /// <summary>The roles for everything the types of an assembly ask for.</summary>
    public static IReadOnlyList<YamlMap> Of(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return Of([.. assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<EntityRbacAttribute>(inherit: false))]);
    }

    /// <summary>A ClusterRole, and a Role in the operator's namespace; empty if nothing is asked for.</summary>
    public static IReadOnlyList<YamlMap> Of(IReadOnlyList<EntityRbacAttribute> asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        List<YamlMap> roles = [];
        Add(roles, "ClusterRole", operatorNamespace: null, asked.Where(rule => !rule.OperatorNamespaceOnly));
        Add(roles, "Role", OperatorNamespace, asked.Where(rule => rule.OperatorNamespaceOnly));
        return roles;
    }

    private static void Add(List<YamlMap> roles, string kind, string? operatorNamespace, IEnumerable<EntityRbacAttribute> asked)
    {
        var rules = Rules(asked);
        if (rules.Count > 0)
        {
            roles.Add(new YamlMap()
                .Add("apiVersion", "rbac.authorization.k8s.io/v1")
                .Add("kind", kind)
                .Add("metadata", new YamlMap().Add("name", RoleName).Add("namespace", operatorNamespace))
                .Add("rules", rules));
        }
    }

    // What several controllers ask for one resource is united; resources of a group with the same verbs share a rule.
    private static List<YamlMap> Rules(IEnumerable<EntityRbacAttribute> asked) =>
    [
        .. asked
            .SelectMany(rule => rule.Resources.Select(resource => (rule.Group, Resource: resource, Verbs: Split(rule.Verbs))))
            .GroupBy(rule => (rule.Group, rule.Resource))
            .Select(rule => (rule.Key.Group, rule.Key.Resource, Verbs: string.Join(',', rule.SelectMany(part => part.Verbs).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))))
            .GroupBy(rule => (rule.Group, rule.Verbs))
            .Select(rule => (rule.Key.Group, rule.Key.Verbs, Resources: rule.Select(part => part.Resource).Order(StringComparer.Ordinal).ToList()))
            .OrderBy(rule => rule.Group, StringComparer.Ordinal)
            .ThenBy(rule => rule.Resources[0], StringComparer.Ordinal)
            .Select(rule => new YamlMap()
                .Add("apiGroups", new List<string> { rule.Group })
                .Add("resources", rule.Resources)
                .Add("verbs", Split(rule.Verbs).ToList())),
    ];

    private static string[] Split(string verbs) => verbs.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
