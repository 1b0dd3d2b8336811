using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>A command to prepare.</summary>
public sealed record ContainerExecCreateParameters
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Cmd { get; init => field = value ?? []; } = [];

    /// <summary>More <c>NAME=value</c> lines. Values may be secrets and must not be shown.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The working directory; null: the container's.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>User (and group); null: the container's.</summary>
    public string? User { get; init; }

    /// <summary>All capabilities.</summary>
    public bool Privileged { get; init; }

    /// <summary>A terminal: stdout and stderr are then one raw stream.</summary>
    public bool Tty { get; init; }

    /// <summary>Keep stdin open for an attached start that sends input.</summary>
    public bool AttachStdin { get; init; }

    /// <summary>Keep stdout for an attached start.</summary>
    public bool AttachStdout { get; init; }

    /// <summary>Keep stderr for an attached start.</summary>
    public bool AttachStderr { get; init; }
}

/// <summary>A prepared command.</summary>
public sealed record ContainerExecCreateResponse
{
    /// <summary>The exec id. It is forgotten by the engine when the engine or the container stops.</summary>
    [JsonPropertyName("Id")]
    public string ID { get; init => field = value ?? ""; } = "";
}

/// <summary>
/// The state of a prepared command: <see cref="Running"/> false and <see cref="ExitCode"/> null means it was never
/// started.
/// </summary>
public sealed record ContainerExecInspectResponse
{
    /// <summary>The exec id.</summary>
    [JsonRequired]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>The container's id.</summary>
    public string ContainerID { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it runs.</summary>
    [JsonRequired]
    public bool Running { get; init; }

    /// <summary>Null before the start and while it runs.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Its process on the host; 0 before the start.</summary>
    public int Pid { get; init; }

    /// <summary>Whether the engine will forget it.</summary>
    public bool CanRemove { get; init; }

    /// <summary>It was started and has ended.</summary>
    [JsonIgnore]
    public bool HasEnded => !Running && ExitCode is not null;

    /// <summary>It was created and never started.</summary>
    [JsonIgnore]
    public bool NotStarted => !Running && ExitCode is null;
}
