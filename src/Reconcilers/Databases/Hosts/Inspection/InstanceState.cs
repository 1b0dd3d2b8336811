namespace Drydock.Reconcilers.Databases;

/// <summary>One observation of an instance, with the details that a following action needs.</summary>
internal sealed record InstanceState(
    InstanceTarget Target, HostReport Report, ManagedProcess Kept, InstanceProcesses Processes)
{
    /// <summary>The time after an observation within which an action may arrive at the host. The action of an operator
    /// that was frozen arrives later and is refused: another operator may have acted.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(8);

    // An uptime in seconds that no host reaches.
    private const string Forever = "9999999999";

    // A process that was restarted and is so young may be between two crashes.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(10);

    public string[] InTime =>
        [Report.Boot, ((long)(Report.Up + Validity.TotalSeconds)).ToString(CultureInfo.InvariantCulture)];

    /// <summary>The first arguments of an act that follows another in the same command: only that one must be in
    /// time.</summary>
    public string[] Afterwards => [Report.Boot, Forever];

    public IEnumerable<string> Own => Processes.Own.Select(p => p.Identity);

    public bool IsKeptDown => Kept.State is SupervisionState.Inactive or SupervisionState.None;

    public InstanceProcess Process => new()
    {
        Supervision = State,
        SupervisionText = Kept.Text.Length > 0
            ? Kept.Text
            : Processes.Main is { } main
            ? $"running (pid {main.Pid})"
            : "not running",
        Unit = Kept.Unit,
        Pid = Processes.Main?.Pid,
        StartedAt = Processes.Main?.StartedAt,
        Executable = Processes.Main?.Path,
        ExecutableSha256 = Processes.Main?.Sha256,
        Restarts = Kept.Restarts,
        InstalledSha256 = Report.InstalledSha256,
        LinkTarget = Version(Report.LinkTarget),
        RealLinkTarget = Report.RealTarget,
        StartedProgram = Kept.Program,
        StopLimit = Kept.StopLimit,
        IsListening = Report.IsListening,
        ListenerPid = Report.Listeners.Count > 0 ? Report.Listeners[0] : null,
        Strays =
        [
            .. Processes.Strays.Select(
                p => new StrayProcess(p.Pid, p.Path ?? string.Join(' ', p.Arguments.Take(1)), p.StartedAt)),
        ],
    };

    // The version's directory, also where the link leads to its bin.
    private string? Version(string? target)
    {
        const string Bin = "/bin";
        return !Target.LinksBin ? target
            : target?.TrimEnd('/') is { } path && path.EndsWith(Bin, StringComparison.Ordinal) ? path[..^Bin.Length]
            : null;
    }

    // Up means that it has a process and was not restarted just now.
    private SupervisionState State => Kept switch
    {
        { State: SupervisionState.Active } when Processes.Main is null => SupervisionState.Restarting,
        { State: SupervisionState.Active, Restarts: > 0 } when Report.Now - Processes.Main!.StartedAt < Young =>
            SupervisionState.Restarting,
        _ => Kept.State,
    };
}
