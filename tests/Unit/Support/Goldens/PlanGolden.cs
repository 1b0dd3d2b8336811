namespace Drydock.Tests.Unit.Support;

/// <summary>
/// What a kind compiles besides the forward plan, from each status at which a run could be killed: the undo before the
/// first stop, the rollback, the redo, the clean-up, and what a parked run removes. Compiled by what the flows of the
/// frame call, so that other planners behind it are judged by the same files.
/// </summary>
internal sealed class PlanGolden(RunKind kind)
{
    private static readonly string[] Order =
        [
            "changed", "past undo", "new data", "rollback under way", "undo", "undo on deletion", "rollback", "redo",
            "cleanup", "cleanup with images", "parked"
        ];

    private readonly Dictionary<(string Section, string Text), SortedDictionary<int, string>> _entries = [];
    private readonly SortedDictionary<string, string> _titles = new(StringComparer.Ordinal);
    private readonly HashSet<int> _points = [];
    private RunSpec? _spec;
    private RunStatus? _status;
    private PlanProgress? _back;
    private PlanText _text = new(null);
    private List<(string Section, string Text)> _texts = [];
    private string _label = "";

    /// <summary>What is removed from the targets of a run that stopped with this status; null if nothing ever
    /// is.</summary>
    public Func<RunSpec, RunStatus, string>? Parked { get; init; }

    /// <summary>The clean-up's spec with the removal of images; null if the kind has none.</summary>
    public Func<RunSpec, RunSpec>? WithImages { get; init; }

    public int Points => _points.Count;

    public int Plans => _entries.Keys.Count(k => k.Text.Length > 0);

