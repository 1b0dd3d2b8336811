namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Until when a host takes an action that a look at it led to. It is the fence against a former leader: an operator
/// that was frozen may send its action after another one has acted, and the host refuses what comes late.
/// <para>
/// Invariant: no action is taken after the lease that the operator had when it sent the action has ended. The uptime
/// that the look ends with was shown before its answer arrived, and the lease that is left is read after that: uptime
/// and lease together are never later than the end of the lease, whenever the operator freezes.
/// </para>
/// <para>
/// A lease that was released, or whose holder has ended, is taken before that. What its leader had sent was looked for
/// before, so it is taken for <see cref="Longest"/> at most: no leader stops anything earlier in its term.
/// </para>
/// </summary>
/// <param name="lease">How long this process certainly keeps its lease, by the monotonic clock.</param>
internal sealed class LookAge(HostReport report, TimeProvider time, Func<TimeSpan> lease)
{
    /// <summary>Where nothing elects a leader, this alone is the fence. Well below what the default times of leader
    /// election leave between the last act of a leader and the first one of the next: 30 s.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>How late an action may always be, and how long the gate may take before the host is looked at
    /// again.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(8);

    // A command takes as long as a look, or some times that: it starts fewer programs, of which one may wait.
    private const int Looks = 3;

    private readonly long _answered = time.GetTimestamp();
    private TimeSpan _gate;

    public TimeSpan Took => TimeSpan.FromSeconds(report.Seen - report.Up);

    /// <summary>The gate is open now, that was asked since this look answered: its time is not the host's. What the
    /// gate saw does not get older than the host's part, however long the operator is frozen after it. Returns how long
    /// it took.</summary>
    public TimeSpan EndGate() => _gate = time.GetElapsedTime(_answered);

    /// <summary>The uptime of the host, in whole seconds, in which an action that is sent now is last in time. The host
    /// cuts fractions off, which must not give it another second.</summary>
    public string Latest
    {
        get
        {
            var patience = Took * Looks > Shortest ? Took * Looks : Shortest;
            TimeSpan[] limits = [lease(), Longest, patience + _gate];
            return ((long)(report.Seen + limits.Min().TotalSeconds) - 1).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Why an action was late, in whole sentences.</summary>
    /// <param name="late">What the host said of it: "it came 3 s late".</param>
    public string Explain(string host, string late) =>
        $"{host} is slow: looking took {Took.TotalSeconds:0.#} s there, and the command that followed was refused "
        + $"because {late}. Its load average is {report.Load}. {PodCpu.Throttling()}Nothing was done; it is repeated "
        + "automatically. If that does not end, find out what keeps the host busy.";
}

/// <summary>What the kernel says of the CPU limit of this pod.</summary>
internal static class PodCpu
{
    private static readonly string[] Places = ["/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu/cpu.stat"];

    /// <summary>A sentence with a space behind it; empty if this pod was not throttled, or that cannot be
    /// read.</summary>
    public static string Throttling() =>
        Array.Find(Places, File.Exists) is { } place ? Throttling(File.ReadAllText(place)) : "";

    internal static string Throttling(string stat)
    {
        var numbers = stat.Split('\n').Select(l => l.Split(' ')).Where(l => l.Length == 2)
            .ToDictionary(
                l => l[0], l => long.TryParse(l[1], CultureInfo.InvariantCulture, out var n) ? n : 0,
                StringComparer.Ordinal);
        var (all, held) = (numbers.GetValueOrDefault("nr_periods"), numbers.GetValueOrDefault("nr_throttled"));
        return all > 0 && held > 0
            ? $"The pod of the operator was throttled in {held * 100 / all} % of its time (resources.limits.cpu). "
            : "";
    }
}
