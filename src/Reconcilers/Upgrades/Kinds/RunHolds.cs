namespace Drydock.Reconcilers.Upgrades;

/// <summary>Where the runs of a kind wait for an approval. Pure.</summary>
internal class RunHolds
{
    /// <summary>A hold that no holdBefore names; null for none.</summary>
    public virtual ImpliedHold? Implied(RunSpec spec, PlanProgress plan) => null;

    /// <summary>Where a plan waits by the spec. FirstChange is about an upgrade: a rollback is not held by it in a
    /// downtime.</summary>
    public HashSet<string> Of(RunSpec spec, PlanProgress plan) => spec.Holds
        .Where(hold => hold != HoldMatcher.FirstChange || plan.Plan.Kind is PlanKind.Upgrade or PlanKind.Redo)
        .Select(hold => Place(plan, hold))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Where a hold stands: FirstChange before a phase, and a name of a phase that this plan lacks before a
    /// later one; otherwise the name itself.</summary>
    public string Place(PlanProgress plan, string hold) => hold == HoldMatcher.FirstChange
        ? HoldMatcher.FirstChangeIn(plan.Plan.Steps) ?? hold
        : PlaceOf(plan, hold);

    protected virtual string PlaceOf(PlanProgress plan, string hold) => hold;
}
