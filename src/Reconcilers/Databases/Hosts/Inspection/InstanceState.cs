namespace Drydock.Reconcilers.Databases;

/// <summary>One observation of an instance, with the details that a following action needs.</summary>
/// <param name="Age">When it is old.</param>
internal sealed record InstanceState(
    InstanceTarget Target, HostReport Report, ManagedProcess Kept, InstanceProcesses Processes, LookAge Age)
{
    // An uptime in seconds that no host reaches.
    private const string Forever = "9999999999";

    // A process that was restarted and is so young may be between two crashes.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(10);

    public string[] InTime => [Report.Boot, Age.Latest];

    /// <summary>The first arguments of an act that follows another in the same command: only that one must be in
    /// time.</summary>
    public string[] Afterwards => [Report.Boot, Forever];

    /// <summary>What the look saw of the program on the whole host: a stop is refused if there is another process by
    /// then, which no gate has seen. Empty for an instance without a program.</summary>
    public string Seen => Target.Program.Length == 0 ? ""
        : string.Join(' ', Report.Processes.Select(p => p.Identity).Prepend(Target.Program));

    public IEnumerable<string> Own => Processes.Own.Select(p => p.Identity);
    public IReadOnlyList<ReportedProcess> Living => [.. Processes.Own, .. Processes.Strays];
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
        StartsInstalled = Report.Answer.Says("starts"),
        StopLimit = Kept.StopLimit,
        IsListening = Report.IsListening,
        ListenerPid = Report.Listeners.Count > 0 ? Report.Listeners[0] : null,
        Strays =
        [
            .. Processes.Strays.Select(
                p => new StrayProcess(p.Pid, p.Path ?? string.Join(' ', p.Arguments.Take(1)))),
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

/// <summary>Which of the processes of a host are those of one instance.</summary>
/// <param name="Own">It and its children of the same program: they end with it.</param>
internal sealed record InstanceProcesses(
    ReportedProcess? Main, IReadOnlyList<ReportedProcess> Own, IReadOnlyList<ReportedProcess> Strays)
{
    // A process started meanwhile belongs to the supervisor, which was asked before; the next observation shows it.
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(20);

    /// <summary>Sorts them out.</summary>
    /// <exception cref="AmbiguousProcessException">Without a supervisor the instance is unknown to which a process
    /// is.</exception>
    public static InstanceProcesses Of(
        HostReport report, InstanceTarget target, IReadOnlyList<InstanceTarget> others, string? newDirectory,
        int? supervised, bool hasSupervisor)
    {
        var named = report.Find(supervised);
        var mine = report.Processes.Where(
            p => p == named || IsMine(report, target, others, newDirectory, p, hasSupervisor)).ToList();
        var main = named is null ? Choose(report, mine, hasSupervisor) : Running(target, named, report.Processes);
        List<ReportedProcess> own = main is null
            ? []
            : [main, .. mine.Where(p => p != main && IsChild(p, main, report.Processes))];

        // A start script that has not replaced itself by the program yet, or that waits for it.
        if (named is not null && !own.Contains(named))
        {
            own.Add(named);
        }

        return new InstanceProcesses(
            main, own, [.. mine.Except(own).Where(p => !hasSupervisor || p.StartedAt < report.Now - Blink)]);
    }

    private static bool IsMine(
        HostReport report, InstanceTarget target, IReadOnlyList<InstanceTarget> others, string? newDirectory,
        ReportedProcess process, bool hasSupervisor)
    {
        var listens = report.Listeners.Contains(process.Pid);
        if (target.Program.Length == 0)
        {
            return listens && !hasSupervisor;
        }

        // Another program that listens on the port is the listener, not a process of this instance.
        if (process.IsOnlyAsked
            || (process.Path is not null && !process.Runs(target.Program) && !Interprets(process, target.Program)))
        {
            return false;
        }

        var my = ProcessEvidence.Of(process, target, others, Directories(newDirectory, report.RealDirectory), listens);
        if (!my.IsAny)
        {
            return false;
        }

        var rivals = others
            .Select(o => (Target: o, Evidence: ProcessEvidence.Of(
                process, o, others.Where(other => other != o).Append(target), Directories(
                    newDirectory, o.DeployDir == target.DeployDir ? report.RealDirectory : null), listens: false)))
            .Where(o => o.Evidence.Rank.CompareTo(my.Rank) >= 0)
            .ToList();
        if (rivals.Count == 0)
        {
            return true;
        }

        return rivals.Exists(o => o.Evidence.Rank.CompareTo(my.Rank) > 0) || hasSupervisor
            ? false
            : throw new AmbiguousProcessException(process.Pid, rivals[0].Target.Name);
    }

    // A program that is a script: its interpreter runs, and the script is among its arguments.
    private static bool Interprets(ReportedProcess process, string program) =>
        process.Arguments.Take(3).Any(argument => Path.GetFileName(argument) == program);

    private static IEnumerable<string> Directories(params string?[] directories) => directories.OfType<string>();

    // Without a supervisor: the process that listens, otherwise the oldest.
    private static ReportedProcess? Choose(HostReport report, List<ReportedProcess> mine, bool hasSupervisor) =>
        hasSupervisor
            ? null
            : mine.OrderByDescending(p => report.Listeners.Contains(p.Pid)).ThenBy(p => p.Start).FirstOrDefault();

    // The supervisor may name a start script that has the program as its child.
    private static ReportedProcess Running(
        InstanceTarget target, ReportedProcess named, IReadOnlyList<ReportedProcess> all) =>
        target.Program.Length == 0 || named.Runs(target.Program)
            ? named
            : all.Where(p => p.Runs(target.Program) && IsChild(p, named, all)).OrderBy(p => p.Start).FirstOrDefault()
                ?? named;

    private static bool IsChild(ReportedProcess process, ReportedProcess of, IReadOnlyList<ReportedProcess> all)
    {
        for (var (at, depth) = (process, 0); depth < 8; depth++)
        {
            if (at.Parent == of.Pid)
            {
                return true;
            }

            if (all.FirstOrDefault(p => p.Pid == at.Parent) is not { } parent)
            {
                return false;
            }

            at = parent;
        }

        return false;
    }
}

/// <summary>A process may belong to one instance as well as to another.</summary>
internal sealed class AmbiguousProcessException(int pid, string other) : Exception
{
    public int Pid { get; } = pid;
    public string Other { get; } = other;
}

/// <summary>The evidence that a process belongs to an instance, the strongest first: it listens on its port; its
/// command line names its data directory; its program or command line is below its deployDir (or the new version's
/// directory); an argument names its port and no other instance's; an argument names its port at all, as the list of
/// all masters does. A directory counts by its length: of two that hold a file the deeper one is meant.</summary>
internal readonly record struct ProcessEvidence(bool Listens, int DataDirectory, int Directory, bool OwnPort, bool Port)
{
    public (bool, int, int, bool, bool) Rank => (Listens, DataDirectory, Directory, OwnPort, Port);

    public bool IsAny => Listens || DataDirectory > 0 || Directory > 0 || Port;

    public static ProcessEvidence Of(
        ReportedProcess process, InstanceTarget target, IEnumerable<InstanceTarget> others,
        IEnumerable<string> directories, bool listens)
    {
        var otherPorts = others.Select(o => o.Port).Where(port => port != target.Port).ToList();
        var naming = process.Arguments.Where(argument => Names(argument, target.Port)).ToList();
        string[] texts = [.. process.Path is { } path ? [path] : Array.Empty<string>(), .. process.Arguments];
        return new ProcessEvidence(
            listens,
            target.DataDir is { } data && process.Arguments.Any(argument => Names(argument, data))
                ? data.TrimEnd('/').Length
                : 0,
            directories.Append(target.DeployDir)
                .Where(directory => Array.Exists(texts, text => Names(text, directory)))
                .Select(directory => directory.TrimEnd('/').Length)
                .DefaultIfEmpty()
                .Max(),
            naming.Exists(argument => !otherPorts.Exists(port => Names(argument, port))),
            naming.Count > 0);
    }

    // A number of its own: 2379 is not in 12379.
    private static bool Names(string text, int port) =>
        Contains(text, $"{port}", char.IsAsciiDigit, char.IsAsciiDigit);

    // A path of its own: /data is not in /mnt/data, and not in /data1; it is in /data/tikv.
    private static bool Names(string text, string directory) =>
        Contains(text, directory.TrimEnd('/'), static c => IsOfName(c) || c == '/', IsOfName);

    private static bool IsOfName(char c) =>
        char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '~' or '%' or '+' or '@';

    private static bool Contains(string text, string part, Func<char, bool> joinsBefore, Func<char, bool> joinsBehind)
    {
        for (
            var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(
                part, at + 1, StringComparison.Ordinal))
        {
            var behind = at + part.Length;
            if ((at == 0 || !joinsBefore(text[at - 1])) && (behind == text.Length || !joinsBehind(text[behind])))
            {
                return true;
            }
        }

        return false;
    }
}
