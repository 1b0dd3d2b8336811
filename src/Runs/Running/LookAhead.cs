namespace Drydock.Runs;

/// <summary>Steps that say when they end, and the first looks at those after them, which are made shortly before: the
/// end of one and the begin of the next are one write. A look is used for a moment only, and what the step asks right
/// before it acts it asks then, as ever. In memory only: without it a step is looked at when it may begin.</summary>
internal sealed class LookAhead
{
    /// <summary>How long before the end: a first look asks hosts and the cluster.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromSeconds(2);

    /// <summary>For how long a look may be used: the last look of the step that ends is made after it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    // Of each step: the end that it was looked at for, when that look began, and what it found.
    private readonly Dictionary<string, (DateTimeOffset? End, long Begun, StepReport.Ready? Found)> _looks =
        new(StringComparer.Ordinal);

    public void Take(StepReport report)
    {
        if (report is StepReport.Running { EndsAt: { } end })
        {
            _ends[report.StepId] = end;
        }
        else if (report is not (StepReport.Silent or StepReport.Ready))
        {
            _ends.Remove(report.StepId);
        }
    }

    public bool IsEnding(Step step) => step.State == StepState.Running && _ends.ContainsKey(step.Id);

    /// <summary>When a step that waits for such ends only is looked at; null if it was, for these ends.</summary>
    public DateTimeOffset? DueAt(Step step) =>
        EndOf(step) is { } end && !(_looks.TryGetValue(step.Id, out var look) && look.End == end) ? end - Lead : null;

    public void Begun(Step step, TimeProvider time) => _looks[step.Id] = (EndOf(step), time.GetTimestamp(), null);

    /// <summary>Keeps a look that cannot be used yet.</summary>
    public void Keep(StepReport.Ready found)
    {
        if (_looks.TryGetValue(found.StepId, out var look))
        {
            _looks[found.StepId] = look with { Found = found };
        }
    }

    /// <summary>The kept looks that are young enough.</summary>
    public List<StepReport.Ready> Found(TimeProvider time) =>
    [
        .. _looks.Values.Where(l => time.GetElapsedTime(l.Begun) <= Longest)
            .Select(l => l.Found)
            .OfType<StepReport.Ready>(),
    ];

    /// <summary>The targets are read again.</summary>
    public void Forget() => _looks.Clear();

    private DateTimeOffset? EndOf(Step step)
    {
        var ends = step.After.Where(_ends.ContainsKey).Select(id => _ends[id]).ToList();
        return ends.Count > 0 ? ends.Max() : null;
    }
}
