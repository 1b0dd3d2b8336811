namespace Drydock.Engine.Running;

/// <summary>Which steps count as done although they failed: those whose failure an administrator accepts, and those
/// that only list something and could not be read in their time. Pure.</summary>
internal static class StepAcceptances
{
    /// <summary>Lets them count as done; returns their ids.</summary>
    public static IReadOnlyList<string> Apply(
        Dictionary<string, PlanStep> steps, RunControls controls, DateTimeOffset now)
    {
        var accepted = new List<string>();
        foreach (var step in steps.Values.ToList())
        {
            AcceptedBy? by = step switch
            {
                { State: StepState.Failed, Acceptable: true }
                    when controls.Accepted.TryGetValue(step.Id, out var given) => given,
                { State: StepState.Unknown, OnlyLists: true }
                    when IsOverdue(step, steps, controls.TimeoutOf(step), now) => AcceptedBy.Plan,
                _ => null,
            };
            if (by is { } source)
            {
                steps[step.Id] = StepTransitions.Accept(step, source, now);
                accepted.Add(step.Id);
            }
        }

        return accepted;
    }

    // Counted from the start, or from when the step could have started.
    private static bool IsOverdue(
        PlanStep step, Dictionary<string, PlanStep> steps, TimeSpan timeout, DateTimeOffset now)
    {
        var before = step.After.ConvertAll(steps.GetValueOrDefault);
        return before.TrueForAll(s => s?.State == StepState.Succeeded)
            && (step.StartedAt ?? before.Max(s => s!.FinishedAt)) is { } since
            && since + timeout <= now;
    }
}
