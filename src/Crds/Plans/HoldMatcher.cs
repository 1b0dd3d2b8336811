namespace Drydock.Crds.Plans;

/// <summary>Determines which hold stops a step.</summary>
public static class HoldMatcher
{
    /// <summary>The first hold of every run: its plan.</summary>
    public const string Plan = "Plan";

    /// <summary>The name that holds before the first change of the system: the first phase that does not only prepare
    /// beside it.</summary>
    public const string FirstChange = "FirstChange";

    private static readonly string[] Preparing =
        ["PrepareImage", "TestSchema", "PreparePackage", "SaveConfiguration", "Backup", "MigrateConfiguration"];

    /// <summary>The name that holds before every step marked as point of no return.</summary>
    public const string PointOfNoReturn = "PointOfNoReturn";

    /// <summary>The phase before which <see cref="FirstChange"/> holds; null if the plan only prepares.</summary>
    public static string? FirstChangeIn(IEnumerable<PlannedStep> steps) =>
        steps.FirstOrDefault(s => !Preparing.Contains(s.Phase, StringComparer.Ordinal))?.Phase;

    /// <summary>Whether a plan with these steps has a hold of this name.</summary>
    public static bool IsIn(string name, IEnumerable<PlannedStep> steps) =>
        name == FirstChange || steps.Any(s => Names(s).Contains(name, StringComparer.Ordinal));

    public static IReadOnlyList<string> Names(PlannedStep step) => [step.Id, step.Phase, PointOfNoReturn];

    /// <summary>Whether a hold with this name stands before the step.</summary>
    public static bool Covers(string name, PlannedStep step) =>
        Names(step).Contains(name, StringComparer.Ordinal) && (name != PointOfNoReturn || step.PointOfNoReturn);

    /// <summary>The unapproved hold that stops <paramref name="step"/>, or null. A hold names a phase, a step id or
    /// <see cref="PointOfNoReturn"/>. An approval names the hold, or a step; an approved step passes every hold. The
    /// approval of a phase does not approve points of no return in it.</summary>
    public static string? Holding(PlannedStep step, IReadOnlySet<string> holdBefore, IReadOnlySet<string> approved) =>
        approved.Contains(step.Id) ? null : Names(step).FirstOrDefault(name =>
            holdBefore.Contains(name) && !approved.Contains(name) && Covers(name, step));

    /// <summary>The unapproved hold before the whole plan (<see cref="Plan.Hold"/>), or null. It ends once any step has
    /// started.</summary>
    public static string? HoldingPlan(string? hold, IEnumerable<Step> steps, IReadOnlySet<string> approved) =>
        hold is not null && !approved.Contains(hold) && !steps.Any(s => s.HasEverBegun) ? hold : null;
}

/// <summary>A hold that a run waits at.</summary>
/// <param name="Name">Phase, step id or <see cref="HoldMatcher.PointOfNoReturn"/>.</param>
/// <param name="Approval">The approval that ends it for the present plan.</param>
public sealed record StepHold(string Name, string Approval);
