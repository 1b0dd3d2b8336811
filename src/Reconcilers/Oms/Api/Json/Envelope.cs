namespace Drydock.Reconcilers.Oms;

/// <summary>The object that wraps every answer.</summary>
internal sealed record Envelope
{
    [JsonConverter(typeof(LooseFlag))]
    public bool? Success { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Code { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Message { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? Advice { get; init; }

    [JsonConverter(typeof(LooseText))]
    public string? RequestId { get; init; }

    public JsonElement Data { get; init; }
}
