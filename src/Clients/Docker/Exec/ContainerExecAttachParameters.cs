namespace Drydock.Clients.Docker;

/// <summary>What is sent to an attached command, and how much of its output is kept.</summary>
public sealed record ContainerExecAttachParameters
{
    /// <summary>Must be what the exec was created with.</summary>
    public bool Tty { get; init; }

    /// <summary>Bytes of stdout kept (half from the beginning, half from the end).</summary>
    public int MaxStdoutBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of stderr kept (half from the beginning, half from the end).</summary>
    public int MaxStderrBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// How much the command may print in all, in bytes, before its output is no longer read: the operator's commands
    /// print far less.
    /// </summary>
    public long MaxTotalBytes { get; init; } = 64L << 20;

    /// <summary>
    /// What the command reads, from here to its end; it is read once. The exec was created with
    /// <see cref="ContainerExecCreateParameters.AttachStdin"/>. Null: it reads nothing.
    /// </summary>
    public Stream? Stdin { get; init; }

    /// <summary>Told how many bytes of <see cref="Stdin"/> were sent.</summary>
    public Action<long>? Sent { get; init; }

    /// <summary>Told each piece of output as it comes; nothing is kept then.</summary>
    public Action<ContainerOutputChunk>? OnOutput { get; init; }
}
