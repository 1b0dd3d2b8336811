namespace Drydock.Crds.Common;

/// <summary>A Secret in the namespace of the object that names it.</summary>
public sealed record SecretReference
{
    /// <summary>Name of the Secret.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.ObjectName)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>One key of a Secret in the namespace of the object that names it.</summary>
public sealed record SecretKeyReference
{
    /// <summary>Name of the Secret.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.ObjectName)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The data key.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.SecretKey)]
    public string Key { get; init => field = value ?? ""; } = "";
}

/// <summary>One place of a spec that refers to a Secret.</summary>
/// <param name="Field">The field, for instance <c>spec.regions[default].nodes[oms-a].docker.tlsSecretRef</c>.</param>
/// <param name="Name">Name of the Secret.</param>
/// <param name="Keys">The data keys that are read from it.</param>
public sealed record SecretUse(string Field, string Name, IReadOnlyList<string> Keys);

/// <summary>The Secrets that a spec refers to, found by the types <see cref="SecretReference"/> and
/// <see cref="SecretKeyReference"/> wherever they occur.</summary>
public static class SecretReferences
{
    /// <summary>Every reference that names a Secret, in the order of the field names.</summary>
    public static IReadOnlyList<SecretUse> In<TSpec>(TSpec spec)
        where TSpec : class =>
        In(spec, CrdsJsonContext.Default.GetTypeInfo(typeof(TSpec))!);

    /// <summary>The same for a spec of any JSON context.</summary>
    /// <exception cref="InvalidOperationException">A field of the type has no [SecretKeys].</exception>
    public static IReadOnlyList<SecretUse> In(object spec, JsonTypeInfo type) => [.. Below(spec, type, "spec")];

    /// <summary>The names of those Secrets, each once.</summary>
    public static IReadOnlyCollection<string> Names<TSpec>(TSpec spec)
        where TSpec : class =>
        [.. In(spec).Select(use => use.Name).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<SecretUse> Below(object owner, JsonTypeInfo type, string path) =>
        SpecField.Of(type)
            .Where(field => field.RefersToSecrets)
            .SelectMany(field => Of(field, field.In(owner), $"{path}.{field.Name}"));

    private static IEnumerable<SecretUse> Of(SpecField field, object? value, string path)
    {
        if (field.Type.Type == typeof(SecretReference))
        {
            var keys = field.SecretKeys
                ?? throw new InvalidOperationException(
                    $"{path} refers to a Secret. State with [SecretKeys] which of its keys are read.");
            return value is SecretReference { Name: { Length: > 0 } name } ? [new SecretUse(path, name, keys)] : [];
        }

        return value switch
        {
            null => [],
            SecretKeyReference one => one is { Name.Length: > 0, Key.Length: > 0 }
                ? [new SecretUse(path, one.Name, [one.Key])]
                : [],
            IEnumerable list when field.Items is { Kind: JsonTypeInfoKind.Object } items =>
                list.Cast<object>()
                    .SelectMany((item, index) => Below(item, items, $"{path}[{KeyOf(field, items, item, index)}]")),
            _ when field.Type.Kind == JsonTypeInfoKind.Object => Below(value, field.Type, path),
            _ => [],
        };
    }

    private static string KeyOf(SpecField list, JsonTypeInfo items, object item, int index) =>
        string.Join(',', list.KeysOf(items).Select(key => key.In(item))) is { Length: > 0 } text
            ? text
            : index.ToString(CultureInfo.InvariantCulture);
}
