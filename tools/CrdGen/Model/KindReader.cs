using System.Reflection;
using Drydock.Crds.Entities;
using k8s.Models;

namespace Drydock.CrdGen.Model;

/// <summary>A kind: its names, its columns, and the schemas of spec and status.</summary>
internal sealed record KindModel(
    KubernetesEntityAttribute Entity,
    IReadOnlyList<string> ShortNames,
    IReadOnlyList<string> Categories,
    IReadOnlyList<AdditionalPrinterColumnAttribute> Columns,
    string Description,
    SchemaNode Spec,
    SchemaNode Status,
    IReadOnlyList<CelRule> Rules);

/// <summary>Reads the kinds out of an assembly.</summary>
internal static class KindReader
{
    public static IReadOnlyList<KindModel> Read(Assembly assembly)
    {
        var schemas = new SchemaReader(XmlDocs.Of(assembly));
        return
        [
            .. assembly.GetTypes()
                .Where(type => type.GetCustomAttribute<KubernetesEntityAttribute>() is not null)
                .Select(type => Read(type, schemas))
                .OrderBy(kind => kind.Entity.Kind, StringComparer.Ordinal),
        ];
    }

    private static KindModel Read(Type type, SchemaReader schemas)
    {
        var names = type.GetCustomAttribute<KubernetesEntityShortNamesAttribute>();
        var arguments = EntityArguments(type);
        var spec = schemas.ReadSpec(arguments[0]);
        var frozen = type.GetCustomAttribute<FrozenWhileAttribute>();
        List<CelRule> rules = [.. type.GetCustomAttributes<ValidationRuleAttribute>().Select(rule => new CelRule(rule.Rule, rule.Message))];
        if (frozen is not null)
        {
            rules.AddRange(IdentityRules.Of(spec, frozen));
        }

        return new KindModel(
            type.GetCustomAttribute<KubernetesEntityAttribute>()!,
            names?.ShortNames ?? [],
            names?.Categories.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            [.. type.GetCustomAttributes<AdditionalPrinterColumnAttribute>().OrderBy(column => column.Priority)],
            schemas.DescriptionOf(type),
            spec,
            schemas.ReadStatus(arguments[1]),
            rules);
    }

    private static Type[] EntityArguments(Type type)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType)
        {
            if (at.IsGenericType && at.GetGenericTypeDefinition() == typeof(CustomKubernetesEntity<,>))
            {
                return at.GetGenericArguments();
            }
        }

        throw new InvalidOperationException($"{type.FullName} carries [KubernetesEntity] but is no CustomKubernetesEntity<spec, status>.");
    }
}
