using System.Text.Json;

namespace Drydock.Lab.Databases;

/// <summary>A line of what the stand-ins recorded: a call, an event, or a violation.</summary>
public sealed record StandinEvent
{
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Which process: <c>pd-1</c>, <c>tikv-2</c>; a tool by its own name.</summary>
    public string Process { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// <c>start</c>, <c>stop</c>, <c>signal</c>, <c>http</c>, <c>sql</c>, <c>rpc</c>, <c>cli</c>, <c>fault</c> or
    /// <c>violation</c>.
    /// </summary>
    public string Event { get; init => field = value ?? ""; } = "";

    /// <summary>What: <c>POST /pd/api/v1/schedulers</c>, <c>signal</c>, or the word of a violation.</summary>
    public string What { get; init => field = value ?? ""; } = "";

    /// <summary>HTTP status of the answer, 0 or 1 for a statement, otherwise 0.</summary>
    public int Status { get; init; }

    /// <summary>Who, when and how, by its own fields.</summary>
    public JsonElement Detail { get; init; }

    /// <summary>A field of the detail as text; null if it is not there.</summary>
    public string? Field(string name) =>
        Detail.ValueKind == JsonValueKind.Object && Detail.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
            : null;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Process} {Event} {What} {(Detail.ValueKind == JsonValueKind.Undefined ? "" : Detail.GetRawText())}";
}
