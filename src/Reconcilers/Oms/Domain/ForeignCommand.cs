namespace Drydock.Reconcilers.Oms;

/// <summary>A process in a container that executes docker_init.sh or the correction JAR. What is executed counts: a
/// process that only names one of them (an editor, <c>tail -f</c>, <c>grep</c>) is none. Pure.</summary>
/// <param name="CommandLine">Its arguments, for messages.</param>
/// <param name="IsJar">Whether it is the JAR, which may change nothing but rows.</param>
internal sealed partial record ForeignCommand(string Pid, string CommandLine, bool IsJar)
{
    /// <summary>Lists the processes that name one of the commands: number and arguments, with a unit separator between
    /// them and a record separator for the end of a line in them. The brackets keep the script from finding
    /// itself.</summary>
    public const string Script =
        """
        for f in /proc/[0-9]*/cmdline; do
          c=$(tr '\000\012' '\037\036' 2>/dev/null < "$f")
          case $c in *docker_init[.]sh*|*[-]mupgrade*)
            p=${f#/proc/}; printf '%s\037%s\n' "${p%/cmdline}" "$c";;
          esac
        done 2>/dev/null
        exit 0
        """;

    private const string InitScript = "docker_init.sh";
    private const char Unit = '\u001f';
    private const char Line = '\u001e';

    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "ksh"];
    private static readonly string[] ShellValues = ["-o", "+o", "-O", "+O", "--rcfile", "--init-file"];

    // Programs that start the one in their arguments, with the options whose value is an argument of its own.
    private static readonly Dictionary<string, string[]> Wrappers = new(StringComparer.Ordinal)
    {
        ["busybox"] = [],
        ["env"] = ["-u", "-C"],
        ["ionice"] = ["-c", "-n"],
        ["nice"] = ["-n"],
        ["nohup"] = [],
        ["setsid"] = [],
        ["stdbuf"] = ["-i", "-o", "-e"],
        ["sudo"] = ["-u", "-g", "-h", "-p", "-r", "-t", "-C", "-D", "-R", "-T", "-U"],
        ["timeout"] = ["-s", "-k", "-t"],
    };

    /// <summary>Reads a line of <see cref="Script"/>; null if the process executes neither.</summary>
    public static ForeignCommand? Read(string line)
    {
        var parts = line.TrimEnd(Unit).Split(Unit);
        return Of(parts[0], [.. parts.Skip(1).Select(part => part.Replace(Line, '\n'))]);
    }

    public static ForeignCommand? Of(string pid, IReadOnlyList<string> arguments)
    {
        var at = 0;
        while (Wrappers.TryGetValue(NameAt(arguments, at), out var values))
        {
            at = AfterOptions(arguments, at + 1, values);

            // Assignments, and a duration.
            at += arguments.Skip(at).TakeWhile(a => a is [>= '0' and <= '9', ..] || a.Contains('=')).Count();
        }

        var program = NameAt(arguments, at);
        var isJar = program == "java" && arguments.Contains("-jar", StringComparer.Ordinal)
            && arguments.Any(a => a.StartsWith("-mupgrade", StringComparison.Ordinal));
        return isJar || program == InitScript
            || (Shells.Contains(program, StringComparer.Ordinal) && IsInit(arguments, at + 1))
                ? new ForeignCommand(pid, string.Join(' ', arguments), isJar)
                : null;
    }

    // What the text after -c executes shows as a process of its own, unless the shell itself reads the script.
    private static bool IsInit(IReadOnlyList<string> arguments, int options)
    {
        var first = AfterOptions(arguments, options, ShellValues);
        var hasText = arguments.Take(first).Skip(options).Any(o => o is ['-', not '-', ..] && o.Contains('c'));
        return hasText ? first < arguments.Count && Sourced().IsMatch(arguments[first])
            : NameAt(arguments, first) == InitScript;
    }

    private static int AfterOptions(IReadOnlyList<string> arguments, int at, string[] values)
    {
        for (var last = ""; last != "--" && at < arguments.Count && arguments[at] is ['-' or '+', _, ..];)
        {
            last = arguments[at];
            at += values.Contains(last, StringComparer.Ordinal) ? 2 : 1;
        }

        return at;
    }

    // A login shell has a hyphen before its name.
    private static string NameAt(IReadOnlyList<string> arguments, int at) =>
        at < arguments.Count ? arguments[at][(arguments[at].LastIndexOf('/') + 1)..].TrimStart('-') : "";

    [GeneratedRegex(
        """(^|[;&|({!\n]|\b(then|do|else)\s)\s*(\.|source)\s+["']?[^\s;&|"']*docker_init\.sh""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sourced();
}
