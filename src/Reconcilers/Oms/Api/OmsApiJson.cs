namespace Drydock.Reconcilers.Oms;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    AllowTrailingCommas = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    Converters = new[] { typeof(LooseText) })]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(List<NamedRow?>), TypeInfoPropertyName = "NamedRows")]
[JsonSerializable(typeof(ProgressRow))]
[JsonSerializable(typeof(ComponentLists))]
[JsonSerializable(typeof(ListRequest))]
[JsonSerializable(typeof(IdRequest))]
internal sealed partial class OmsApiJson : JsonSerializerContext;

internal sealed record ListRequest(string Type, int PageNumber, int PageSize);

internal sealed record IdRequest(string Id);

/// <summary>The object that wraps every answer.</summary>
internal sealed record Envelope(
    string? Success, string? Code, string? Message, string? Advice, string? RequestId, JsonElement Data);

/// <summary>A project, a step or a component in a list; only the fields that are used.</summary>
internal sealed record NamedRow(string? Id, string? Name, string? Status, string? Subtopic);

internal sealed record ProgressRow(
    string? Status,
    string? CurrentStep,
    string? EnableIncrSync,
    string? IncrSyncCheckpoint,
    string? ReverseIncrTransferCheckpoint);

/// <summary>The components of a project; a list with nothing in it is null.</summary>
internal sealed record ComponentLists(
    List<NamedRow?>? StoreList,
    List<NamedRow?>? IncrSyncComponents,
    List<NamedRow?>? FullImportComponents,
    List<NamedRow?>? FullVerifyComponents,
    List<NamedRow?>? ReverseStoreList,
    List<NamedRow?>? ReverseIncrSyncComponents);

/// <summary>A string that some versions write as a number or a boolean; an object or array reads as null.</summary>
internal sealed class LooseText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        return value.RootElement.ValueKind switch
        {
            JsonValueKind.String => value.RootElement.GetString(),
            JsonValueKind.Object or JsonValueKind.Array => null,
            _ => value.RootElement.GetRawText(),
        };
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);

    /// <summary>A boolean that some versions write as a string or a number; null for anything else.</summary>
    public static bool? Flag(string? text) => text?.Trim().ToUpperInvariant() switch
    {
        "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        _ => null,
    };
}
