using System.Text.Json.Serialization;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Converts the arguments of a step or a guard, which are a record, to the parameters of its stored form and
/// back. Each argument is one entry: text as it is, anything else as JSON. An argument that has its default value is
/// omitted.</summary>
/// <remarks>A stored entry that the record does not declare, and a required one without an entry, are errors: the
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

    public static SortedDictionary<string, string> Write(object part) => Write(part, isMeasured: false);

    /// <summary>The arguments marked as <see cref="MeasuredAttribute"/>; null if there are none.</summary>
    public static SortedDictionary<string, string>? Measured(object part) =>
        Write(part, isMeasured: true) is { Count: > 0 } measured ? measured : null;

    private static SortedDictionary<string, string> Write(object part, bool isMeasured)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in Options.GetTypeInfo(part.GetType()).Properties)
        {
            if (isMeasured != property.AttributeProvider!.IsDefined(typeof(MeasuredAttribute), inherit: false)
                || property.Get!(part) is not { } value
                || (property.AssociatedParameter is { HasDefaultValue: true } parameter
                    && Equals(value, parameter.DefaultValue)))
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

    /// <summary>The record of a stored step or guard.</summary>
    /// <exception cref="FormatException">The entries do not fit the arguments that the record declares.</exception>
    public static object Read(Type part, string id, IReadOnlyDictionary<string, string> entries)
    {
        var type = Options.GetTypeInfo(part);
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
            var what = entries.Keys.FirstOrDefault(name => !type.Properties.Any(p => p.Name == name)) is { } unknown
                ? $"it does not know {unknown}"
                : type.Properties.FirstOrDefault(p => p.IsRequired && !entries.ContainsKey(p.Name)) is { } missing
                ? $"{missing.Name} is missing"
                : exception.Explain();
            throw new FormatException($"The stored arguments of {id} do not fit this operator: {what}.", exception);
        }
    }

    public static TPart Read<TPart>(string id, IReadOnlyDictionary<string, string> entries) =>
        (TPart)Read(typeof(TPart), id, entries);

    /// <summary>All arguments of a stored step.</summary>
    public static IReadOnlyDictionary<string, string> Of(PlannedStep step) => Of(step.Parameters, step.Measured);

    /// <summary>All arguments of a stored guard.</summary>
    public static IReadOnlyDictionary<string, string> Of(PlannedGuard guard) => Of(guard.Parameters, guard.Measured);

    /// <exception cref="FormatException">It is another step, or its entries do not fit.</exception>
    public static TStep As<TStep>(this PlannedStep step) => step.Is<TStep>()
        ? Read<TStep>(step.Id, Of(step))
        : throw new FormatException($"{step.Id} is a step {step.Action}, not the expected one.");

    /// <inheritdoc cref="As{TStep}(PlannedStep)"/>
    public static TStep As<TStep>(this Step step) => step.Planned.As<TStep>();

    public static bool Is<TStep>(this Step step) => step.Planned.Is<TStep>();

    public static bool Is<TStep>(this PlannedStep step) =>
        string.Equals(step.Action, StoredAsAttribute.NameOf(typeof(TStep)), StringComparison.Ordinal);

    /// <summary>The first step of a plan that is a <typeparamref name="TStep"/>; null if there is none.</summary>
    public static Step? Step<TStep>(this PlanProgress plan, string? node = null, string? phase = null) =>
        plan.Steps.Find(s => s.Is<TStep>() && (node is null || s.Node == node) && (phase is null || s.Phase == phase));

    /// <summary>The step with which a phase begins; null if the plan does not have the phase.</summary>
    public static Step? First(this PlanProgress plan, string phase) => plan.Steps.Find(s => s.Phase == phase);

    /// <summary>The id of the first step of a plan that is a <typeparamref name="TStep"/>.</summary>
    public static string Id<TStep>(this PlanBuilder plan, string? node = null) =>
        plan.Steps.First(s => s.Is<TStep>() && (node is null || s.Node == node)).Id;

    /// <summary>The databases of a step of any kind; empty if the action has no argument <c>Databases</c>. Every action
    /// that dumps, restores or awaits databases has one, a list of names.</summary>
    /// <exception cref="JsonException">The entry is not a list of names.</exception>
    public static IReadOnlyList<string> DatabasesOf(PlannedStep step) =>
        step.Parameters.TryGetValue("databases", out var text)
            ? JsonSerializer.Deserialize<List<string>>(text) ?? []
            : [];

    private static IReadOnlyDictionary<string, string> Of(
        IReadOnlyDictionary<string, string> planned, IReadOnlyDictionary<string, string>? measured) =>
        measured is null ? planned : planned.Concat(measured).ToDictionary(StringComparer.Ordinal);

    private static bool IsText(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || type == typeof(string) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan)
            || type == typeof(Uri);
    }
}
