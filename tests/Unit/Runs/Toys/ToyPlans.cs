namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>Plans for toys.</summary>
internal static class ToyPlans
{
    public static PlannedStep Step(string id, string action = "plain", int attempts = 3, params string[] after) => new()
    {
        Id = id,
        Phase = id.Split('/')[0],
        Title = $"do {id}",
        Action = action,
        MaxAttempts = attempts,
        After = [.. after],
    };

    public static PlannedStep Once(string id, RetryRule retry = RetryRule.RestoreFirst, params string[] after) =>
        Step(id, "once", 1, after) with { RunOnce = true, Retry = retry };

    public static PlannedGuard Guard(string id, string[]? from = null, string? until = null) =>
        new() { Id = id, Check = "toy", From = [.. from ?? []], Until = until };

    public static PlanProgress Plan(params PlannedStep[] steps) => Plan(steps, []);

    public static PlanProgress Plan(PlannedStep[] steps, params PlannedGuard[] guards)
    {
        var builder = new PlanBuilder();
        foreach (var step in steps)
        {
            builder.Add(step);
        }

        foreach (var guard in guards)
        {
            builder.Guard(guard);
        }

        return PlanProgress.Of(builder.Build());
    }
}
