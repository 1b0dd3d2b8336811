namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>
/// The identity of a process in a Lease, in a form that lets a successor prove, where possible, that the process has
/// ended:
/// <list type="bullet">
/// <item><c>NAME_pod.UID_RANDOM</c>: the first process of a container of that pod. Another process with the same uid is
/// a later one, because the kubelet restarts a container only after it has ended, and the kernel ends all processes of
/// a container with its first one. One operator container per pod is assumed.</item>
/// <item><c>NAME_boot.ID.NAMESPACE.PID.START_RANDOM</c>: a process of a machine since its last start, in a PID
/// namespace. It has ended if no such process exists.</item>
/// <item>Everything else, including another pod: nothing is known. A missing pod in the API server does not prove that
/// its processes have ended: a pod can be removed by force, or with its Node, while its machine is still
/// running.</item>
/// </list>
/// </summary>
public sealed class ProcessIdentity
{
    private const string PodMark = "pod.";
    private const string BootMark = "boot.";
    private readonly string _mark;
    private readonly string _proc;
    private readonly string _random;

    public ProcessIdentity(string name, string? podUid, int processId, string random, string proc = "/proc")
    {
        _proc = proc;
        _random = random;

        // Only the first process of a container ends all others when it ends.
        _mark = !string.IsNullOrEmpty(podUid) && processId == 1 ? PodMark + podUid : OnMachine(processId) ?? "";
        Text = _mark.Length == 0 ? $"{name}_{random}" : $"{name}_{_mark}_{random}";
    }

    public string Text { get; }

    public static ProcessIdentity OfThisProcess() => new(
        Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : Environment.MachineName,
        Environment.GetEnvironmentVariable("POD_UID"),
        Environment.ProcessId,
        Guid.NewGuid().ToString("N")[..8]);

    /// <summary>Whether the process that holds a lease under an identity has certainly ended, with all its threads.
    /// False if it runs, or if nothing is known.</summary>
    public bool HasEnded(string identity)
    {
        var parts = identity.Split('_');
        if (parts.Length < 3 || parts[^1] == _random)
        {
            return false;
        }

        // boot.ID.NAMESPACE.PID.START
        var (mark, theirs) = (parts[^2], parts[^2].Split('.'));
        return mark.StartsWith(PodMark, StringComparison.Ordinal)
            ? mark == _mark
            : theirs.Length == 5
                && theirs.Take(3).SequenceEqual(_mark.Split('.').Take(3), StringComparer.Ordinal)
                && int.TryParse(theirs[3], NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
                && Runs(processId) is { } start
                && start != theirs[4];
    }

    private string? OnMachine(int processId)
    {
        try
        {
            var boot = File.ReadAllText(Path.Combine(_proc, "sys/kernel/random/boot_id")).Trim();
            var space = new FileInfo(Path.Combine(_proc, "self/ns/pid")).LinkTarget;
            return boot.Length > 0 && space is not null && StartOf(processId) is { Length: > 0 } start
                ? $"{BootMark}{boot}.{new string([.. space.Where(char.IsAsciiDigit)])}.{processId}.{start}"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? Runs(int processId)
    {
        try
        {
            // The own entry proves that entries are visible here.
            return StartOf(Environment.ProcessId) is { Length: > 0 } ? StartOf(processId) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The start of a process in clock ticks since boot; empty if it does not exist, or is a zombie.</summary>
    private string StartOf(int processId)
    {
        var folder = Path.Combine(_proc, $"{processId}");
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));

            // The name is in parentheses and may contain anything. Then: state (3), …, threads (20), itrealvalue (21),
            // start (22).
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" && fields[17] is "0" or "1" ? "" : fields[19].TrimEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return IsHidden(processId) ? throw new IOException($"{folder} is hidden.", e) : "";
        }
    }

    // A /proc mounted with hidepid hides the processes of other users; signal 0 still reaches them.
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
