using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Drydock.Crds.Entities;
using Drydock.CrdGen.Output;
using Drydock.Crds.Common;

namespace Drydock.CrdGen.Model;

/// <summary>Turns a type into a structural schema.</summary>
internal sealed class SchemaReader(XmlDocs docs)
{
    public SchemaNode ReadSpec(Type type) =>
        ReadObject(type, inherited: null, isSpec: true) with { Name = "spec", Description = $"{DescriptionOf(type)} {Words.Legend}", Required = true };

    /// <summary>
    /// The schema of a status. Its fields have neither classes nor defaults, because the operator writes it whole. Its
    /// own default says that nobody has looked at the object yet: tools that wait for a status would otherwise take an
    /// object without one for done.
    /// </summary>
    public SchemaNode ReadStatus(Type type) =>
        ReadObject(type, inherited: null, isSpec: false) with
        {
            Name = "status",
            Description = DescriptionOf(type),
            Default = new YamlMap().Add("observedGeneration", ObservedStatus.NotObserved),
        };

    public string DescriptionOf(Type type) => docs.Of(type);

    private SchemaNode ReadObject(
        Type type, FieldClass? inherited, bool isSpec, IReadOnlyList<string>? requiredKeys = null)
    {
        var instance = Activator.CreateInstance(type) ?? throw new InvalidOperationException($"{type.FullName} has no parameterless constructor.");
        return new SchemaNode
        {
            Type = "object",
            Model = type.GetCustomAttribute<NotInReferenceAttribute>() is null ? type : null,
            Properties = [.. PropertiesOf(type).Select(property => ReadProperty(property, instance, inherited, isSpec, requiredKeys ?? []))],
            Rules = RulesOf(type),
        };
    }

    // What a kind says itself comes before what all kinds say.
    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanRead && property.CanWrite
            && property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always })
        .OrderBy(property => Depth(type, property.DeclaringType!))
        .ThenBy(property => property.MetadataToken);

    private static int Depth(Type type, Type declaring)
    {
        var depth = 0;
        for (var at = type; at is not null && at != declaring; at = at.BaseType)
        {
            depth++;
        }

        return depth;
    }

    private SchemaNode ReadProperty(
        PropertyInfo property, object instance, FieldClass? inherited, bool isSpec, IReadOnlyList<string> requiredKeys)
    {
        var where = $"{property.DeclaringType!.Name}.{property.Name}";
        var bounds = PropertyBounds.Of(property);
        var fieldClass = isSpec ? property.GetCustomAttribute<FieldClassAttribute>()?.FieldClass ?? inherited : null;
        var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        var node = ReadValue(property.PropertyType, bounds, fieldClass, isSpec, where);
        var defaultValue = isSpec && !bounds.Required ? DefaultOf(node, property.GetValue(instance), where) : null;
        var isKey = requiredKeys.Contains(name, StringComparer.Ordinal);
        return node with
        {
            Name = name,
            DeclaredBy = property.DeclaringType,
            IsInternal = property.GetCustomAttribute<NotInReferenceAttribute>() is not null,
            Description = docs.Of(property),
            Class = fieldClass,
            Default = isKey || defaultValue is YamlMap ? defaultValue : null,
            Applied = defaultValue,
            Required = bounds.Required || (isKey && defaultValue is null),
            Rules = [.. node.Rules, .. RulesOf(property)],
        };
    }

    private SchemaNode ReadValue(
        Type declared, SchemaNode bounds, FieldClass? fieldClass, bool isSpec, string where)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        type = Stored(type);
        if (Scalars.TryRead(type, bounds) is { } scalar)
        {
            return scalar;
        }

        if (!type.IsGenericType)
        {
            return type.IsClass && type.GetConstructor(Type.EmptyTypes) is not null
                ? ReadObject(type, fieldClass, isSpec)
                : throw new InvalidOperationException($"{where}: {type} is no type of an API.");
        }

        var arguments = type.GetGenericArguments();
        if (type.GetGenericTypeDefinition() == typeof(List<>))
        {
            return new SchemaNode
            {
                Type = "array",
                MinItems = bounds.MinItems,
                MaxItems = bounds.MaxItems ?? throw new InvalidOperationException($"{where}: a list needs [Items]."),
                ListType = bounds.ListType,
                ListMapKeys = bounds.ListMapKeys,
                Items = Scalars.TryRead(arguments[0], bounds) ?? ReadObject(Stored(arguments[0]), fieldClass, isSpec, bounds.ListMapKeys),
            };
        }

        if (arguments.Length == 2 && arguments[0] == typeof(string) && Scalars.TryRead(arguments[1], bounds) is { } value)
        {
            return new SchemaNode
            {
                Type = "object",
                IsMap = true,
                MinItems = bounds.MinItems,
                MaxItems = bounds.MaxItems ?? throw new InvalidOperationException($"{where}: a map needs [Items]."),
                Items = value,
            };
        }

        throw new InvalidOperationException($"{where}: {type} is no type of an API.");
    }

    private static Type Stored(Type type) => type.GetCustomAttribute<SchemaOfAttribute>()?.Stored ?? type;

    // The initialiser of the property is the default of the schema. An empty list or text says nothing.
    private static object? DefaultOf(SchemaNode node, object? value, string where)
    {
        switch (value)
        {
            case null or "":
                return null;
            case string text:
                return text;
            case bool or System.Enum:
                return value is bool ? value : value.ToString();
            case int or long:
                return Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (node is not { Type: "object", IsMap: false })
        {
            return null;
        }

        return node.Properties.FirstOrDefault(property => property.Required) is { } required
            ? throw new InvalidOperationException($"{where} is defaulted, but its field {required.Name} is required: make it nullable, or required itself.")
            : new YamlMap();
    }

    private static IReadOnlyList<CelRule> RulesOf(MemberInfo member) =>
        [.. member.GetCustomAttributes<ValidationRuleAttribute>().Select(rule => new CelRule(rule.Rule, rule.Message))];
}
