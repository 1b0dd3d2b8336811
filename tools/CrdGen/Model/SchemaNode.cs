using Drydock.Abstractions.Entities;

namespace Drydock.CrdGen.Model;

/// <summary>One field of a kind: everything that schema and reference say of it.</summary>
public sealed record SchemaNode
{
    /// <summary>Name in JSON; empty for list items and the root.</summary>
    public string Name { get; init; } = "";

    /// <summary>JSON type: object, array, string, integer, number or boolean.</summary>
    public required string Type { get; init; }

    /// <summary>What users read, without the class.</summary>
    public string Description { get; init; } = "";

    /// <summary>When it may change; null in status.</summary>
    public FieldClass? Class { get; init; }

    /// <summary>Whether an object without it is refused.</summary>
    public bool Required { get; init; }

    /// <summary>OpenAPI format, for instance date-time or int32.</summary>
    public string? Format { get; init; }

    /// <summary>
    /// The schema default: string, bool, long, or an empty <see cref="Output.YamlMap"/>; null for none.
    /// </summary>
    public object? Default { get; init; }

    /// <summary>Regular expression of a string.</summary>
    public string? Pattern { get; init; }

    /// <summary>Allowed words of a string.</summary>
    public IReadOnlyList<string> Enum { get; init; } = [];

    /// <summary>Least length of a string.</summary>
    public int? MinLength { get; init; }

    /// <summary>Greatest length of a string.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Least number.</summary>
    public long? Minimum { get; init; }

    /// <summary>Greatest number.</summary>
    public long? Maximum { get; init; }

    /// <summary>Fewest items of a list or entries of a map.</summary>
    public int? MinItems { get; init; }

    /// <summary>Most items of a list or entries of a map.</summary>
    public int? MaxItems { get; init; }

    /// <summary>How server-side apply merges a list: atomic, set or map.</summary>
    public string? ListType { get; init; }

    /// <summary>Key properties of a list of type map.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>Items of a list, or values of a map.</summary>
    public SchemaNode? Items { get; init; }

    /// <summary>True for an object with free keys, whose values are <see cref="Items"/>.</summary>
    public bool IsMap { get; init; }

    /// <summary>Fields of an object, in the order of the code.</summary>
    public IReadOnlyList<SchemaNode> Properties { get; init; } = [];

    /// <summary>CEL rules that stand here.</summary>
    public IReadOnlyList<CelRule> Rules { get; init; } = [];

    /// <summary>This node and all below it, each with its path.</summary>
    public IEnumerable<(string Path, SchemaNode Node)> Walk(string path = "")
    {
        yield return (path, this);
        foreach (var property in Properties)
        {
            foreach (var below in property.Walk(path.Length == 0 ? property.Name : $"{path}.{property.Name}"))
            {
                yield return below;
            }
        }

        if (Items is not null)
        {
            foreach (var below in Items.Walk(path + (IsMap ? "{}" : "[]")))
            {
                yield return below;
            }
        }
    }
}