    /// <summary>The run may be killed here: the status is what is stored at this moment.</summary>
    /// <param name="point">The number of the write or act that is about to begin.</param>
    /// <param name="spec">The spec, as the flows see it.</param>
    /// <param name="status">The status; null if none was written.</param>
    public void Saw(int point, RunSpec spec, RunStatus? status)
    {
        _points.Add(point);
        if (status?.Plan is not { Steps.Count: > 0 } plan)
        {
            return;
        }

        if (!ReferenceEquals(status, _status) || !ReferenceEquals(spec, _spec))
        {
            CheckStored(spec, status);
            _text = new PlanText(plan);
            (_spec, _status, _texts) = (spec, status, [.. Texts(spec, status, plan)]);
            _label = (plan.Steps.FindLast(s => s.HasEverBegun)?.Id ?? "nothing begun")
                + (status.RollbackPlan?.Steps.FindLast(s => s.HasEverBegun) is { } back ? $", {back.Id}" : "");
        }

        foreach (var text in _texts)
        {
            (_entries.TryGetValue(text, out var points) ? points : _entries[text] = []).TryAdd(point, _label);
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        Add(
            $"# {Points} kill points, {Plans} distinct plans. Written by DRYDOCK_REFRESH=plans, see "
            + "docs/project/development.md.");
        foreach (var section in Order)
        {
            var number = 0;
            foreach (var ((_, plan), points) in _entries.Where(e => e.Key.Section == section)
                .OrderBy(e => e.Value.Keys.First()))
            {
                Add("");
                Add(plan.Length == 0 ? $"== {section}: {Ranges(points.Keys)}" : $"== {section} {++number}");
                if (plan.Length > 0)
                {
                    foreach (var at in points.GroupBy(p => p.Value, StringComparer.Ordinal)
                        .OrderBy(g => g.Min(p => p.Key)))
                    {
                        Add($"at {Ranges(at.Select(p => p.Key))}: {at.Key}");
                    }

                    Add(plan);
                }
            }
        }

        if (_titles.Count > 0)
        {
            Add("\n== titles");
            foreach (var (id, title) in _titles)
            {
                Add($"{id}: {title}");
            }
        }

        return text.ToString();

        void Add(string line) => text.Append(line).Append('\n');
    }

    private IEnumerable<(string Section, string Text)> Texts(RunSpec spec, RunStatus status, PlanProgress plan)
    {
        if (kind.Steps(spec).Changed(plan))
        {
            yield return ("changed", "");
        }

        if (kind.Steps(spec).IsPastUndo(plan))
        {
            yield return ("past undo", "");
        }

        if (kind.Rollback.HasNewData(plan))
        {
            yield return ("new data", "");
        }

        if (status.RollbackPlan is not null)
        {
            yield return ("rollback under way", "");
        }
        else if (kind.Steps(spec).IsPastUndo(plan))
        {
            yield return ("rollback", kind.Rollback.Refusal(spec, plan) is { } refusal
                ? $"refused: {_text.Symbols(refusal)}"
                : Text(PlanProgress.Of(Compile(spec, status, isUnattended: false))));
        }
        else
        {
            var undo = Text(PlanProgress.Of(Compile(spec, status, isUnattended: false)));
            yield return ("undo", undo);
            var unattended = Text(PlanProgress.Of(Compile(spec, status, isUnattended: true)));
            if (unattended != undo)
            {
                yield return ("undo on deletion", unattended);
            }
        }

        if (status.RollbackPlan is null && kind.Redo is { } redo && redo.FindLost(plan) is { } lost)
        {
            yield return ("redo", $"after {lost}\n{Text(redo.Compile(spec, plan), plan)}");
        }

        if (kind.Cleanup is { } cleanup && status.IsUpgraded() && status.CleanupPlan is null)
        {
            yield return ("cleanup", Text(PlanProgress.Of(cleanup.Compile(spec, plan))));
            if (WithImages is not null)
            {
                yield return ("cleanup with images", Text(PlanProgress.Of(cleanup.Compile(WithImages(spec), plan))));
            }
        }

        if (Parked is not null && kind.ParkedState!.MayRemain(spec, status))
        {
            yield return (
                "parked",
                $"{Parked(spec, status)}\nleft behind: {_text.Symbols(kind.Report.LeftBehind(spec, status))}");
        }
    }

    // As RollbackFlow does, without the notes that are read from the targets.
    private Plan Compile(RunSpec spec, RunStatus status, bool isUnattended)
    {
        var basis = new RollbackBasis(status.Plan!)
        {
            AfterSuccess = status.IsUpgraded(),
            Status = status,
            Unattended = isUnattended,
        };
        return kind.Rollback.Compile(spec, basis);
    }

    private string Text(PlanProgress compiled, PlanProgress? before = null)
    {
        foreach (var step in compiled.Steps.Where(s => before?.Step(s.Id)?.Title != s.Title))
        {
            var title = _text.Symbols(step.Title);
            _titles[step.Id] = _titles.TryGetValue(step.Id, out var other) && !other.Split(" | ").Contains(title)
                ? $"{other} | {title}"
                : other ?? title;
        }

        return _text.Of(compiled, before);
    }

    // What the flows stored is what is compiled here.
    private void CheckStored(RunSpec spec, RunStatus status)
    {
        if (status.RollbackPlan is { } back && back.Hash != _back?.Hash && !back.HasEverBegun
            && _status?.RollbackPlan is null)
        {
            var stored = status with { RollbackPlan = null };
            string[] hashes =
                [Compile(spec, stored, isUnattended: false).Hash, Compile(spec, stored, isUnattended: true).Hash];
            hashes.ShouldContain(back.Hash, "the flows stored another rollback than is compiled here");
        }

        _back = status.RollbackPlan;
    }

    private static string Ranges(IEnumerable<int> points)
    {
        var ranges = new List<(int From, int To)>();
        foreach (var point in points.Order())
        {
            if (ranges.Count > 0 && ranges[^1].To == point - 1)
            {
                ranges[^1] = (ranges[^1].From, point);
            }
            else
            {
                ranges.Add((point, point));
            }
        }

        return string.Join(", ", ranges.Select(
            r => string.Create(CultureInfo.InvariantCulture, $"{r.From}{(r.To > r.From ? $"-{r.To}" : "")}")));
    }
}
