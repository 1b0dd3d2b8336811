using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>The part of a container's (or image's) configuration that does not concern its host.</summary>
public record ContainerConfig
{
    /// <summary>The reference or ID it is created from.</summary>
    public string? Image { get; init; }

    /// <summary>Its host name.</summary>
    public string? Hostname { get; init; }

    /// <summary>User (and group) of its processes.</summary>
    public string? User { get; init; }

    /// <summary><c>NAME=value</c> lines. Values may be secrets and must not be shown.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The command; null: the image's.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The entry point; null: the image's; one empty string: none.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>The working directory.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>With a terminal the output is one raw stream.</summary>
    public bool Tty { get; init; }

    /// <summary>Whether its standard input stays open without a client.</summary>
    public bool OpenStdin { get; init; }

    /// <summary>The signal sent by a stop; null: SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Seconds of grace of a stop that does not name any; null: 10.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>Other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>The fields by their names in the API. Values of variables may be secrets.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, DockerJson.Default.ContainerConfig)!.AsObject();
}
