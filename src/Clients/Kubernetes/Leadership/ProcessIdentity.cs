using System.Globalization;

namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// Who a process is in a Lease, written so that a successor can prove where it is provable that it has ended:
/// <list type="bullet">
/// <item><c>NAME_pod.UID_RANDOM</c>: the first process of a container of that pod. Another one with the same uid comes
/// after it, because the kubelet starts a
/// container again only when the former has ended, and the kernel ends all of a container with its first process. One
/// operator container a pod is assumed.</item>
/// <item><c>NAME_boot.ID.NAMESPACE.PID.START_RANDOM</c>: a process of a machine since its last start, in a PID
/// namespace. It has ended when no such process is there.</item>
/// <item>Everything else, also another pod: nothing is known. An API server that no longer has a pod does not prove
/// that its processes ended: a pod is also removed
/// by force, or with its Node, while its machine still runs.</item>
/// </list>
/// </summary>
public sealed class ProcessIdentity
{
    private const string PodMark = "pod.";
    private const string BootMark = "boot.";
    private readonly string _mark;
    private readonly string _proc;
    private readonly string _random;

    /// <summary>Makes the identity of a process.</summary>
    /// <param name="name">Name of the pod or machine, for people.</param>
    /// <param name="podUid">Uid of the pod; null outside one.</param>
    /// <param name="processId">The process.</param>
    /// <param name="random">What tells it from all others.</param>
    /// <param name="proc">Where the kernel tells of processes.</param>
    public ProcessIdentity(string name, string? podUid, int processId, string random, string proc = "/proc")
    {
        _proc = proc;
        _random = random;

        // Only the first process of a container takes all others with it when it ends.
        _mark = !string.IsNullOrEmpty(podUid) && processId == 1 ? PodMark + podUid : OnMachine(processId) ?? "";
        Text = _mark.Length == 0 ? $"{name}_{random}" : $"{name}_{_mark}_{random}";
    }

    /// <summary>The identity as it is written into the Lease.</summary>
    public string Text { get; }

    /// <summary>
    /// The identity of this process. POD_NAME and POD_UID of the Downward API say which pod it runs in.
    /// </summary>
    public static ProcessIdentity OfThisProcess() => new(
        Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : Environment.MachineName,
        Environment.GetEnvironmentVariable("POD_UID"),
        Environment.ProcessId,
        Guid.NewGuid().ToString("N")[..8]);

    /// <summary>What is known of the process with this identity.</summary>
    public HolderFate FateOf(string identity)
    {
        var parts = identity.Split('_');
        if (parts.Length < 3 || _mark.Length == 0 || parts[^1] == _random)
        {
            return HolderFate.Unknown;
        }

        var mark = parts[^2];
        if (mark.StartsWith(PodMark, StringComparison.Ordinal))
        {
            return mark == _mark ? HolderFate.Gone : HolderFate.Unknown;
        }

        // boot.ID.NAMESPACE.PID.START
        var theirs = mark.Split('.');
        var ours = _mark.Split('.');
        if (!mark.StartsWith(BootMark, StringComparison.Ordinal)
            || theirs.Length != 5
            || ours.Length != 5
            || theirs[1] != ours[1]
            || theirs[2] != ours[2]
            || !int.TryParse(theirs[3], NumberStyles.None, CultureInfo.InvariantCulture, out var processId))
        {
            return HolderFate.Unknown;
        }

        return Runs(processId) is not { } start ? HolderFate.Unknown : start == theirs[4] ? HolderFate.Runs : HolderFate.Gone;
    }

    private string? OnMachine(int processId)
    {
        try
        {
            var boot = File.ReadAllText(Path.Combine(_proc, "sys/kernel/random/boot_id")).Trim();
            var space = new FileInfo(Path.Combine(_proc, "self/ns/pid")).LinkTarget;
            return boot.Length > 0 && space is not null && StartOf(processId) is { Length: > 0 } start
                ? string.Create(CultureInfo.InvariantCulture, $"{BootMark}{boot}.{new string([.. space.Where(char.IsAsciiDigit)])}.{processId}.{start}")
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>When the process began, empty if there is none of this number; null if that cannot be told.</summary>
    private string? Runs(int processId)
    {
        try
        {
            // Our own entry proves that entries can be seen here at all.
            return StartOf(Environment.ProcessId) is { Length: > 0 } ? StartOf(processId) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// The start of a process in clock ticks since boot; empty if there is none, or only its exit status is left.
    /// </summary>
    private string StartOf(int processId)
    {
        var folder = Path.Combine(_proc, processId.ToString(CultureInfo.InvariantCulture));
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));

            // The name stands in brackets and may hold anything. Then: state (3), …, threads (20), itrealvalue (21),
            // start (22).
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" && fields[17] is "0" or "1" ? "" : fields[19].TrimEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return IsHidden(processId) ? throw new IOException($"{folder} is hidden", e) : "";
        }
    }

    // A /proc mounted with hidepid hides the processes of other users; a signal of nothing still meets them.
    private static bool IsHidden(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
