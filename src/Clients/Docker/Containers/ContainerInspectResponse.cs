using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>Everything this client reads of one container.</summary>
public sealed record ContainerInspectResponse
{
    /// <summary>The full id.</summary>
    [JsonRequired]
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>The name with a leading slash.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>When it was created.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The program of its first process.</summary>
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>Arguments of its first process.</summary>
    public IReadOnlyList<string> Args { get; init => field = value ?? []; } = [];

    /// <summary>The image's ID.</summary>
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>How often the engine started it again.</summary>
    public int RestartCount { get; init; }

    /// <summary>The storage driver.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    public string Platform { get; init => field = value ?? ""; } = "";

    /// <summary>Its log on the host.</summary>
    public string LogPath { get; init => field = value ?? ""; } = "";

    /// <summary>Exec ids under way.</summary>
    public IReadOnlyList<string>? ExecIDs { get; init; }

    /// <summary>How it is.</summary>
    [JsonRequired]
    public ContainerState State { get; init => field = value ?? new(); } = new();

    /// <summary>Its configuration.</summary>
    public ContainerConfig Config { get; init => field = value ?? new(); } = new();

    /// <summary>Its configuration on the host.</summary>
    public HostConfig HostConfig { get; init => field = value ?? new(); } = new();

    /// <summary>Its mounts.</summary>
    public IReadOnlyList<MountPoint> Mounts { get; init => field = value ?? []; } = [];

    /// <summary>The name without the slash.</summary>
    [JsonIgnore]
    public string ShortName => Name.TrimStart('/');
}
