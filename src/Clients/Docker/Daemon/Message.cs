namespace Drydock.Clients.Docker;

/// <summary>An event.</summary>
public sealed record Message
{
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The bare verb: <c>start</c>, <c>die</c>, <c>exec_create</c>, <c>exec_start</c>, <c>exec_die</c>,
    /// <c>health_status</c> …; what the engine puts behind a colon is in <see cref="ActionDetail"/>.</summary>
    public string Action { get; init => field = value ?? ""; } = "";

    /// <summary>The text after the verb: the command line of an exec, a health state. It may contain secrets.</summary>
    public string ActionDetail { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("scope")]
    public string Scope { get; init => field = value ?? ""; } = "";

    public Actor Actor { get; init => field = value ?? new(); } = new();

    /// <summary>Nanoseconds since 1970 by the engine's clock.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }

    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(TimeNano / 100);

    public string? Attribute(string name) => Actor.Attributes.GetValueOrDefault(name);

    /// <summary>Type, verb and id; no attribute and no command line.</summary>
    public override string ToString() => $"{Type} {Action} {Actor.ID}";
}

/// <summary>What an event happened to.</summary>
public sealed record Actor
{
    public string ID { get; init => field = value ?? ""; } = "";

    public IReadOnlyDictionary<string, string> Attributes
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, string>.Empty;
    } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>Which events.</summary>
public sealed record ContainerEventsParameters
{
    /// <summary>The engine's filters: <c>type</c>, <c>event</c>, <c>container</c>, <c>image</c>, <c>label</c>. Values
    /// of one key are alternatives; all keys must match.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters
    {
        get;
        init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
    } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>The earliest time, by the engine's clock.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The time at which the stream ends, by the engine's clock.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>The engine writes an exec's command line and a health state behind the verb, after a colon.</summary>
internal static class EventVerb
{
    public static Message Split(Message message)
    {
        var colon = message.Action.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? message
            : message with { Action = message.Action[..colon], ActionDetail = message.Action[(colon + 1)..].Trim() };
    }
}
