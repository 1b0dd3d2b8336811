using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>
/// The part of a container's configuration that concerns its host. What an inspect gives can be handed to a create:
/// fields this client does not name are kept in <see cref="Other"/>.
/// </summary>
public sealed record HostConfig
{
    /// <summary>
    /// <c>source:target[:options]</c>; a source that does not exist is created as a directory by the engine.
    /// </summary>
    public IReadOnlyList<string>? Binds { get; init; }

    /// <summary>Mounts in the long form.</summary>
    public IReadOnlyList<Mount>? Mounts { get; init; }

    /// <summary><c>host</c>, <c>bridge</c>, <c>none</c>, <c>container:ID</c> or a network.</summary>
    public string? NetworkMode { get; init; }

    /// <summary>When the engine starts it again by itself.</summary>
    public RestartPolicy? RestartPolicy { get; init; }

    /// <summary>All capabilities and devices.</summary>
    public bool Privileged { get; init; }

    /// <summary>Removed by the engine when it stops.</summary>
    public bool AutoRemove { get; init; }

    /// <summary>The most processes; -1: no limit; null: as the engine has it.</summary>
    public long? PidsLimit { get; init; }

    /// <summary>Resource limits.</summary>
    public IReadOnlyList<Ulimit>? Ulimits { get; init; }

    /// <summary>Bytes; 0: no limit.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes of /dev/shm; 0: the engine's default.</summary>
    public long ShmSize { get; init; }

    /// <summary>Whether its root filesystem cannot be written.</summary>
    public bool ReadonlyRootfs { get; init; }

    /// <summary>Fields this client does not name, kept as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}
