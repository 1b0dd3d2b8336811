namespace Drydock.Clients.Docker;

/// <summary>What to pull.</summary>
public sealed record ImagesCreateParameters
{
    public required string FromImage { get; init; }

    /// <summary>Tag or digest; null: what <see cref="FromImage"/> says, else <c>latest</c>.</summary>
    public string? Tag { get; init; }

    /// <summary><c>os/arch</c>; null: the host's.</summary>
    public string? Platform { get; init; }
}

/// <summary>How to load.</summary>
public sealed record ImageLoadParameters
{
    public bool Quiet { get; init; }

    /// <summary>Receives the bytes sent so far.</summary>
    [JsonIgnore]
    public IProgress<long>? BytesSent { get; init; }
}

/// <summary>A line of progress of a pull or load. Errors are never returned as a line: they end the enumeration with
/// <see cref="DockerStreamException"/>.</summary>
public sealed record JSONMessage
{
    [JsonPropertyName("id")]
    public string? ID { get; init; }

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>Text of a load, such as <c>Loaded image: x:1</c>.</summary>
    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    [JsonPropertyName("progressDetail")]
    public JSONProgress? Progress { get; init; }
}

/// <summary>Numbers of a progress line.</summary>
public sealed record JSONProgress
{
    /// <summary>Bytes done so far.</summary>
    [JsonPropertyName("current")]
    public long Current { get; init; }

    /// <summary>Total bytes; 0: unknown.</summary>
    [JsonPropertyName("total")]
    public long Total { get; init; }
}
