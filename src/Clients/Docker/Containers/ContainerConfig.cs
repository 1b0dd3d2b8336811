using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>The part of a container's (or image's) configuration that does not concern its host.</summary>
public record ContainerConfig
{
    /// <summary>The reference or ID it is made from.</summary>
    public string? Image { get; init; }

    /// <summary>Its host name.</summary>
    public string? Hostname { get; init; }

    /// <summary>User (and group) of its processes.</summary>
    public string? User { get; init; }

    /// <summary><c>NAME=value</c> lines. Values may be secrets: never show them.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The command; null: the image's.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The entry point; null: the image's; one empty string: none.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>The working directory.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Whether it has a terminal; its output is then one raw stream.</summary>
    public bool Tty { get; init; }

    /// <summary>The signal of a stop; null: SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Seconds of grace of a stop that names none; null: 10.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>Fields this client does not name, kept as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}
