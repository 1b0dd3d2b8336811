namespace Drydock.Reconcilers.Oms;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    AllowTrailingCommas = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    Converters = new[] { typeof(LooseFlag), typeof(LooseText) })]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(List<NamedRow?>), TypeInfoPropertyName = "NamedRows")]
[JsonSerializable(typeof(ProgressRow))]
[JsonSerializable(typeof(ComponentLists))]
[JsonSerializable(typeof(ListRequest))]
[JsonSerializable(typeof(IdRequest))]
internal sealed partial class OmsApiJson : JsonSerializerContext;

/// <summary>The body of ListProjects.</summary>
internal sealed record ListRequest(string Type, int PageNumber, int PageSize);

/// <summary>The body of requests about one project.</summary>
internal sealed record IdRequest(string Id);

/// <summary>The object that wraps every answer.</summary>
internal sealed record Envelope
{
    public bool? Success { get; init; }

    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? Advice { get; init; }

    public string? RequestId { get; init; }

    public JsonElement Data { get; init; }
}

/// <summary>A project, a step or a component in a list; only the fields that are used.</summary>
internal sealed record NamedRow
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? Status { get; init; }

    public string? Subtopic { get; init; }
}

internal sealed record ProgressRow
{
    public string? Status { get; init; }

    public string? CurrentStep { get; init; }

    public bool? EnableIncrSync { get; init; }

    public string? IncrSyncCheckpoint { get; init; }

    public string? ReverseIncrTransferCheckpoint { get; init; }
}

/// <summary>The components of a project; a list with nothing in it is null.</summary>
internal sealed record ComponentLists
{
    public List<NamedRow?>? StoreList { get; init; }

    public List<NamedRow?>? IncrSyncComponents { get; init; }

    public List<NamedRow?>? FullImportComponents { get; init; }

    public List<NamedRow?>? FullVerifyComponents { get; init; }

    public List<NamedRow?>? ReverseStoreList { get; init; }

    public List<NamedRow?>? ReverseIncrSyncComponents { get; init; }
}

/// <summary>A boolean that some versions write as a string or a number; anything else reads as null.</summary>
internal sealed class LooseFlag : JsonConverter<bool?>
{
    public override bool HandleNull => true;

    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.String:
                return reader.GetString()?.Trim()
                    .ToUpperInvariant() switch
                { "TRUE" or "1" => true, "FALSE" or "0" => false, _ => null };
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var number) ? number switch { 1 => true, 0 => false, _ => null } : null;
            default:
                reader.Skip();
                return null;
        }
    }

    // Only answers have flags.
    public override void Write(Utf8JsonWriter writer, bool? value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}

/// <summary>A string that some versions write as a number or a boolean; an object or array reads as null.</summary>
internal sealed class LooseText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(
                    reader.HasValueSequence
                        ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence)
                        : reader.ValueSpan);
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            default:
                reader.Skip();
                return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
