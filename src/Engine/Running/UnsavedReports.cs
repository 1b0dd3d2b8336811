namespace Drydock.Engine.Running;

/// <summary>The reports that were drained and whose effect is not in a successful write yet.</summary>
internal sealed class UnsavedReports
{
    private readonly List<StepReport> _reports = [];

    public IReadOnlyList<StepReport> All => _reports;

    /// <summary>Adds new ones, except those that a failed write makes void. Readings of guards are in memory already.
    /// Of several consecutive reports of the same type the last one is enough.</summary>
    public void Add(IEnumerable<StepReport> reports)
    {
        _reports.AddRange(
            reports.Where(r => r is not (StepReport.Ready or StepReport.GuardsRead or StepReport.Refused)));
        for (var i = _reports.Count - 1; i > 0; i--)
        {
            var later = _reports[i];
            var earlier = _reports.FindLastIndex(i - 1, r => r.StepId == later.StepId);
            if (earlier >= 0 && _reports[earlier].GetType() == later.GetType() && later is not StepReport.Failed)
            {
                _reports.RemoveAt(earlier);
                i--;
            }
        }
    }

    public void Clear() => _reports.Clear();
}
