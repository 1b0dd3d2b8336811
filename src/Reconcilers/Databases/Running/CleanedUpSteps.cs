using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Marks steps whose temporary change (a scheduler, a blacklist entry) was removed while the run was stopped. A later
/// step of the same instance makes the change again, so a mark counts only until such a step begins. Pure.
/// </summary>
internal static class CleanedUpSteps
{
    /// <summary>Returns the plan with the marks.</summary>
    /// <param name="plan">The plan; null stays null.</param>
    /// <param name="made">Selects the steps that made the change.</param>
    /// <param name="at">When the change was seen to be gone.</param>
    public static Plan? Mark(Plan? plan, Func<PlanStep, bool> made, DateTimeOffset at) =>
        plan is null ? null : plan with
        {
            Steps = [.. plan.Steps.Select(s => made(s) ? s with { CleanedUpAt = at } : s)],
        };

    /// <summary>Whether the change that a step made is gone.</summary>
    public static bool Is(Plan plan, PlanStep made) =>
        made.CleanedUpAt is { } at
        && !plan.Steps.Exists(s => s.Phase == made.Phase && s.Node == made.Node && s.StartedAt > at);
}
