namespace Drydock.Clients.Docker;

/// <summary>A command to prepare.</summary>
public sealed record ContainerExecCreateParameters
{
    public required IReadOnlyList<string> Cmd { get; init => field = value ?? []; } = [];

    /// <summary>More <c>NAME=value</c> lines. Values may be secrets and must not be shown.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The working directory; null: the container's.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>User (and group); null: the container's.</summary>
    public string? User { get; init; }

    public bool Privileged { get; init; }

    public bool Tty { get; init; }

    public bool AttachStdin { get; init; }

    public bool AttachStdout { get; init; }

    public bool AttachStderr { get; init; }
}

/// <summary>A prepared command.</summary>
public sealed record ContainerExecCreateResponse
{
    /// <summary>The exec id. It is forgotten by the engine when the engine or the container stops.</summary>
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";
}

/// <summary>The state of a prepared command: <see cref="Running"/> false and <see cref="ExitCode"/> null means it was
/// never started.</summary>
public sealed record ContainerExecInspectResponse
{
    [JsonRequired]
    public string ID { get; init => field = value ?? ""; } = "";

    public string ContainerID { get; init => field = value ?? ""; } = "";

    [JsonRequired]
    public bool Running { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>Its process on the host; 0 before the start.</summary>
    public int Pid { get; init; }

    [JsonIgnore]
    public bool HasEnded => !Running && ExitCode is not null;

    [JsonIgnore]
    public bool NotStarted => !Running && ExitCode is null;
}
