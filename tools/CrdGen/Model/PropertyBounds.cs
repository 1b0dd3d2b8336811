using System.Reflection;
using Drydock.Abstractions.Entities;

namespace Drydock.CrdGen.Model;

/// <summary>What the attributes of a property, or of the assembly for a property from elsewhere, say.</summary>
public sealed record PropertyBounds
{
    /// <summary>What users read; empty leaves it to the documentation file.</summary>
    public string Description { get; private init; } = "";

    /// <summary>Whether it must be there.</summary>
    public bool Required { get; private init; }

    /// <summary>Regular expression.</summary>
    public string? Pattern { get; private init; }

    /// <summary>Least length.</summary>
    public int? MinLength { get; private init; }

    /// <summary>Greatest length.</summary>
    public int? MaxLength { get; private init; }

    /// <summary>Fewest items.</summary>
    public int? MinItems { get; private init; }

    /// <summary>Most items.</summary>
    public int? MaxItems { get; private init; }

    /// <summary>Least number.</summary>
    public long? Minimum { get; private init; }

    /// <summary>Greatest number.</summary>
    public long? Maximum { get; private init; }

    /// <summary>How a list merges: atomic, set or map.</summary>
    public string ListType { get; private init; } = "atomic";

    /// <summary>Keys of a list of type map.</summary>
    public IReadOnlyList<string> ListKeys { get; private init; } = [];

    /// <summary>Reads the bounds of a property.</summary>
    /// <param name="property">The property.</param>
    /// <param name="external">What the assembly of the kinds says of it, if it is declared elsewhere.</param>
    public static PropertyBounds Of(PropertyInfo property, ExternalSchemaAttribute? external)
    {
        ArgumentNullException.ThrowIfNull(property);
        if (external is not null)
        {
            return new PropertyBounds
            {
                Description = external.Description,
                MaxLength = Positive(external.MaxLength),
                MaxItems = Positive(external.MaxItems),
            };
        }

        var length = property.GetCustomAttribute<LengthAttribute>();
        var items = property.GetCustomAttribute<ItemsAttribute>();
        var range = property.GetCustomAttribute<RangeAttribute>();
        var map = property.GetCustomAttribute<ListMapAttribute>();
        var set = property.GetCustomAttribute<ListSetAttribute>();
        return new PropertyBounds
        {
            Required = property.GetCustomAttribute<RequiredAttribute>() is not null,
            Pattern = property.GetCustomAttribute<PatternAttribute>()?.Regex,
            MinLength = Positive(length?.Minimum ?? 0),
            MaxLength = length?.Maximum,
            MinItems = Positive(items?.Minimum ?? 0),
            MaxItems = items?.Maximum,
            Minimum = range?.Minimum,
            Maximum = range?.Maximum,
            ListKeys = map?.Keys ?? [],
            ListType = map is not null ? "map" : set is not null ? "set" : "atomic",
        };
    }

    private static int? Positive(int value) => value > 0 ? value : null;
}
