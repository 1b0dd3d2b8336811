using Drydock.Lab.Chaos;

namespace Drydock.Benchmarks;

/// <summary>
/// docs/project/reliability/ledger.csv and its summary in docs/project/reliability.md. The ledger has one row a case
/// and is kept from run to run. A case that ended badly, or that was measured on another plan, keeps its row and is run
/// again.
/// </summary>
internal sealed class ChaosLedger
{
    private readonly LedgerBook _book;
    private readonly Lock _gate = new();

    private ChaosLedger(LedgerBook book) => _book = book;

    /// <summary>Reads the ledger.</summary>
    public static ChaosLedger Read(IReadOnlyCollection<IChaosCase> cases)
    {
        var rows = File.Exists(ReliabilityLedger.FilePath)
            ? ReliabilityLedger.Read(File.ReadAllText(ReliabilityLedger.FilePath))
            : [];
        return new ChaosLedger(new LedgerBook([.. cases.Select(CaseOf)], rows));
    }

    /// <summary>Whether a case has a golden end on the present plan.</summary>
    public bool Holds(IChaosCase chaos)
    {
        lock (_gate)
        {
            return _book.Holds(CaseOf(chaos));
        }
    }

    /// <summary>How many cases ended badly.</summary>
    public int Bad
    {
        get
        {
            lock (_gate)
            {
                return _book.Bad;
            }
        }
    }

    /// <summary>Writes an outcome to the ledger and the summary; returns its row.</summary>
    public LedgerRow Add(IChaosCase chaos, ChaosOutcome outcome)
    {
        var end = !outcome.IsGood ? LedgerRow.Bad : outcome.Struck ? LedgerRow.Golden : LedgerRow.NotReached;
        var now = TimeProvider.System.GetUtcNow();
        var row = new LedgerRow(
            chaos.ScenarioId, chaos.What, chaos.When, chaos.Plan, DateOnly.FromDateTime(now.UtcDateTime), end,
            GeneratedIds.Hide(outcome.Way));
        lock (_gate)
        {
            _book.Put(row);
            Replace(ReliabilityLedger.FilePath, ReliabilityLedger.Write(_book.Rows));
            Replace(ReliabilityPage.FilePath, ReliabilityPage.WithSummary(ReliabilityPage.Read(), _book.Groups(), now));
        }

        return row;
    }

    private static LedgerCase CaseOf(IChaosCase chaos) =>
        new(chaos.ScenarioId, chaos.What, chaos.When, chaos.Plan);

    // If the process is killed while it writes, the results of earlier runs must not be lost.
    private static void Replace(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
