using System.Globalization;
using System.Text;

namespace Drydock.Tests;

/// <summary>The cases of one kind of one scenario, counted.</summary>
/// <param name="Scenario">The scenario and its job.</param>
/// <param name="IsKill">Whether the cases are kill points; otherwise accidents.</param>
/// <param name="Cases">How many there are.</param>
/// <param name="Covered">How many of them were run.</param>
/// <param name="Bad">How many of those ended badly.</param>
internal sealed record ReliabilityGroup(string Scenario, bool IsKill, int Cases, int Covered, int Bad);

/// <summary>
/// docs/reliability.md. Everything above the first section is the summary of <c>make chaos</c>; each other command
/// writes one section below and keeps the others.
/// </summary>
internal static class ReliabilityPage
{
    private const string Begin = "\n## ";

    private const string Introduction = """
        # Reliability

        This page is for those who decide whether an upgrade may be left to the operator. It says what was made to go wrong, how often, and how it ended.

        `make chaos` writes the summary below from its ledger, [reliability/ledger.csv](reliability/ledger.csv), and continues where the ledger ends. A row of the ledger is one case: one accident at one moment of an upgrade or a rollback.

        | column | meaning |
        |---|---|
        | `scenario` | what is upgraded, and whether the case belongs to the upgrade or to its rollback |
        | `accident` | what goes wrong. `kill`: the operator gets SIGKILL right before or after one of its writes or acts, and another operator takes over. All others, and what the administrator does about each: [accidents.md](accidents.md) |
        | `moment` | when it happens |
        | `end` | `golden`, `golden, not reached` (the run had no such moment; its end was compared all the same) or `BAD` |
        | `way` | phase and reason of each stop, whether something was mended by hand, and the end. `went on`: the run continued to the next accident |

        **Golden** means: the run ended with `Succeeded` or `RolledBack` and with exactly the end state of the undisturbed run (containers, `ha.config`, every row and object of the databases). The stand-in punished nothing. If nothing had to be mended by hand, the correction JAR, `docker_init.sh`, starts, stops, snapshots and restores happened exactly as often as in the undisturbed run.

        For the databases (`tidb-`, `bmdb-`, `yb-`) the end state is what the cluster keeps: the version of every process, schedulers, blacklists, flags, limits, pumps. These are found too: lost quorum, two processes of one kind down at a time, a leader stopped while followers could lead, a healthy process of the new version restarted, and a request that read something else than was written. The kill points are each step when it was announced and when it was done.

        The cases run on real parts: API server, dockerds, MariaDB, and hosts with sshd and systemd units or plain processes. OMS, TiDB, BMDB and YugabyteDB are stand-ins. Accidents that are over once they are mended share a run, one after the other, and so do kills. If a shared run ends badly, each of its cases is run alone. Kills run first, then each accident at three moments of the main job and its rollback, then the other scenarios, then the rest. Each part is in a fixed random order, so that every beginning of it is a fair sample.
        """;

    public static string FilePath { get; } = Repository.PathOf("docs", "reliability.md");

    /// <summary>The page as it is, or nothing if there is none yet.</summary>
    public static string Read() => File.Exists(FilePath) ? File.ReadAllText(FilePath) : "";

    /// <summary>The page with another summary of the ledger.</summary>
    public static string WithSummary(string page, IEnumerable<ReliabilityGroup> groups, DateTimeOffset lastRun)
    {
        var text = new StringBuilder(Introduction).Append("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Last run: {lastRun:yyyy-MM-dd}.\n\n");
        text.Append("| scenario | | cases | covered | golden | bad |\n|---|---|---|---|---|---|\n");
        foreach (var group in groups)
        {
            var kind = group.IsKill ? "kill points" : "accidents × moments";
            text.Append(CultureInfo.InvariantCulture, $"| {group.Scenario} | {kind} | {group.Cases} | {group.Covered} | {group.Covered - group.Bad} | {group.Bad} |\n");
        }

        var sections = page.IndexOf(Begin, StringComparison.Ordinal);
        return sections < 0 ? text.ToString() : text.Append(page.AsSpan(sections)).ToString();
    }

    /// <summary>The page with one section replaced, or added at the end if there is none of that name.</summary>
    public static string WithSection(string page, string name, string text)
    {
        var heading = $"{Begin}{name}\n";
        var section = $"{heading}\n{text.Trim()}\n";
        var begin = page.IndexOf(heading, StringComparison.Ordinal);
        if (begin < 0)
        {
            return $"{page.TrimEnd('\n')}\n{section}";
        }

        var end = page.IndexOf(Begin, begin + heading.Length, StringComparison.Ordinal);
        return page[..begin] + section + (end < 0 ? "" : page[end..]);
    }
}
