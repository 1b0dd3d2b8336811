using System.Text.Json;

namespace Drydock.Lab.Databases;

/// <summary>A line of a stand-in's record or of its violations.</summary>
/// <param name="At">When.</param>
/// <param name="Process">Who.</param>
/// <param name="Event">start, stop, signal, fatal, event, http, sql, cli, fault or violation.</param>
/// <param name="What">What happened.</param>
/// <param name="Status">HTTP status or exit code, where there is one.</param>
public sealed record StandInEntry(DateTimeOffset At, string Process, string Event, string What, int Status = 0)
{
    /// <summary>The details.</summary>
    public JsonElement Detail { get; init; }

    /// <summary>A detail as text; empty when it is absent.</summary>
    public string Text(string name) =>
        Detail.ValueKind == JsonValueKind.Object && Detail.TryGetProperty(name, out var value) ? value.ToString() : "";

    /// <inheritdoc/>
    public override string ToString() => $"{At:HH:mm:ss.fff} {Process} {Event} {What} {(Detail.ValueKind == JsonValueKind.Object ? Detail.GetRawText() : "")}".TrimEnd();
}
