namespace Drydock.Reconcilers.Databases;

/// <summary>What the plans say of the instances of spec.skip. Pure.</summary>
internal static class SkippedInstances
{
    /// <summary>One entry for each, in the order of the spec.</summary>
    /// <param name="instanceOf">The instance that a step acts on; null if it acts on none.</param>
    public static List<SkippedInstanceStatus> Of(
        DatabaseRollingUpgradeSpec spec,
        DatabaseRollingUpgradeStatus status,
        Func<Plan, PlanStep, string?> instanceOf)
    {
        if (spec.Skip.Count == 0)
        {
            return [];
        }

        var steps = new[] { status.Plan, status.RollbackPlan }.OfType<Plan>()
            .SelectMany(plan => plan.Steps.Select(step => (Step: step, Instance: instanceOf(plan, step))))
            .Where(s => s.Instance is not null && s.Step.Recorded(ChangedTopology.GenerationFact) is not null)
            .ToLookup(s => s.Instance!, s => s.Step, StringComparer.Ordinal);
        return
        [
            .. spec.Skip.Select(name => steps[name].MinBy(s => s.FinishedAt) is { } first
                ? new SkippedInstanceStatus
                {
                    Name = name,
                    Since = first.FinishedAt,
                    Generation = long.Parse(
                        first.Recorded(ChangedTopology.GenerationFact)!, CultureInfo.InvariantCulture),
                }
                : new SkippedInstanceStatus { Name = name }),
        ];
    }
}
