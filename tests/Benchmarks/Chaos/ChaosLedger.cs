using Drydock.Lab.Chaos;
using Drydock.Lab.Upgrades;

namespace Drydock.Benchmarks;

/// <summary>
/// docs/reliability/ledger.csv and its summary in docs/reliability.md. The ledger has one row a case and is kept from
/// run to run. A case that ended badly keeps its row and is run again.
/// </summary>
internal sealed class ChaosLedger
{
    private readonly SortedDictionary<string, LedgerRow> _rows = new(StringComparer.Ordinal);
    private readonly IReadOnlyCollection<IChaosCase> _cases;
    private readonly Lock _gate = new();

    private ChaosLedger(IReadOnlyCollection<IChaosCase> cases) => _cases = cases;

    /// <summary>
    /// Reads the ledger and removes the rows of cases that no longer exist. Kill points are kept: the order of acts on
    /// two hosts, and so the names of some kill points, differ from one undisturbed run to the next.
    /// </summary>
    public static ChaosLedger Read(IReadOnlyCollection<IChaosCase> cases)
    {
        var ledger = new ChaosLedger(cases);
        var known = cases.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var killed = cases.Where(c => c.IsKill).Select(c => c.ScenarioId).ToHashSet(StringComparer.Ordinal);
        var rows = File.Exists(ReliabilityLedger.FilePath)
            ? ReliabilityLedger.Read(File.ReadAllText(ReliabilityLedger.FilePath))
            : [];
        foreach (var row in rows.Where(row => known.Contains(row.Id) || (row.IsKill && killed.Contains(row.Scenario))))
        {
            ledger._rows[row.Id] = row;
        }

        return ledger;
    }

    /// <summary>Whether a case has a golden end.</summary>
    public bool Holds(IChaosCase chaos)
    {
        lock (_gate)
        {
            return _rows.TryGetValue(chaos.Id, out var row) && !row.IsBad;
        }
    }

    /// <summary>How many cases ended badly.</summary>
    public int Bad
    {
        get
        {
            lock (_gate)
            {
                return _rows.Values.Count(row => row.IsBad);
            }
        }
    }

    /// <summary>Writes an outcome to the ledger and the summary; returns its row.</summary>
    public LedgerRow Add(IChaosCase chaos, ChaosOutcome outcome)
    {
        var end = !outcome.IsGood ? LedgerRow.Bad : outcome.Struck ? LedgerRow.Golden : LedgerRow.NotReached;
        var row = new LedgerRow(chaos.ScenarioId, chaos.What, chaos.When, end, GeneratedIds.Hide(outcome.Way));
        lock (_gate)
        {
            _rows[chaos.Id] = row;
            Replace(ReliabilityLedger.FilePath, ReliabilityLedger.Write(_rows.Values));
            Replace(ReliabilityPage.FilePath, ReliabilityPage.WithSummary(ReliabilityPage.Read(), Groups(), TimeProvider.System.GetUtcNow()));
        }

        return row;
    }

    private IEnumerable<ReliabilityGroup> Groups()
    {
        foreach (var group in _cases.GroupBy(c => (Id: c.ScenarioId, c.IsKill)))
        {
            var ids = group.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
            var rows = _rows.Values
                .Where(row => ids.Contains(row.Id) || (group.Key.IsKill && row.IsKill && row.Scenario == group.Key.Id))
                .ToList();
            yield return new ReliabilityGroup(
                group.Key.Id, group.Key.IsKill, ids.Union(rows.Select(row => row.Id)).Count(), rows.Count, rows.Count(row => row.IsBad));
        }
    }

    // If the process is killed while it writes, the results of earlier runs must not be lost.
    private static void Replace(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
