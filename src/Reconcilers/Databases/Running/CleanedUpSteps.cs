namespace Drydock.Reconcilers.Databases;

/// <summary>Marks steps whose temporary change (a scheduler, a blacklist entry, a schedule limit) was removed while the
/// run was stopped or waited. A step that had made its change completely makes it again when the run continues; the
/// engine does not start it while the steps that come next are held. A later step of the same instance may make the
/// change as well, so a mark counts only until such a step begins. Pure.</summary>
internal static class CleanedUpSteps
{
    /// <summary>Returns the plan with the marks.</summary>
    /// <param name="plan">The plan; null stays null.</param>
    public static Plan? Mark(Plan? plan, Func<PlanStep, bool> made, DateTimeOffset at) =>
        plan is null ? null : plan with
        {
            Steps =
            [
                .. plan.Steps.Select(s => s.Attempt > 0 && made(s) ? Marked(plan, s) with { CleanedUpAt = at } : s),
            ],
        };

    public static bool Is(Plan plan, PlanStep made) =>
        made.CleanedUpAt is { } at
        && !plan.Steps.Exists(s => s.Phase == made.Phase && s.Node == made.Node && s.StartedAt > at);

    public static DateTimeOffset? LastActivity(Plan plan) => plan.Steps
        .SelectMany(s => new[] { s.StartedAt, s.FinishedAt })
        .Max();

    // Once a later step of the instance has succeeded, the change has served its purpose.
    private static PlanStep Marked(Plan plan, PlanStep step)
    {
        var own = plan.Steps.Where(s => s.Phase == step.Phase && s.Node == step.Node).ToList();
        var hasServed = own.SkipWhile(s => s.Id != step.Id).Skip(1).Any(s => s.State == StepState.Succeeded);
        return step.State != StepState.Succeeded || hasServed ? step : step with
        {
            State = StepState.Pending,
            Tries = 0,
            StartedAt = null,
            FinishedAt = null,
            Message = "Undone while the upgrade waited. Done again when the upgrade continues.",
        };
    }
}
