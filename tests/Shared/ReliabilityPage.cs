using System.Globalization;
using System.Text;

namespace Drydock.Tests;

/// <summary>Counts of the cases of one kind of one scenario.</summary>
/// <param name="Scenario">The scenario and its job.</param>
/// <param name="IsKill">Whether the cases are kill points; otherwise accidents.</param>
/// <param name="Plan">The shape of the present plan; null for the rows of earlier plans.</param>
/// <param name="Measured">First and last day of the rows, for readers; empty without rows.</param>
/// <param name="Cases">Number of cases; null for the rows of earlier plans.</param>
/// <param name="Covered">Number of cases that were run.</param>
/// <param name="Bad">Number of cases that ended badly.</param>
internal sealed record ReliabilityGroup(
    string Scenario, bool IsKill, string? Plan, string Measured, int? Cases, int Covered, int Bad)
{
    /// <summary>The word in the column of the plan for rows of earlier plans.</summary>
    public const string Earlier = "earlier";

    /// <summary>The counts of some rows.</summary>
    public static ReliabilityGroup Of(
        string scenario, bool isKill, string? plan, int? cases, IReadOnlyCollection<LedgerRow> rows) =>
        new(scenario, isKill, plan, Days(rows), cases, rows.Count, rows.Count(row => row.IsBad));

    /// <summary>The first and the last day on which rows were measured.</summary>
    public static string Days(IReadOnlyCollection<LedgerRow> rows)
    {
        if (rows.Count == 0)
        {
            return "";
        }

        var (first, last) = (Text(rows.Min(row => row.Measured)), Text(rows.Max(row => row.Measured)));
        return first == last ? first : $"{first} to {last}";
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>
/// docs/project/reliability.md. The text above the first section is the summary of <c>make chaos</c>. Each other
/// command writes one section below and keeps the others.
/// </summary>
internal static class ReliabilityPage
{
    private const string Begin = "\n## ";

    private const string Introduction = """
        # Reliability

        This page is for those who decide whether the operator may run an upgrade unattended. It lists the
        accidents that were caused, how often, and how the runs ended.

        `make chaos` writes the summary below from its ledger, [reliability/ledger.csv](reliability/ledger.csv),
        and continues where the ledger ends. A row of the ledger is one case: one accident at one moment of an
        upgrade or a rollback.

        | column | meaning |
        |---|---|
        | `scenario` | what is upgraded, and whether the case belongs to the upgrade or to its rollback |
        | `accident` | what goes wrong. `kill`: the operator gets SIGKILL right before or after one of its writes or acts, and another operator takes over. All others: [the accidents](#the-accidents) |
        | `moment` | when it happens |
        | `plan` | the shape of the plan that ran: the first 8 digits of a hash over its steps, their order, their actions and the names of their arguments. Empty in rows from before it was recorded |
        | `measured` | the day of the run, in UTC |
        | `end` | `golden`, `golden, not reached` (the run had no such moment; its end was compared too) or `BAD` |
        | `way` | phase and reason of each stop, whether an administrator repaired something (`mended`), and the end. `went on`: the run continued to the next accident |

        A row counts only for the plan with which it was measured. When a new version of the operator has another
        plan for a scenario, all cases of that scenario are run again. Until a case was run again, its row is
        counted below as `earlier`: it says nothing about the present plan.

        **Golden** means: the run ended with `Succeeded` or `RolledBack` and with exactly the end state of the
        undisturbed run (containers, `ha.config`, every row and object of the databases). The stand-in detected no
        mistake. If no manual repair was needed, the correction JAR, `docker_init.sh`, starts, stops, snapshots
        and restores happened exactly as often as in the undisturbed run.

        For the databases (`tidb-`, `bmdb-`, `yb-`) the end state is the state that the cluster keeps: the version
        of every process, schedulers, blacklists, flags, limits, pumps. The stand-ins also detect: a lost quorum,
        two processes of one kind down at the same time, a leader stopped while followers could lead, a restart of
        a healthy process of the new version, and a request that read another value than was written. Each step
        has two kill points: when it was announced and when it was done.

        The cases run on real parts: API server, dockerds, MariaDB, and hosts with sshd and systemd units or plain
        processes. OMS, TiDB, BMDB and YugabyteDB are stand-ins. Accidents that leave nothing behind after their
        repair share a run, one after the other, and so do kills. If a shared run ends badly, each of its cases is
        run alone. Kills run first, then each accident at three moments of the main job and its rollback, then the
        other scenarios, then the rest. Each part is in a fixed random order, so that the first cases of a part
        are always a fair sample of it.
        """;

    public static string FilePath { get; } = Repository.PathOf("docs", "project", "reliability.md");

    /// <summary>The page, or an empty text if the file does not exist.</summary>
    public static string Read() => File.Exists(FilePath) ? File.ReadAllText(FilePath) : "";

    /// <summary>The page with a new summary of the ledger.</summary>
    public static string WithSummary(string page, IEnumerable<ReliabilityGroup> groups, DateTimeOffset lastRun)
    {
        var text = new StringBuilder(Introduction).Append("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Last run: {lastRun:yyyy-MM-dd}.\n\n");
        text.Append(
            "| scenario | | plan | measured | cases | covered | golden | bad |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var group in groups)
        {
            var kind = group.IsKill ? "kill points" : "accidents × moments";
            text.AppendJoin(
                " | ",
                "| " + group.Scenario,
                kind,
                group.Plan ?? ReliabilityGroup.Earlier,
                group.Measured,
                group.Cases?.ToString(CultureInfo.InvariantCulture),
                group.Covered.ToString(CultureInfo.InvariantCulture),
                (group.Covered - group.Bad).ToString(CultureInfo.InvariantCulture),
                group.Bad.ToString(CultureInfo.InvariantCulture) + " |\n");
        }

        var sections = page.IndexOf(Begin, StringComparison.Ordinal);
        return sections < 0 ? text.ToString() : text.Append(page.AsSpan(sections)).ToString();
    }

    /// <summary>The page with one section replaced, or added at the end if it has no such section.</summary>
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
