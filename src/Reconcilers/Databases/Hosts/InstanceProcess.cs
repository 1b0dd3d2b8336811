namespace Drydock.Reconcilers.Databases;

/// <summary>A process as observed on its host.</summary>
internal sealed record InstanceProcess
{
    public required SupervisionState Supervision { get; init; }

    /// <summary>The state as the supervisor reports it: "active (running)", "up (pid 17) 3 seconds".</summary>
    public required string SupervisionText { get; init; }

    /// <summary>The unit or directory in charge, as found: pd.service or pd-2379.service.</summary>
    public string? Unit { get; init; }

    public int? Pid { get; init; }

    /// <summary>When it was started, by the host's clock and to within a second: a stepped clock moves it. Null if none
    /// runs.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The file it runs from, from /proc/PID/exe, also when that file has been replaced since.</summary>
    public string? Executable { get; init; }

    /// <summary>SHA-256 of the program the process runs, read through /proc/PID/exe, not of the file now at that
    /// path.</summary>
    public string? ExecutableSha256 { get; init; }

    public int? Restarts { get; init; }

    /// <summary>SHA-256 of the program in deployDir; null if there is none.</summary>
    public string? InstalledSha256 { get; init; }

    /// <summary>How long after a stop its supervisor kills it; null if it does not.</summary>
    public TimeSpan? StopLimit { get; init; }

    public string? LinkTarget { get; init; }
    public string? RealLinkTarget { get; init; }
    public string? StartedProgram { get; init; }

    /// <summary>Whether the unit starts the program in deployDir, by whatever path.</summary>
    public bool StartsInstalled { get; init; }
    public bool IsListening { get; init; }
    public int? ListenerPid { get; init; }
    public IReadOnlyList<StrayProcess> Strays { get; init; } = [];
    public bool IsAlive => Pid is not null || Strays.Count > 0;
}
