namespace Drydock.Clients.Docker;

/// <summary>What is sent to an attached command, and how much of its output is kept.</summary>
public sealed record ContainerExecAttachParameters
{
    /// <summary>Bytes kept of stdout, and of stderr: the end.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>How much the command may print in all, in bytes, before the operator stops reading. The operator's
    /// commands print far less.</summary>
    public const long MaxTotalBytes = 64L << 20;

    /// <summary>The command's input, from the current position to its end; it is read once. The exec must have been
    /// created with <see cref="ContainerExecCreateParameters.AttachStdin"/>. Null: no input.</summary>
    public Stream? Stdin { get; init; }

    /// <summary>Receives how many bytes of <see cref="Stdin"/> were sent.</summary>
    public Action<long>? Sent { get; init; }

    /// <summary>Receives the output (false: of stdout, true: of stderr) instead of having it kept. The bytes are valid
    /// during the call only; a character or line may be split between two pieces.</summary>
    public Action<bool, ReadOnlyMemory<byte>>? OnOutput { get; init; }
}

/// <summary>What an attached command wrote. No record, because the text of one would show it.</summary>
public sealed class ContainerExecOutput(string stdout, string stderr)
{
    public string Stdout => stdout;

    public string Stderr => stderr;
}

/// <summary>A command that ran to its end.</summary>
/// <param name="exitCode">Its exit code; -1 if the engine gave none.</param>
public sealed class ExecResult(int exitCode, ContainerExecOutput output)
{
    public int ExitCode => exitCode;

    public string Stdout => output.Stdout;

    public string Stderr => output.Stderr;
}
