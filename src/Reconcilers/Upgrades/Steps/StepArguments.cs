using System.Text.Json.Serialization;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Converts the arguments of an action, a record that is declared inside the action as <c>Args</c>, to the
/// parameters of a stored step and back. Each property is one entry: text as it is, anything else as JSON. A property
/// that has its default value is omitted.</summary>
/// <remarks>A stored entry that the record does not declare, and a required property without an entry, are errors: the
/// plan was compiled by another version of the operator, and an argument must not be guessed.</remarks>
internal static class StepArguments
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static string ActionOf(Type arguments) => arguments.DeclaringType?.Name
        ?? throw new InvalidOperationException($"{arguments.Name} is not declared inside an action or a guard.");

    public static SortedDictionary<string, string> Write<TArgs>(TArgs arguments)
        where TArgs : class
    {
        var type = Options.GetTypeInfo(typeof(TArgs));
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in type.Properties)
        {
            var value = property.Get!(arguments);
            if (value is null || IsDefault(property, value))
            {
                continue;
            }

            var json = JsonSerializer.SerializeToNode(value, Options.GetTypeInfo(property.PropertyType))!;
            entries[property.Name] = json.GetValueKind() == JsonValueKind.String
                ? json.GetValue<string>()
                : json.ToJsonString(Options);
        }

        return entries;
    }

    /// <summary>The arguments of a stored step or guard.</summary>
    /// <exception cref="FormatException">The entries do not fit the arguments that the action declares.</exception>
    public static TArgs Read<TArgs>(string id, IReadOnlyDictionary<string, string> entries)
        where TArgs : class
    {
        var type = (JsonTypeInfo<TArgs>)Options.GetTypeInfo(typeof(TArgs));
        try
        {
            var json = new JsonObject();
            foreach (var (name, value) in entries)
            {
                var property = type.Properties.FirstOrDefault(p => p.Name == name);
                json[name] = property is null || IsText(property.PropertyType) ? value : JsonNode.Parse(value);
            }

            return json.Deserialize(type)!;
        }
        catch (JsonException exception)
        {
            throw new FormatException(
                $"The stored arguments of {id} do not fit {ActionOf(typeof(TArgs))}: {exception.Message} "
                + "The plan was made by another version of the operator. "
                + "Install that version again and let the run end.",
                exception);
        }
    }

    /// <summary>The arguments of a stored step.</summary>
    /// <exception cref="FormatException">The step was not compiled for this action or by this version.</exception>
    public static TArgs Arguments<TArgs>(this PlanStep step)
        where TArgs : class => Read<TArgs>(step.Id, step.Parameters);

    public static bool Is<TAction>(this PlanStep step) =>
        string.Equals(step.Action, typeof(TAction).Name, StringComparison.Ordinal);

    private static bool IsDefault(JsonPropertyInfo property, object value) =>
        property.AssociatedParameter is { HasDefaultValue: true } parameter && Equals(value, parameter.DefaultValue);

    private static bool IsText(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || type == typeof(string) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan)
            || type == typeof(Uri);
    }
}
