namespace Drydock.Tests;

/// <summary>A case that can be run now.</summary>
/// <param name="Scenario">The scenario and its job.</param>
/// <param name="Accident">The accident; <c>kill</c> for a SIGKILL of the operator.</param>
/// <param name="Moment">When the accident strikes.</param>
/// <param name="Plan">The shape of the plan that runs now.</param>
internal sealed record LedgerCase(string Scenario, string Accident, string Moment, string Plan)
{
    /// <summary>As <see cref="LedgerRow.Id"/>.</summary>
    public string Id => $"{Scenario}: {Accident} @ {Moment}";

    public bool IsKill => Accident == "kill";
}

/// <summary>
/// Which rows of the ledger count for the cases of now. A row counts only for the plan with which it was measured. A
/// row of an earlier plan stays, and is listed apart, until its case is run again.
/// </summary>
internal sealed class LedgerBook
{
    private readonly SortedDictionary<string, LedgerRow> _rows = new(StringComparer.Ordinal);
    private readonly IReadOnlyCollection<LedgerCase> _cases;
    private readonly Dictionary<string, string> _plans;

    /// <summary>
    /// Takes the rows over, without those of cases that no longer exist. Kill points of the present plan are kept in
    /// any case: the order of acts on two hosts, and so the names of some of them, differ from one undisturbed run to
    /// the next.
    /// </summary>
    public LedgerBook(IReadOnlyCollection<LedgerCase> cases, IEnumerable<LedgerRow> rows)
    {
        _cases = cases;
        _plans = cases.GroupBy(c => c.Scenario, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Plan, StringComparer.Ordinal);
        var known = cases.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var killed = cases.Where(c => c.IsKill).Select(c => c.Scenario).ToHashSet(StringComparer.Ordinal);
        foreach (var row in rows.Where(
            row => known.Contains(row.Id) || (row.IsKill && killed.Contains(row.Scenario) && Counts(row))))
        {
            _rows[row.Id] = row;
        }
    }

    public IEnumerable<LedgerRow> Rows => _rows.Values;

    /// <summary>How many cases ended badly on the present plans.</summary>
    public int Bad => _rows.Values.Count(row => row.IsBad && Counts(row));

    /// <summary>Whether a case has a golden end on the present plan.</summary>
    public bool Holds(LedgerCase chaos) =>
        _rows.TryGetValue(chaos.Id, out var row) && row.IsOf(chaos.Plan) && !row.IsBad;

    /// <summary>Writes a row, in place of any of the same case.</summary>
    public void Put(LedgerRow row) => _rows[row.Id] = row;

    /// <summary>The summary: for each scenario its cases on the present plan, then its rows of earlier plans.</summary>
    public IEnumerable<ReliabilityGroup> Groups()
    {
        foreach (var group in _cases.GroupBy(c => (c.Scenario, c.IsKill)))
        {
            var all = _rows.Values.Where(row => row.Scenario == group.Key.Scenario && row.IsKill == group.Key.IsKill)
                .ToList();
            var rows = all.Where(Counts).ToList();
            var ids = group.Select(c => c.Id).Union(rows.Select(row => row.Id), StringComparer.Ordinal).Count();
            yield return ReliabilityGroup.Of(
                group.Key.Scenario, group.Key.IsKill, _plans[group.Key.Scenario], ids, rows);
            if (all.Count > rows.Count)
            {
                yield return ReliabilityGroup.Of(
                    group.Key.Scenario, group.Key.IsKill, null, null, [.. all.Except(rows)]);
            }
        }
    }

    private bool Counts(LedgerRow row) => _plans.TryGetValue(row.Scenario, out var plan) && row.IsOf(plan);
}
