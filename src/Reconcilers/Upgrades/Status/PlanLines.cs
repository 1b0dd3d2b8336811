namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a status shows of the plan that is carried out. Pure.</summary>
internal static class PlanLines
{
    private const int MostActive = 32;

    public static RunStatus Show(RunStatus status, StepRegistry steps)
    {
        var plan = status.ActivePlan() ?? PlanProgress.Of(new Plan());
        var done = plan.Steps.Count(s => s.State == StepState.Succeeded);
        return status with
        {
            Progress = plan.Steps.Count == 0 ? null : $"{done}/{plan.Steps.Count}",
            Active = Active(plan, StepDurations.Expected(steps, status.Plans)),
            Phases = [.. plan.Steps.GroupBy(s => s.Phase, StringComparer.Ordinal).Select(p => Phase(p.Key, [.. p]))],
            Steps = plan.Steps.Count > SchemaLimits.Lines ? [] : [.. plan.Steps.Select(Line)],
        };
    }

    // What waits for an approval comes first: the plugin offers what is here. A step that waits for its next attempt
    // has a reason.
    private static List<ActiveStep> Active(
        PlanProgress plan, Func<Step, (DateTimeOffset At, string From)?> expected)
    {
        var guards =
            from guard in plan.Guards
            let open = guard.Record.Open
            where open is { Key: not null }
            select new ActiveStep
            {
                Id = guard.Id,
                State = StepState.Failed,
                Since = open.From.ToSeconds(),
                Reason = open.Reason,
                Message = SchemaLimits.Clip(open.Message),
                Accept = Word.For(guard.Id, guard.Record.Failures, plan),
            };
        var steps = plan.Steps
            .Where(s => s.State is StepState.Running or StepState.Failed or StepState.Unknown
                || (s is { State: StepState.Pending, Reason: not null }))
            .OrderBy(s => !IsAcceptable(s))
            .Take(MostActive)
            .Select(Shown);
        return [.. guards.Concat(steps).Take(MostActive)];

        ActiveStep Shown(Step step)
        {
            var end = expected(step);
            return new ActiveStep
            {
                Id = step.Id,
                Title = step.Title,
                State = step.State,
                Since = step.StartedAt?.ToSeconds(),
                ExpectedAt = end?.At.ToSeconds(),
                ExpectedFrom = end?.From,
                Attempt = step.Attempt,
                Reason = step.Reason,
                Message = step.Message is { } message ? SchemaLimits.Clip(message) : null,
                Accept = IsAcceptable(step) ? Word.For(step.Id, step.Failures, plan) : null,
                OutputRef = step.Record.OutputRef,
            };
        }
    }

    private static bool IsAcceptable(Step step) => step is { State: StepState.Failed, Acceptable: true };

    private static string Phase(string name, List<Step> steps)
    {
        var done = steps.Count(s => s.State == StepState.Succeeded);
        var state = done == steps.Count ? StepState.Succeeded
            : steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } stopped ? stopped.State
            : steps.Exists(s => s.HasEverBegun) ? StepState.Running
            : StepState.Pending;
        var (from, to) = (steps.Min(s => s.StartedAt), steps.Max(s => s.FinishedAt));
        return Line(name, state, from, to, $"{done}/{steps.Count} steps");
    }

    private static string Line(Step step) =>
        Line(step.Id, step.State, step.StartedAt, step.FinishedAt, step.Title);

    private static string Line(string name, StepState state, DateTimeOffset? from, DateTimeOffset? to, string what)
    {
        var began = from is { } at ? $" {at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : "";
        var took = state == StepState.Succeeded && to - from is { } time
            ? $" {(int)Math.Max(time.TotalSeconds, 0)}s"
            : "";
        return SchemaLimits.Clip($"{name} {state}{began}{took}: {what}", SchemaLimits.Reference);
    }
}
