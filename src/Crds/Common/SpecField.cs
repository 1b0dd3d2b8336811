namespace Drydock.Crds.Common;

/// <summary>One field of a part of a spec, with what its attributes say. The fields of a type are read once from its
/// JSON metadata, in the order of their names: moving a property inside its type changes no hash.</summary>
internal sealed record SpecField
{
    private static readonly ConcurrentDictionary<JsonTypeInfo, IReadOnlyList<SpecField>> Known = new();
    private static readonly ConcurrentDictionary<Type, object> Defaults = new();

    private readonly Func<object, object?> _read;
    private readonly IReadOnlyList<string> _listKeys;
    private readonly Lazy<IReadOnlyCollection<FieldClass>> _classesBelow;
    private readonly Lazy<bool> _refersToSecrets;

    private SpecField(JsonPropertyInfo property, Func<object, object?> read)
    {
        _read = read;
        Name = property.Name;
        Type = property.Options.GetTypeInfo(property.PropertyType);
        Items = Type is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } item }
            ? property.Options.GetTypeInfo(item)
            : null;
        Class = Attribute<FieldClassAttribute>(property)?.FieldClass;
        SecretKeys = Attribute<SecretKeysAttribute>(property)?.Keys;
        _listKeys = Attribute<ListMapAttribute>(property)?.Keys ?? [];
        _classesBelow = new(() =>
            [.. Below.SelectMany(f => f.Class is { } own ? f.ClassesBelow.Append(own) : f.ClassesBelow).Distinct()]);
        _refersToSecrets = new(() =>
            Type.Type == typeof(SecretReference) || Type.Type == typeof(SecretKeyReference)
            || Below.Any(f => f.RefersToSecrets));
    }

    /// <summary>The name in JSON.</summary>
    public string Name { get; }

    public JsonTypeInfo Type { get; }

    /// <summary>The type of the items of a list; null for anything else.</summary>
    public JsonTypeInfo? Items { get; }

    /// <summary>The class that the field states itself; null inherits that of the field above.</summary>
    public FieldClass? Class { get; }

    public IReadOnlyList<string>? SecretKeys { get; }

    /// <summary>The classes that fields below this one state themselves.</summary>
    public IReadOnlyCollection<FieldClass> ClassesBelow => _classesBelow.Value;

    /// <summary>Whether this field, or one below it, is a reference to a Secret.</summary>
    public bool RefersToSecrets => _refersToSecrets.Value;

    private IEnumerable<SpecField> Below => (Items ?? Type) is { Kind: JsonTypeInfoKind.Object } part ? Of(part) : [];

    public static IReadOnlyList<SpecField> Of(JsonTypeInfo type) => Known.GetOrAdd(type, Read);

    /// <summary>A part of a spec in which every field has its default.</summary>
    public static object DefaultsOf(JsonTypeInfo type) =>
        Defaults.GetOrAdd(type.Type, static of => Activator.CreateInstance(of)!);

    public object? In(object owner) => _read(owner);

    /// <summary>The fields by which the items of this list are told apart.</summary>
    public IEnumerable<SpecField> KeysOf(JsonTypeInfo items) =>
        Of(items).Where(key => _listKeys.Contains(key.Name, StringComparer.Ordinal));

    private static IReadOnlyList<SpecField> Read(JsonTypeInfo type) =>
    [
        .. type.Properties
            .Where(property => property.Get is not null)
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => new SpecField(property, property.Get!)),
    ];

    private static T? Attribute<T>(JsonPropertyInfo property)
        where T : Attribute =>
        (property.AttributeProvider as MemberInfo)?.GetCustomAttribute<T>();
}
