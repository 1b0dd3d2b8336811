namespace Drydock.Clients.Docker;

/// <summary>A command that ran to its end.</summary>
public sealed record ExecResult
{
    /// <summary>Its exit code; -1 if the engine gave none.</summary>
    public int ExitCode { get; init; }

    /// <summary>stdout.</summary>
    public BoundedOutput Stdout { get; init; } = BoundedOutput.Empty;

    /// <summary>stderr.</summary>
    public BoundedOutput Stderr { get; init; } = BoundedOutput.Empty;
}
