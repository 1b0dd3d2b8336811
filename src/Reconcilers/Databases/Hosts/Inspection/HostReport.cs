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

    public required double Up { get; init; }

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
        var up = Number(answer, "up");
        var ticks = Number(answer, "tick");
        var boot = DateTimeOffset.FromUnixTimeSeconds((long)Number(answer, "btime"));
        return new HostReport(answer)
        {
            User = answer.Need("user"),
            Boot = answer.Need("boot"),
            Up = up,
            Now = boot.AddSeconds(up),
            Processes =
            [
                .. answer.All("process")
                    .Select(
                        line => Process(
                            answer, sums, line, start => boot.AddMilliseconds(Math.Round(start * 1000 / ticks))))
                    .DistinctBy(p => p.Pid),
            ],
            IsListening = answer.Says("listener"),
            Listeners =
            [
                .. answer.All("listener").Where(pid => pid != "-").Select(pid => (int)Whole(answer, pid)).Distinct(),
            ],
            InstalledSha256 = answer.Find("installed") is { } installed ? sums.Of(installed, answer) : null,
            LinkTarget = Text(answer, answer.Find("link")),
            RealTarget = Text(answer, answer.Find("target")),
            RealDirectory = Text(answer, answer.Find("real")),
            Units = Blocks(answer),
            Svstat = answer.Says("svstat") ? string.Join(' ', answer.All("svstat")).Trim() : null,
            Choice = answer.Find("choice"),
        };
    }

    private static ReportedProcess Process(
        ScriptAnswer answer, ProgramSums.Question sums, string line, Func<double, DateTimeOffset> at)
    {
        if (line.Split(' ') is not [var pid, var start, var parent, var identity, var executable, var arguments])
        {
            throw answer.Unreadable($"'process {line}' is not a process");
        }

        var ticks = Whole(answer, start);
        return new ReportedProcess(
            (int)Whole(answer, pid),
            ticks,
            (int)Whole(answer, parent),
            executable == Ending ? null : Text(answer, executable),
            sums.Of(identity, answer),
            Text(answer, arguments) is { } text ? text.TrimEnd('\0').Split('\0') : [],
            at(ticks))
        {
            IsEnding = executable == Ending,
        };
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

    private static string? Text(ScriptAnswer answer, string? base64) =>
        base64 is not null && answer.Bytes(base64) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static double Number(ScriptAnswer answer, string word) =>
        double.TryParse(answer.Need(word), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? number
            : throw answer.Unreadable($"'{word} {answer.Find(word)}' is not a number");

    private static long Whole(ScriptAnswer answer, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw answer.Unreadable($"'{text}' is not a number");
}
