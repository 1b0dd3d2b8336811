namespace Drydock.Engine.Running;

/// <summary>Steps whose temporary change was removed while the run waited. They are done again for the steps that come
/// next, so what holds those holds them too: otherwise the change would be made and removed again and again while the
/// run waits. Pure.</summary>
internal static class GivenBackSteps
{
    /// <summary>Whether the change of the step was removed, so that the step is done again.</summary>
    public static bool Is(PlanStep step) => step is { State: StepState.Pending, CleanedUpAt: not null };

    /// <summary>The steps that could start if every change that was removed were made again.</summary>
    public static List<PlanStep> Next(IReadOnlyCollection<PlanStep> steps)
    {
        var done = steps.Where(s => s.State == StepState.Succeeded || Is(s))
            .Select(s => s.Id)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. steps.Where(s => s.State is StepState.Pending or StepState.Running
                && !Is(s)
                && s.After.TrueForAll(done.Contains)),
        ];
    }
}
