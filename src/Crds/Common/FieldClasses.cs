using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Drydock.Crds.Common;

/// <summary>Hashes of the fields of a spec by their <see cref="FieldClass"/>, by which a change of them is noticed.
/// Nested fields inherit the class of the field above them unless they state their own.</summary>
public static class FieldClasses
{
    /// <summary>SHA-256 over the fields of these classes, 64 hex digits.</summary>
    /// <remarks>A field that has its default is left out. A new field with a default therefore does not change the hash
    /// that is stored with a running plan.</remarks>
    public static string Hash<TSpec>(TSpec spec, params FieldClass[] classes)
        where TSpec : class =>
        Hash(Select(spec, classes));

    /// <summary>The same for a spec of any JSON context.</summary>
    public static string Hash(object spec, JsonTypeInfo type, params FieldClass[] classes) =>
        Hash(Select(spec, type, SpecField.DefaultsOf(type), inherited: null, classes));

    /// <summary>SHA-256 over selected fields, 64 hex digits.</summary>
    public static string Hash(JsonObject selected) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(selected.ToJsonString())));

    /// <summary>The fields of these classes, without those that have their defaults.</summary>
    public static JsonObject Select<TSpec>(TSpec spec, params FieldClass[] classes)
        where TSpec : class
    {
        var type = CrdsJsonContext.Default.GetTypeInfo(typeof(TSpec))!;
        return Select(spec, type, SpecField.DefaultsOf(type), inherited: null, classes);
    }

    private static JsonObject Select(
        object owner, JsonTypeInfo type, object defaults, FieldClass? inherited, FieldClass[] classes)
    {
        var selected = new JsonObject();
        foreach (var field in SpecField.Of(type))
        {
            if (field.In(owner) is { } value
                && Select(field, value, field.In(defaults), field.Class ?? inherited, classes) is { } node)
            {
                selected[field.Name] = node;
            }
        }

        return selected;
    }

    private static JsonNode? Select(
        SpecField field, object value, object? byDefault, FieldClass? fieldClass, FieldClass[] classes)
    {
        var isWanted = fieldClass is { } known && classes.Contains(known);
        if (!isWanted && !field.ClassesBelow.Any(c => classes.Contains(c)))
        {
            return null;
        }

        if (field.Type.Kind == JsonTypeInfoKind.Object)
        {
            var below = Select(value, field.Type, byDefault ?? SpecField.DefaultsOf(field.Type), fieldClass, classes);

            // Whether an optional part is present is part of what it says.
            return below.Count > 0 || (isWanted && byDefault is null) ? below : null;
        }

        if (field.Items is { Kind: JsonTypeInfoKind.Object } items)
        {
            return SelectItems((IEnumerable)value, field, items, isWanted, fieldClass, classes);
        }

        if (!isWanted || value.Equals(byDefault))
        {
            return null;
        }

        var node = Node(value, field.Type);
        return byDefault is not null && JsonNode.DeepEquals(node, Node(byDefault, field.Type)) ? null : node;
    }

    // Most fields are texts; those need no writing and parsing.
    private static JsonNode? Node(object? value, JsonTypeInfo type) =>
        value is string text ? JsonValue.Create(text) : JsonSerializer.SerializeToNode(value, type);

    private static JsonArray? SelectItems(
        IEnumerable list,
        SpecField field,
        JsonTypeInfo items,
        bool isWanted,
        FieldClass? fieldClass,
        FieldClass[] classes)
    {
        var array = new JsonArray();
        var isSaid = false;
        foreach (var item in list)
        {
            var selected = Select(item, items, SpecField.DefaultsOf(items), fieldClass, classes);
            isSaid |= isWanted || selected.Count > 0;
            foreach (var key in field.KeysOf(items))
            {
                selected[key.Name] = Node(key.In(item), key.Type);
            }

            array.Add(selected);
        }

        return isSaid ? array : null;
    }
}
