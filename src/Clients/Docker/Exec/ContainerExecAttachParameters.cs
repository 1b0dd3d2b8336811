namespace Drydock.Clients.Docker;

/// <summary>How much output to keep.</summary>
public sealed record ContainerExecAttachParameters
{
    /// <summary>Must be what the exec was created with.</summary>
    public bool Tty { get; init; }

    /// <summary>Bytes of stdout kept (half from the beginning, half from the end).</summary>
    public int MaxStdoutBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of stderr kept (half from the beginning, half from the end).</summary>
    public int MaxStderrBytes { get; init; } = 64 * 1024;
}
