namespace Drydock.Lab.Databases;

/// <summary>One line of the stand-ins' records: a call, an event, or a violation.</summary>
public sealed record StandinEvent
{
    public DateTimeOffset At { get; init; }

    /// <summary>The process: <c>pd-1</c>, <c>tikv-2</c>; a tool has its own name.</summary>
    public string Process { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// <c>start</c>, <c>stop</c>, <c>signal</c>, <c>http</c>, <c>sql</c>, <c>rpc</c>, <c>cli</c>, <c>fault</c> or
    /// <c>violation</c>.
    /// </summary>
    public string Event { get; init => field = value ?? ""; } = "";

    /// <summary>The subject: <c>POST /pd/api/v1/schedulers</c>, <c>signal</c>, or the name of a violation.</summary>
    public string What { get; init => field = value ?? ""; } = "";

    /// <summary>HTTP status of the answer, 0 or 1 for a statement, otherwise 0.</summary>
    public int Status { get; init; }

    /// <summary>Details of the event, by field.</summary>
    public JsonElement Detail { get; init; }

    /// <summary>A field of the detail as text; null if it is missing.</summary>
    public string? Field(string name) =>
        Detail.ValueKind == JsonValueKind.Object && Detail.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
            : null;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Process} {Event} {What} {(Detail.ValueKind == JsonValueKind.Undefined ? "" : Detail.GetRawText())}";
}
