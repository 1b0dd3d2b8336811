using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drydock.Lab.Chaos;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>docs/reliability.md: one row a case, kept from run to run. A row that was bad is run again.</summary>
internal sealed partial class ChaosLedger
{
    private readonly string _path = Repository.PathOf("docs", "reliability.md");
    private readonly SortedDictionary<string, string> _rows = new(StringComparer.Ordinal);
    private readonly IReadOnlyCollection<IChaosCase> _cases;
    private readonly Lock _gate = new();
    private readonly string _soak;

    private ChaosLedger(IReadOnlyCollection<IChaosCase> cases)
    {
        _cases = cases;
        _soak = SoakSection.Read(_path);
    }

    /// <summary>
    /// Reads the ledger; rows of cases that do not exist any more go. Kill points are kept: which acts of two hosts
    /// come in which order, and by that the names of some, differ from one undisturbed run to the next.
    /// </summary>
    public static ChaosLedger Read(IReadOnlyCollection<IChaosCase> cases)
    {
        var ledger = new ChaosLedger(cases);
        var known = cases.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var killed = cases.Where(c => c.IsKill).Select(c => c.ScenarioId).ToHashSet(StringComparer.Ordinal);
        foreach (var line in File.Exists(ledger._path) ? File.ReadLines(ledger._path) : [])
        {
            if (Row().Match(line) is { Success: true } match && match.Groups["end"].Value != "BAD"
                && Id(match.Groups["scenario"].Value, match.Groups["what"].Value, match.Groups["when"].Value) is var id
                && (known.Contains(id) || (match.Groups["what"].Value == "kill" && killed.Contains(match.Groups["scenario"].Value))))
            {
                ledger._rows[id] = line;
            }
        }

        return ledger;
    }

    /// <summary>Whether a case has been run to a golden end.</summary>
    public bool Holds(IChaosCase chaos) => _rows.ContainsKey(chaos.Id);

    /// <summary>How many ended badly.</summary>
    public int Bad => _rows.Values.Count(IsBad);

    /// <summary>Takes an outcome in and writes the page; returns its row.</summary>
    public string Add(IChaosCase chaos, ChaosOutcome outcome)
    {
        var end = !outcome.IsGood ? "BAD" : outcome.Struck ? "golden" : "golden, not reached";
        var way = GeneratedIds.Hide(outcome.Way).Replace("|", "\\|", StringComparison.Ordinal);
        var row = $"| {chaos.ScenarioId} | {chaos.What} | {chaos.When} | {end} | {way} |";
        lock (_gate)
        {
            _rows[chaos.Id] = row;
            File.WriteAllText(_path, Page());
        }

        return row;
    }

    private string Page()
    {
        var text = new StringBuilder();
        text.AppendLine("# Reliability");
        text.AppendLine();
        text.AppendLine("Written by `make chaos`, on real parts: API server, dockerds, MariaDB, the OMS stand-in; hosts with sshd, systemd units or plain processes, the stand-ins of TiDB, BMDB and YugabyteDB. Each row is one accident at one moment. *kill* is SIGKILL of the operator right before or after one of its writes or acts, and another operator takes over (many such moments share a run: the successor is killed at the next one); the other accidents and what a person does about each are in [accidents.md](accidents.md). Those that are over once they are mended share runs too, the next one striking after the one before is mended; if such a run ends badly, each of them gets a run of its own.");
        text.AppendLine();
        text.AppendLine("**golden**: the run came to its end, `Succeeded` or `RolledBack`, with exactly the end state of the undisturbed run (containers, `ha.config`, every row and object of the databases); nothing was punished by the stand-in; and where nobody had to mend anything, the correction JAR, docker_init.sh, starts, stops, snapshots and restores happened exactly as often. The last column says what was seen on the way: phase and reason of each stop, whether a person mended, the end or that the run went on to the next accident. *not reached*: that run had no such moment; its end was compared all the same.");
        text.AppendLine();
        text.AppendLine("For the databases (`tidb-`, `bmdb-`, `yb-`) the end state is what the cluster keeps itself: the version of every process, schedulers, blacklists, flags, limits, pumps. Nothing is punished there but noticed: lost quorum, two of a kind down, a leader stopped with followers that could lead, a healthy process of the new version restarted, a request that read something else than was written. Kill points are each step when it was announced and when it is done.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Last run {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. The kills are run first, then each accident at three moments of the main job and its way back, then the cover of the other scenarios, then what is left; each part in a fixed random order, so that any beginning of it is a fair sample.");
        text.AppendLine();
        text.AppendLine("| scenario | | cases | covered | golden | bad |");
        text.AppendLine("|---|---|---|---|---|---|");
        foreach (var group in _cases.GroupBy(c => (Id: c.ScenarioId, c.IsKill)))
        {
            var ids = group.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
            var rows = _rows.Where(row => ids.Contains(row.Key) || (group.Key.IsKill && row.Key.StartsWith(Id(group.Key.Id, "kill", ""), StringComparison.Ordinal))).ToList();
            var bad = rows.Count(row => IsBad(row.Value));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key.Id} | {(group.Key.IsKill ? "kill points" : "accidents × moments")} | {ids.Union(rows.Select(row => row.Key)).Count()} | {rows.Count} | {rows.Count - bad} | {bad} |");
        }

        text.AppendLine();
        text.Append(_soak);
        text.AppendLine("## Every case");
        text.AppendLine();
        text.AppendLine("| scenario | accident | moment | end | on the way |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (var row in _rows.Values)
        {
            text.AppendLine(row);
        }

        return text.ToString();
    }

    private static bool IsBad(string row) => row.Contains("| BAD |", StringComparison.Ordinal);

    private static string Id(string scenario, string what, string when) => $"{scenario}: {what} @ {when}";

    [GeneratedRegex(@"^\| (?<scenario>[a-z0-9-]+ (Upgrade|Rollback)) \| (?<what>[a-z0-9-]+) \| (?<when>[^|]+) \| (?<end>[A-Za-z ,]+) \|", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
