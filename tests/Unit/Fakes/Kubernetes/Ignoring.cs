using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>A type with every kind of <c>[JsonIgnore]</c>.</summary>
public sealed record Ignoring
{
    /// <summary>Not in JSON at all.</summary>
    [JsonIgnore]
    public string Never { get; init; } = "initial";

    /// <summary>Not written if zero.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Count { get; init; }

    /// <summary>Written even if null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Limit { get; init; }

    /// <summary>An ordinary property.</summary>
    public string Text { get; init; } = "initial";
}

/// <summary>Its source-generated JSON.</summary>
[JsonSerializable(typeof(Ignoring))]
public sealed partial class IgnoringContext : JsonSerializerContext;
