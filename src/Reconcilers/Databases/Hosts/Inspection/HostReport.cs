namespace Drydock.Reconcilers.Databases;

/// <summary>What the script `look` reported of an instance and its surroundings. Every deviation from the expected form
/// is an error, never a guess.</summary>
internal sealed class HostReport
{
    private const string Version = "look 1";
    private const string Ending = "+";

    private HostReport(ScriptAnswer answer) => Answer = answer;

    public ScriptAnswer Answer { get; }
    public required string User { get; init; }
    public required string Boot { get; init; }

    /// <summary>Its uptime in seconds as the look began.</summary>
    public required double Up { get; init; }

    /// <summary>Its uptime in seconds as the look ended.</summary>
    public required double Seen { get; init; }

    public string Load { get; init; } = "unknown";
    public required DateTimeOffset Now { get; init; }
    public required IReadOnlyList<ReportedProcess> Processes { get; init; }
    public required bool IsListening { get; init; }
    public required IReadOnlyList<int> Listeners { get; init; }

    /// <summary>SHA-256 of the program in deployDir, or below the link that is switched.</summary>
    public string? InstalledSha256 { get; init; }

    public string? LinkTarget { get; init; }
    public string? RealTarget { get; init; }
    public string? RealDirectory { get; init; }
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Units { get; init; } = [];
    public string? Svstat { get; init; }
    public string? Choice { get; init; }

    public ReportedProcess? Find(int? pid) => Processes.FirstOrDefault(p => p.Pid == pid);

    public static HostReport Read(ScriptAnswer answer, ProgramSums.Question sums)
    {
        if (answer.Lines.Count == 0 || answer.Lines[0] != Version)
        {
            throw answer.Unreadable("its beginning is missing");
        }

        sums.Learn(answer);
        var commands = new CommandLines(answer);
        var pids = answer.Find("pids")?.Split(' ');
        var up = Number(answer, "up");
        var ticks = Number(answer, "tick");
        var boot = DateTimeOffset.FromUnixTimeSeconds((long)Number(answer, "btime"));
        return new HostReport(answer)
        {
            User = answer.Need("user"),
            Boot = answer.Need("boot"),
            Up = up,
            Seen = Number(answer, "seen"),
            Load = answer.Find("load") ?? "unknown",
            Now = boot.AddSeconds(up),
            Processes =
            [
                .. answer.All("process")
                    .Where(line => pids is null || pids.Contains(line.Split(' ')[0]))
                    .Select(
                        line => Process(
                            answer, sums, commands, line,
                            start => boot.AddMilliseconds(Math.Round(start * 1000 / ticks))))
                    .DistinctBy(p => p.Pid),
            ],
            IsListening = answer.Says("listener"),
            Listeners =
            [
                .. answer.All("listener").Where(pid => pid != "-").Select(pid => (int)answer.Whole(pid)).Distinct(),
            ],
            InstalledSha256 = answer.Find("installed") is { } installed ? sums.Of(installed, answer) : null,
            LinkTarget = answer.Text(answer.Find("link")),
            RealTarget = answer.Text(answer.Find("target")),
            RealDirectory = answer.Text(answer.Find("real")),
            Units = Blocks(answer),
            Svstat = answer.Says("svstat") ? string.Join(' ', answer.All("svstat")).Trim() : null,
            Choice = answer.Find("choice"),
        };
    }

    private static ReportedProcess Process(
        ScriptAnswer answer, ProgramSums.Question sums, CommandLines commands, string line,
        Func<double, DateTimeOffset> at)
    {
        if (line.Split(' ') is not [var pid, var start, var parent, var identity, .. { Length: > 0 } path,
            var arguments])
        {
            throw answer.Unreadable($"'process {line}' is not a process");
        }

        var executable = string.Join(' ', path);
        var ticks = answer.Whole(start);
        return new ReportedProcess(
            (int)answer.Whole(pid), ticks, (int)answer.Whole(parent),
            executable == Ending ? null : answer.Text(executable),
            sums.Of(identity, answer),
            (arguments == "*" ? commands.Find(pid) : answer.Text(arguments)) is { } text
                ? text.TrimEnd('\0').Split('\0')
                : [],
            at(ticks))
        { IsEnding = executable == Ending };
    }

    private static List<IReadOnlyDictionary<string, string>> Blocks(ScriptAnswer answer)
    {
        var blocks = new List<IReadOnlyDictionary<string, string>>();
        var block = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in answer.All("unit").Append(""))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is var at and > 0)
            {
                block[line[..at]] = line[(at + 1)..];
            }
            else if (block.Count > 0)
            {
                blocks.Add(block);
                block = new Dictionary<string, string>(StringComparer.Ordinal);
            }
        }

        return blocks;
    }

    private static double Number(ScriptAnswer answer, string word) =>
        double.TryParse(answer.Need(word), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? number
            : throw answer.Unreadable($"'{word} {answer.Find(word)}' is not a number");
}

/// <summary>The command lines of the processes that were read together, as `head -v` prints files.</summary>
internal sealed class CommandLines(ScriptAnswer answer)
{
    private const string Next = "\n==> /proc/";

    // Each byte is a character, so that no byte of a command line hides those that follow it.
    private readonly string _all = answer.Bytes(answer.Find("commands") ?? "-") is { } bytes
        ? "\n" + Encoding.Latin1.GetString(bytes)
        : "";

    /// <summary>Null if the process had none any more.</summary>
    /// <exception cref="HostException">A command line has the beginning of another one in it.</exception>
    public string? Find(string pid)
    {
        var header = $"{Next}{pid}/cmdline <==\n";
        var begin = _all.IndexOf(header, StringComparison.Ordinal);
        if (begin < 0)
        {
            return null;
        }

        if (_all.IndexOf(header, begin + 1, StringComparison.Ordinal) >= 0)
        {
            throw answer.Unreadable($"a process has the beginning of the command line of process {pid} in its own");
        }

        begin += header.Length;
        var end = _all.IndexOf(Next, begin, StringComparison.Ordinal) is var next and >= 0 ? next : _all.Length;
        return end == begin ? null : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(_all[begin..end]));
    }
}

/// <summary>A living process as a host showed it.</summary>
/// <param name="Start">When it was started, in ticks since the boot: with the pid it is this process and no
/// other.</param>
/// <param name="Executable">Its executable, including " (deleted)"; null if it cannot be read.</param>
/// <param name="StartedAt">When it was started, by the host's clock.</param>
internal sealed record ReportedProcess(
    int Pid, long Start, int Parent, string? Executable, string? Sha256, IReadOnlyList<string> Arguments,
    DateTimeOffset StartedAt)
{
    public bool IsEnding { get; init; }

    // Programs of both vendors that are asked these print and end (docs/project/research/tidb.md#tikv).
    private static readonly string[] OnlyAsked =
    [
        "-V", "-version", "--version", "-config-check", "--config-check", "-help", "--help",
    ];

    public string? Path => Executable is { } path ? Undeleted(path) : null;
    public bool IsOnlyAsked => Arguments.Skip(1).Any(OnlyAsked.Contains);

    /// <summary>The path that a replaced executable had.</summary>
    public static string Undeleted(string executable)
    {
        const string Deleted = " (deleted)";
        return executable.EndsWith(Deleted, StringComparison.Ordinal) ? executable[..^Deleted.Length] : executable;
    }

    public string Identity => $"{Pid}:{Start}";

    public bool Runs(string program) =>
        Path is { } path
            && System.IO.Path.GetFileName(path) is var name
            && (name == program || name.StartsWith(program + ".", StringComparison.Ordinal));
}
