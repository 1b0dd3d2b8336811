using System.Reflection;
using Drydock.Crds.Entities;

namespace Drydock.CrdGen.Model;

/// <summary>What the attributes of a property say.</summary>
internal static class PropertyBounds
{
    /// <summary>The bounds as a node without a type.</summary>
    public static SchemaNode Of(PropertyInfo property)
    {
        var text = property.GetCustomAttribute<TextAttribute>();
        var items = property.GetCustomAttribute<ItemsAttribute>();
        var range = property.GetCustomAttribute<RangeAttribute>();
        var map = property.GetCustomAttribute<ListMapAttribute>();
        var set = property.GetCustomAttribute<ListSetAttribute>();
        return new SchemaNode
        {
            Type = "",
            Required = property.GetCustomAttribute<RequiredAttribute>() is not null,
            Pattern = property.GetCustomAttribute<PatternAttribute>()?.Regex ?? text?.Pattern,
            MinLength = Positive(text?.Minimum ?? 0),
            MaxLength = text?.Maximum,
            MinItems = Positive(items?.Minimum ?? 0),
            MaxItems = items?.Maximum,
            Minimum = range?.Minimum,
            Maximum = range?.Maximum,
            ListMapKeys = map?.Keys ?? [],
            ListType = map is not null ? "map" : set is not null ? "set" : "atomic",
        };
    }

    private static int? Positive(int value) => value > 0 ? value : null;
}
