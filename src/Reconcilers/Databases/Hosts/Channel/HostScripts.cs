namespace Drydock.Reconcilers.Databases;

/// <summary>The scripts that are run on hosts: POSIX shell and the tools every Debian or CentOS has. Each is sent
/// whole, as one argument.</summary>
internal static class HostScripts
{
    private const string Common = "common";
    private const string Acting = "acting";
    private const string Replace = "replace";
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    public static string Looking(string name) => Known.GetOrAdd(name, static n => Join(Common, n));

    public static string ForActing(string name) => Known.GetOrAdd(
        $"{Acting} {name}", _ => Join(Common, Acting, name));

    public static string Together(IEnumerable<string> names)
    {
        var parts = names.Distinct(StringComparer.Ordinal).ToList();
        return Known.GetOrAdd(
            string.Join('+', parts),
            _ => string.Join(
                '\n',
                [
                    Read(Common),
                    Read(Acting),
                    .. parts.Select(n => $"part_{PartName(n)}() (\n{Read(n)}\n)"),
                    Read(Replace),
                ]));
    }

    public static string ThroughSudo(string script) => "drydock_sudo='sudo -n'\n" + script;

    // A login without a session of its own has no XDG_RUNTIME_DIR.
    public static string ForOwnUnits(string script) =>
        "drydock_scope=--user XDG_RUNTIME_DIR=/run/user/$(id -u)\nexport XDG_RUNTIME_DIR\n" + script;

    internal static string PartName(string name) => name.Replace('-', '_');

    private static string Join(params string[] names) => string.Join('\n', names.Select(Read));

    // Comments stay here: the host has no use for them.
    private static string Read(string name)
    {
        using var stream = typeof(HostScripts).Assembly.GetManifestResourceStream($"Hosts/{name}")
            ?? throw new InvalidOperationException($"The script {name} is not part of this program.");
        using var reader = new StreamReader(stream);
        return string.Join(
            '\n',
            reader.ReadToEnd().Split('\n').Where(line => line.TrimStart() is { Length: > 0 } text && text[0] != '#'));
    }
}

/// <summary>The output of a script of <see cref="HostScripts"/>: lines of a word and its values, up to the word end.
/// Anything else is unusable.</summary>
internal sealed class ScriptAnswer
{
    public const string Privileges = "Privileges";

    /// <summary>The exit code of a script that refuses a late request.</summary>
    public const string Late = "Late";

    /// <summary>The exit code of a script that would stop a process that no look has seen.</summary>
    public const string CameUp = "CameUp";

    /// <summary>The exit code of a script that finds started what was stopped.</summary>
    public const string Returned = "Returned";

    /// <summary>The exit code of a script whose start failed.</summary>
    public const string Start = "Start";

    /// <summary>The exit code of an act, before it stops anything, where another account has to do a part of
    /// it.</summary>
    public const string Apart = "Apart";

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
            var cause = result.ExitCode == RemoteCommand.TimedOut
                ? ", because the host ended it after its time limit"
                : "";
            throw new HostException(
                host, Reasons.StepFailed,
                $"{host}: {what} ended early with exit code {result.ExitCode}{cause}: "
                + $"{Shorten(result.Errors, output)}. "
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

    /// <summary>As <see cref="Bytes"/>, or text behind "="; null also for nothing.</summary>
    /// <exception cref="HostException">It is not valid.</exception>
    public string? Text(string? value) => value switch
    {
        ['=', .. var text] => text,
        { Length: > 0 } when Bytes(value) is { } bytes => Encoding.UTF8.GetString(bytes),
        _ => null,
    };

    /// <summary>The answer to each of several questions that one command asked: what concerns all of them, and behind
    /// "instance" what concerns one, up to "host".</summary>
    /// <exception cref="HostException">There are others than those.</exception>
    public IReadOnlyList<ScriptAnswer> Parts(int count)
    {
        var (all, parts) = (new List<string>(), new List<List<string>>());
        var part = all;
        foreach (var line in Lines)
        {
            switch (line)
            {
                case "instance":
                    parts.Add(part = []);
                    break;
                case "host":
                    part = all;
                    break;
                default:
                    part.Add(line);
                    break;
            }
        }

        return parts.Count == count
            ? parts.ConvertAll(own => new ScriptAnswer(_host, [.. all, .. own]) { RanAsRoot = RanAsRoot })
            : throw Unreadable($"it is about {parts.Count} instances, expected {count}");
    }

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
            _host, Reasons.StepFailed,
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

/// <summary>What need not be read on one host at every observation: checksums of files by the files' identity (device,
/// inode, size, times of change in nanoseconds), because programs have hundreds of megabytes; and the sockets of
/// processes that listened at the last look, which they may still hold.</summary>
internal sealed partial class ProgramSums
{
    // The number of file identities that are sent to the host with every observation.
    private const int Most = 200;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    // The sockets of each port, as the script `look` takes them.
    private readonly ConcurrentDictionary<string, string> _sockets = new(StringComparer.Ordinal);

    public Question Ask() => new(this);

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sha256();

    /// <summary>Checksums during one question and its answer.</summary>
    internal sealed class Question(ProgramSums sums)
    {
        private readonly Dictionary<string, string> _known = new(sums._known, StringComparer.Ordinal);

        /// <summary>The identities that need not be read again, as a script takes them.</summary>
        public string Known => string.Join(' ', _known.Keys);

        /// <summary>The same with the sockets.</summary>
        public string KnownWithSockets => string.Join(' ', _known.Keys.Concat(sums._sockets.Values));

        /// <summary>The files that are known to have one of these checksums: IDENTITY=SHA-256, as scripts take
        /// them.</summary>
        public string Having(params string[] sha256) =>
            string.Join(' ', _known.Where(k => sha256.Contains(k.Value)).Select(k => $"{k.Key}={k.Value}"));

        /// <summary>Takes the checksums an answer has.</summary>
        /// <exception cref="HostException">A line is not a checksum.</exception>
        public void Learn(ScriptAnswer answer)
        {
            foreach (var port in answer.All("socket").ToLookup(l => l.Split(' ')[0], StringComparer.Ordinal))
            {
                sums._sockets[port.Key] = string.Join(' ', port.Select(l => $"socket:{l.Replace(' ', ':')}"));
            }

            foreach (var (word, line) in answer.Words.Where(w => w.Word is "sum" or "fresh"))
            {
                if (line.Split(' ') is not [var identity, var sha256] || !Sha256().IsMatch(sha256))
                {
                    throw answer.Unreadable($"'{word} {line}' is not a checksum");
                }

                _known[identity] = sha256;
                if (word == "fresh")
                {
                    continue;
                }

                if (sums._known.Count >= Most)
                {
                    sums._known.Clear();
                }

                sums._known[identity] = sha256;
            }
        }

        /// <summary>The checksum of a file by its identity; null for "-".</summary>
        /// <exception cref="HostException">It is not known.</exception>
        public string? Of(string identity, ScriptAnswer answer) =>
            identity == "-"
                ? null
                : _known.GetValueOrDefault(identity)
                    ?? throw answer.Unreadable($"there is no checksum of the file '{identity}'");
    }
}
