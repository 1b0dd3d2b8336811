namespace Drydock.Clients.Docker;

/// <summary>A command to prepare.</summary>
public sealed record ContainerExecCreateParameters
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Cmd { get; init => field = value ?? []; } = [];

    /// <summary>More <c>NAME=value</c> lines. Values may be secrets: never show them.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The working directory; null: the container's.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>User (and group); null: the container's.</summary>
    public string? User { get; init; }

    /// <summary>All capabilities.</summary>
    public bool Privileged { get; init; }

    /// <summary>A terminal: stdout and stderr are then one raw stream.</summary>
    public bool Tty { get; init; }

    /// <summary>Keep stdin open for an attached start that has something to send.</summary>
    public bool AttachStdin { get; init; }

    /// <summary>Keep stdout for an attached start.</summary>
    public bool AttachStdout { get; init; }

    /// <summary>Keep stderr for an attached start.</summary>
    public bool AttachStderr { get; init; }
}
