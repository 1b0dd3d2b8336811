using Drydock.CrdGen.Model;

namespace Drydock.CrdGen.Output;

/// <summary>Writes a field as structural schema, keys in the alphabet's order.</summary>
internal static class SchemaYaml
{
    public static YamlMap Of(SchemaNode node)
    {
        var isList = node.Type == "array";
        return new YamlMap()
            .Add("additionalProperties", node.IsMap ? Of(node.Items!) : null)
            .Add("default", node.Default)
            .Add("description", Description(node))
            .Add("enum", node.Enum.ToList())
            .Add("format", node.Format)
            .Add("items", isList ? Of(node.Items!) : null)
            .Add("maxItems", isList ? node.MaxItems : null)
            .Add("maxLength", node.MaxLength)
            .Add("maxProperties", node.IsMap ? node.MaxItems : null)
            .Add("maximum", node.Maximum)
            .Add("minItems", isList ? node.MinItems : null)
            .Add("minLength", node.MinLength)
            .Add("minProperties", node.IsMap ? node.MinItems : null)
            .Add("minimum", node.Minimum)
            .Add("pattern", node.Pattern)
            .Add("properties", node.Properties.Count == 0 ? null : Properties(node))
            .Add("required", node.Properties.Where(property => property.Required).Select(property => property.Name).Order(StringComparer.Ordinal).ToList())
            .Add("type", node.Type)
            .Add("x-kubernetes-list-map-keys", node.ListMapKeys.ToList())
            .Add("x-kubernetes-list-type", node.ListType)
            .Add("x-kubernetes-validations", Rules(node.Rules));
    }

    public static IReadOnlyList<YamlMap> Rules(IReadOnlyList<CelRule> rules) =>
        [.. rules.Select(rule => new YamlMap().Add("message", rule.Message).Add("rule", rule.Rule))];

    private static YamlMap Properties(SchemaNode node)
    {
        var map = new YamlMap();
        foreach (var property in node.Properties.OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            map.Add(property.Name, Of(property));
        }

        return map;
    }

    private static string? Description(SchemaNode node)
    {
        if (node.Description.Length == 0)
        {
            return null;
        }

        return node.Class is { } fieldClass ? $"[{Words.Of(fieldClass)}] {node.Description}" : node.Description;
    }
}
