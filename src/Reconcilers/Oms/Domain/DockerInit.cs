namespace Drydock.Reconcilers.Oms;

/// <summary>Reads the output of docker_init.sh (docs/project/research/oms.md#initialisation).</summary>
internal static partial class DockerInit
{
    public const string ScriptPath = "/root/docker_init.sh";

    /// <summary>Where a container that initialised itself says so.</summary>
    public const string FlagPath = "/root/init_flag.txt";

    private const string StepMarker = "【步骤";

    // What may be behind the marker in its line.
    private static readonly char[] Ornaments = ['。', '.', '!', '！', '#', ' '];

    /// <summary>Judges a finished run by its own output; the exit code's meaning is not documented, so the marker
    /// decides. Give it the log of this run only: the mounted <c>docker_init*.log</c> holds the marker of earlier
    /// installations.</summary>
    public static DockerInitVerdict Judge(string log, int exitCode, string successMarker)
    {
        var marker = false;
        string? lastStep = null;
        var end = successMarker.TrimEnd(Ornaments);
        foreach (var raw in log.Split('\n'))
        {
            var line = ForeignText.Plain(raw).Trim();

            // A shell trace (set -x) prints the command, marker and all, before it runs.
            if (line.StartsWith('+'))
            {
                continue;
            }

            var text = line.TrimStart('#', ' ', '\t');
            if (text.TrimEnd(Ornaments).EndsWith(end, StringComparison.Ordinal))
            {
                marker = true;
            }
            else if (text.IndexOf(StepMarker, StringComparison.Ordinal) is >= 0 and var at)
            {
                lastStep = ForeignText.Words(text[at..], 120);
            }
        }

        return (marker, exitCode) switch
        {
            (true, 0) => new DockerInitVerdict(DockerInitOutcome.Success, "docker_init.sh finished successfully."),
            (true, _) => new DockerInitVerdict(
                DockerInitOutcome.SuccessWithWarning,
                $"docker_init.sh printed its success line but ended with exit code {exitCode}. The verification that "
                    + "follows decides."),
            _ => new DockerInitVerdict(
                DockerInitOutcome.Failed,
                $"docker_init.sh ended with exit code {exitCode} and without its success line '{successMarker}'; "
                    + (lastStep is null ? "it announced no step" : $"the last step it announced was '{lastStep}'")
                    + ".")
            {
                // Scripts that ignore such errors print them in good runs as well.
                IsHalfMigrated = exitCode != 0
                    && OutputExcerpt.Lines(log).Exists(line => AppliedBefore().IsMatch(line)),
            },
        };
    }

    // A change of the schema that is there already: by an earlier run of the script that did not reach its end, so that
    // every other run ends in the same place. The numbers are those of MySQL (1007 database, 1050 table, 1060 column,
    // 1061 and 1068 key, 1062 row, 1091 nothing to drop, 1304 routine, 1359 trigger, 1826 foreign key).
    [GeneratedRegex(
        @"ERROR (1007|1050|1060|1061|1062|1068|1091|1304|1359|1826)\b|"
        + @"Duplicate (column name|key name|entry|foreign key)|"
        + @"(Table|database|TRIGGER|PROCEDURE|FUNCTION) .+ already exists|Trigger already exists|"
        + @"Multiple primary key defined|Can't DROP ",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex AppliedBefore();
}

internal sealed record DockerInitVerdict(DockerInitOutcome Outcome, string Message)
{
    /// <summary>It failed on a schema that was changed before and not to the end: it cannot succeed on these
    /// databases.</summary>
    public bool IsHalfMigrated { get; init; }
}

internal enum DockerInitOutcome
{
    Failed,

    /// <summary>The marker and exit code 0.</summary>
    Success,

    /// <summary>The marker, but an exit code other than 0: done; the verification that follows decides.</summary>
    SuccessWithWarning,
}
