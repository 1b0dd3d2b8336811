namespace Drydock.Lab;

/// <summary>A long-running process of the lab.</summary>
public sealed record LabProcessOptions
{
    /// <summary>Name within the run and of the log file.</summary>
    public required string Name { get; init; }

    /// <summary>The program; it is looked up in PATH if it has no slash.</summary>
    public required string FileName { get; init; }

    /// <summary>Arguments, passed as they are. Never a secret: argv is public.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The network namespace to run in; by default that of the lab's owner.</summary>
    public LabNamespace? Namespace { get; init; }

    /// <summary>The system whose files the program sees; null for the machine's.</summary>
    public LabSystem? System { get; init; }

    /// <summary>Variables in addition to the inherited ones; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(
        StringComparer.Ordinal);

    /// <summary>Working directory; by default the folder of the run.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// The file to which standard output and standard error are appended; by default NAME.log in the folder of the run.
    /// </summary>
    public string? LogPath { get; init; }

    /// <summary>The signal that asks for an orderly end.</summary>
    public LabSignal StopSignal { get; init; } = LabSignal.Terminate;

    /// <summary>How long an orderly end may take before SIGKILL.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(15);
}
