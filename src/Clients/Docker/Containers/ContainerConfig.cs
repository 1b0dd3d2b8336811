namespace Drydock.Clients.Docker;

/// <summary>The part of a container's (or image's) configuration that does not concern its host.</summary>
public record ContainerConfig
{
    public string? Image { get; init; }

    public string? Hostname { get; init; }

    public string? User { get; init; }

    /// <summary><c>NAME=value</c> lines. Values may be secrets and must not be shown.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The command; null: the image's.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The entry point; null: the image's; one empty string: none.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    public string? WorkingDir { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>With a terminal the output is one raw stream.</summary>
    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    /// <summary>The signal sent by a stop; null: SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Seconds of grace of a stop that does not name any; null: 10.</summary>
    public int? StopTimeout { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, DockerJson.Default.ContainerConfig)!.AsObject();
}
