using Drydock.Crds.Entities;

namespace Drydock.CrdGen.Model;

/// <summary>One entry of <c>x-kubernetes-validations</c>.</summary>
internal sealed record CelRule(string Rule, string Message);

/// <summary>One field of a kind: everything that schema and reference say of it.</summary>
internal sealed record SchemaNode
{
    /// <summary>Name in JSON; empty for list items and the root.</summary>
    public string Name { get; init; } = "";
    public required string Type { get; init; }

    /// <summary>The type of an object; null for anything else, and where the reference leaves out its fields.</summary>
    public Type? Model { get; init; }

    /// <summary>The type that declares the field, which may be a base of the one that has it.</summary>
    public Type? DeclaredBy { get; init; }

    /// <summary>Whether the reference leaves it out.</summary>
    public bool IsInternal { get; init; }
    public string Description { get; init; } = "";

    /// <summary>When it may change; null in status.</summary>
    public FieldClass? Class { get; init; }
    public bool Required { get; init; }
    public string? Format { get; init; }

    /// <summary>
    /// The schema default: an empty <see cref="Output.YamlMap"/>, so that rules find the object; a value only for the
    /// key of a list, which the server requires; null for none.
    /// </summary>
    public object? Default { get; init; }

    /// <summary>What the operator takes for a field that is absent: string, bool, long or an empty map.</summary>
    public object? Applied { get; init; }
    public string? Pattern { get; init; }
    public IReadOnlyList<string> Enum { get; init; } = [];
    public int? MinLength { get; init; }
    public int? MaxLength { get; init; }
    public long? Minimum { get; init; }
    public long? Maximum { get; init; }
    public int? MinItems { get; init; }
    public int? MaxItems { get; init; }
    public string? ListType { get; init; }
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>Items of a list, or values of a map.</summary>
    public SchemaNode? Items { get; init; }

    /// <summary>True for an object with free keys, whose values are <see cref="Items"/>.</summary>
    public bool IsMap { get; init; }
    public IReadOnlyList<SchemaNode> Properties { get; init; } = [];
    public IReadOnlyList<CelRule> Rules { get; init; } = [];

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
