namespace Drydock.Runs;

/// <summary>Whether an attempt of a step may be started now: order, holds, guards, how many nodes are worked on at the
/// same time, and when phases and units of work may start.</summary>
/// <param name="hold">The hold of the whole plan; null for none.</param>
/// <param name="steps">The steps as they are; read again at each question.</param>
/// <param name="isBroken">Whether a guard does not hold, or a part of the plan cannot be read.</param>
/// <param name="hasJob">Whether a job handles the step.</param>
internal sealed class StartRules(
    string? hold,
    Dictionary<string, Step> steps,
    RunControls controls,
    bool isBroken,
    DateTimeOffset now,
    Func<string, bool> hasJob)
{
    private readonly int _unknown = steps.Values.Count(s => s.State == StepState.Unknown);
    private readonly bool _isStopped = controls.Paused
        || controls.StartNothingBecause is not null
        || isBroken
        || steps.Values.Any(s => s.State == StepState.Failed)
        || HoldMatcher.HoldingPlan(hold, steps.Values, controls.Approved) is not null;
    private bool? _onlyWaits;

    /// <summary>Whether the temporary change of the step was removed while the run waited, so that the step is done
    /// again. It is done again for the steps that come next, so what holds those holds it too: otherwise the change
    /// would be made and removed again and again while the run waits.</summary>
    public static bool IsGivenBack(Step step) =>
        step.Record is { State: StepState.Pending, CleanedUpAt: not null };

    /// <summary>The steps that could start if every change that was removed were made again.</summary>
    public static List<Step> Next(IReadOnlyCollection<Step> steps)
    {
        var done = steps.Where(s => s.State == StepState.Succeeded || IsGivenBack(s))
            .Select(s => s.Id)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. steps.Where(s => s.State is StepState.Pending or StepState.Running
                && !IsGivenBack(s)
                && HoldReach.IsNext(s, done.Contains)),
        ];
    }

    public bool MayBegin(Step step) => !_isStopped && step.State switch
    {
        StepState.Pending =>
            _unknown == 0
            && IsNext(step)
            && Hold(step) is null
            && HasRoom(step)
            && OpensAt(step) is null
            && !(IsGivenBack(step) && (_onlyWaits ??= OnlyWaits())),
        StepState.Running => _unknown == 0 && IsNext(step),
        StepState.Unknown => _unknown == 1 && IsNext(step) && (step.StartedAt is not null || Hold(step) is null),
        _ => false,
    };

    /// <summary>Whether a step may be looked at before it may begin: it only waits for steps that are about to end. Not
    /// one that runs once, whose receipt reserves its command.</summary>
    public bool MayLookAhead(Step step, Func<Step, bool> isEnding) =>
        !_isStopped
        && _unknown == 0
        && step is { State: StepState.Pending, RunOnce: false, Record.CleanedUpAt: null }
        && HoldReach.IsNext(
            step, id => steps.TryGetValue(id, out var before)
                && (before.State == StepState.Succeeded || isEnding(before)))
        && Hold(step) is null
        && OpensAt(step) is null;

    public bool IsNext(Step step) => HoldReach.IsNext(
        step, id => steps.TryGetValue(id, out var before) && before.State == StepState.Succeeded);

    /// <inheritdoc cref="HoldReach.Hold"/>
    public string? Hold(Step step) =>
        HoldReach.Hold(step, hold, steps.Values, controls.HoldBefore, controls.Approved);

    /// <summary>When the step's phase or unit of work may start; null if it has started or may start now.</summary>
    public DateTimeOffset? OpensAt(Step step)
    {
        var waits = BeginsUnit(step)
            ? step.State == StepState.Pending && (step.Attempt == 0 || step.Record.CleanedUpAt is not null)
            : !controls.OnlyUnitsWait
                && !steps.Values.Any(s => s.Phase == step.Phase && (s.State != StepState.Pending || s.Attempt > 0));
        return waits && controls.PhaseOpensAt(step) is { } opens && opens > now ? opens : null;
    }

    /// <summary>Whether a unit of work begins with the step. If what the unit had prepared was removed while the run
    /// was stopped (<see cref="StepRecord.CleanedUpAt"/>), the unit begins again with the step after it.</summary>
    public bool BeginsUnit(Step step) =>
        step.Planned.AsksWindow || step.After.Exists(id => steps.GetValueOrDefault(id)?.Record.CleanedUpAt is not null);

    // A step that is observed before its start counts: if it only waits, the observation is its start.
    private bool HasRoom(Step step)
    {
        if (controls.MaxParallelNodes is not { } limit || step.Node is null)
        {
            return true;
        }

        var busy = steps.Values
            .Where(s => s.State == StepState.Running || (s.State == StepState.Pending && hasJob(s.Id)))
            .Select(s => s.Node)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        return busy.Contains(step.Node) || busy.Count < limit;
    }

    private bool OnlyWaits() => Next(steps.Values) is { Count: > 0 } next
        && next.TrueForAll(s => s.State == StepState.Pending && (Hold(s) is not null || OpensAt(s) is not null));
}
