using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>An event.</summary>
public sealed record Message
{
    /// <summary><c>container</c>, <c>image</c>, <c>daemon</c> …</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The bare verb: <c>start</c>, <c>die</c>, <c>exec_create</c>, <c>exec_start</c>, <c>exec_die</c>,
    /// <c>health_status</c> …; what the engine puts behind a colon is in <see cref="ActionDetail"/>.
    /// </summary>
    public string Action { get; init => field = value ?? ""; } = "";

    /// <summary>What followed the verb: the command line of an exec, a health state. May hold secrets.</summary>
    public string ActionDetail { get; init => field = value ?? ""; } = "";

    /// <summary><c>local</c>.</summary>
    [JsonPropertyName("scope")]
    public string Scope { get; init => field = value ?? ""; } = "";

    /// <summary>What it happened to.</summary>
    public Actor Actor { get; init => field = value ?? new(); } = new();

    /// <summary>Nanoseconds since 1970 by the engine's clock.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }

    /// <summary>The time to 100 nanoseconds.</summary>
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(TimeNano / 100);

    /// <summary>
    /// An attribute such as <c>execID</c>, <c>exitCode</c>, <c>name</c>, <c>image</c>, <c>signal</c>; null if it is not
    /// there.
    /// </summary>
    public string? Attribute(string name) => Actor.Attributes.GetValueOrDefault(name);

    /// <summary>Type, verb and id; no attribute and no command line.</summary>
    public override string ToString() => $"{Type} {Action} {Actor.ID}";
}
