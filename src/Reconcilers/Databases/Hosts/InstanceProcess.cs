namespace Drydock.Reconcilers.Databases;

/// <summary>A process as observed on its host.</summary>
internal sealed record InstanceProcess
{
    /// <summary>The state that the supervisor reports.</summary>
    public required SupervisionState Supervision { get; init; }

    /// <summary>The state as the supervisor reports it: "active (running)", "up (pid 17) 3 seconds".</summary>
    public required string SupervisionText { get; init; }

    /// <summary>The unit or directory in charge, as found: pd.service or pd-2379.service.</summary>
    public string? Unit { get; init; }

    /// <summary>The process; null if none runs.</summary>
    public int? Pid { get; init; }

    /// <summary>
    /// When it was started, by the host's clock and to within a second: a stepped clock moves it. Null if none runs.
    /// </summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The file it runs from, from /proc/PID/exe, also when that file has been replaced since.</summary>
    public string? Executable { get; init; }

    /// <summary>
    /// SHA-256 of the program the process runs, read through /proc/PID/exe, not of the file now at that path.
    /// </summary>
    public string? ExecutableSha256 { get; init; }

    /// <summary>How often the supervisor has restarted it, where it counts.</summary>
    public int? Restarts { get; init; }

    /// <summary>SHA-256 of the program in deployDir; null if there is none.</summary>
    public string? InstalledSha256 { get; init; }

    /// <summary>
    /// The directory of the version that the link leads to; null if deployDir (or control.link) is not such a link.
    /// </summary>
    public string? LinkTarget { get; init; }

    /// <summary>The target of the link without symbolic links; null if it is not a link.</summary>
    public string? RealLinkTarget { get; init; }

    /// <summary>The program that the supervisor starts (ExecStart of a unit); null if it does not say so.</summary>
    public string? StartedProgram { get; init; }

    /// <summary>Whether something listens on the service port, and who.</summary>
    public bool IsListening { get; init; }

    /// <summary>Pid of the listener, where it can be seen.</summary>
    public int? ListenerPid { get; init; }

    /// <summary>
    /// Other living processes of the same program and the same instance (port, data or deploy directory on their
    /// command line): started manually, or still running after their stop.
    /// </summary>
    public IReadOnlyList<StrayProcess> Strays { get; init; } = [];

    /// <summary>Whether any process of this instance runs.</summary>
    public bool IsAlive => Pid is not null || Strays.Count > 0;
}
