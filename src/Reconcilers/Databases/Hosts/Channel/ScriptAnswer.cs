namespace Drydock.Reconcilers.Databases;

/// <summary>The output of a script of <see cref="HostScripts"/>: lines of a word and its values, up to the word end.
/// Anything else is unusable.</summary>
internal sealed class ScriptAnswer
{
    public const string Privileges = "Privileges";

    /// <summary>The exit code of a script that refuses a late request.</summary>
    public const string Late = "Late";

    private const int LongestText = 2000;
    private const string Refused = "\nrefused ";
    private const string End = "end";

    private readonly string _host;
    private readonly ILookup<string, string> _values;

    private ScriptAnswer(string host, IEnumerable<string> lines)
    {
        _host = host;
        Lines = [.. lines];
        _values = Lines.Select(Split).ToLookup(l => l.Word, l => l.Value, StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Lines { get; }

    public bool RanAsRoot { get; private init; }

    public IEnumerable<(string Word, string Value)> Words => Lines.Select(Split);

    /// <summary>Takes an answer.</summary>
    /// <param name="what">The request, for messages: "looking at tikv-1".</param>
    /// <exception cref="HostException">The script did not finish.</exception>
    public static ScriptAnswer Read(string host, string what, RemoteResult result, bool asRoot = false)
    {
        var output = result.Output;
        if (("\n" + output).LastIndexOf(Refused, StringComparison.Ordinal) is var at and >= 0)
        {
            var (code, text) = SplitAt(output[(at + Refused.Length - 1)..], '\n');
            throw new ScriptRefusal(code, Shorten(text, result.Errors));
        }

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (result.ExitCode != 0 || lines.Length == 0 || lines[^1] != End)
        {
            throw new HostException(
                host,
                Reasons.StepFailed,
                $"{host}: {what} ended early with exit code {result.ExitCode}: {Shorten(result.Errors, output)}. "
                + "The host needs a POSIX shell, coreutils, findutils, util-linux, awk, sed, grep, tar and gzip.",
                mayHaveRun: true);
        }

        return new ScriptAnswer(host, lines[..^1]) { RanAsRoot = asRoot };
    }

    public string? Find(string word) => _values[word].FirstOrDefault();

    public bool Says(string word) => _values.Contains(word);

    public IEnumerable<string> All(string word) => _values[word];

    public string Need(string word) => Find(word) ?? throw Unreadable($"it lacks '{word}'");

    /// <summary>Text that a script said in base64; null for "-".</summary>
    /// <exception cref="HostException">It is not valid.</exception>
    public byte[]? Bytes(string text)
    {
        if (text == "-")
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length]
            : throw Unreadable("a value is not base64");
    }

    /// <summary>As <see cref="Bytes"/>; null also for nothing.</summary>
    /// <exception cref="HostException">It is not valid.</exception>
    public string? Text(string? base64) =>
        base64 is { Length: > 0 } && Bytes(base64) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <exception cref="HostException">It is not a number.</exception>
    public long Whole(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Unreadable($"'{text}' is not a number");

    /// <summary>Free bytes.</summary>
    /// <exception cref="HostException">It does not say how many.</exception>
    public long Room() => Need("room").Split(' ') is [var blocks, var size]
        ? Whole(blocks) * Whole(size)
        : throw Unreadable($"'room {Find("room")}' is not a size");

    public HostException Unreadable(string why) =>
        new(
            _host,
            Reasons.StepFailed,
            $"{_host}: its answer cannot be read: {why}. Nothing was concluded from it. "
            + "It is asked again automatically.");

    private static string Shorten(string first, string second)
    {
        var text = string.Join(": ", new[] { first.Trim(), second.Trim() }.Where(t => t.Length > 0));
        return text.Length == 0 ? "no output" : ForeignText.LastWords(text, LongestText);
    }

    private static (string Word, string Value) Split(string line) => SplitAt(line, ' ');

    private static (string First, string Behind) SplitAt(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is var at and >= 0
            ? (text[..at], text[(at + 1)..])
            : (text, "");
}

/// <summary>A script refused its request; the code says why.</summary>
internal sealed class ScriptRefusal(string code, string text) : Exception(text)
{
    public string Code { get; } = code;
}
