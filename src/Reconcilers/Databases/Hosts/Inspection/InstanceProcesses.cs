namespace Drydock.Reconcilers.Databases;

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
        HostReport report,
        InstanceTarget target,
        IReadOnlyList<InstanceTarget> others,
        string? newDirectory,
        int? supervised,
        bool hasSupervisor)
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
        HostReport report,
        InstanceTarget target,
        IReadOnlyList<InstanceTarget> others,
        string? newDirectory,
        ReportedProcess process,
        bool hasSupervisor)
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
