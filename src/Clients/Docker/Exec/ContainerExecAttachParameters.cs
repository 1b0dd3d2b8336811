namespace Drydock.Clients.Docker;

/// <summary>What is sent to an attached command, and how much of its output is kept.</summary>
public sealed record ContainerExecAttachParameters
{
    public bool Tty { get; init; }

    /// <summary>Bytes of stdout kept (half from the beginning, half from the end).</summary>
    public int MaxStdoutBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of stderr kept (half from the beginning, half from the end).</summary>
    public int MaxStderrBytes { get; init; } = 64 * 1024;

    /// <summary>How much the command may print in all, in bytes, before the operator stops reading. The operator's
    /// commands print far less.</summary>
    public long MaxTotalBytes { get; init; } = 64L << 20;

    /// <summary>The command's input, from the current position to its end; it is read once. The exec must have been
    /// created with <see cref="ContainerExecCreateParameters.AttachStdin"/>. Null: no input.</summary>
    public Stream? Stdin { get; init; }

    /// <summary>Receives how many bytes of <see cref="Stdin"/> were sent.</summary>
    public Action<long>? Sent { get; init; }

    public Action<ContainerOutputChunk>? OnOutput { get; init; }
}

/// <summary>What an attached command wrote.</summary>
public sealed record ContainerExecOutput
{
    public BoundedOutput Stdout { get; init => field = value ?? new(); } = new();

    public BoundedOutput Stderr { get; init => field = value ?? new(); } = new();
}

/// <summary>A command that ran to its end.</summary>
public sealed record ExecResult
{
    /// <summary>Its exit code; -1 if the engine gave none.</summary>
    public int ExitCode { get; init; }

    public BoundedOutput Stdout { get; init; } = BoundedOutput.Empty;

    public BoundedOutput Stderr { get; init; } = BoundedOutput.Empty;
}
