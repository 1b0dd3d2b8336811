namespace Drydock.Reconcilers.Upgrades;

/// <summary>Where the runs of a kind wait for an approval. Pure.</summary>
internal class RunHolds
{
    /// <summary>A hold that no holdBefore names; null for none.</summary>
    public virtual ImpliedHold? Implied(RunSpec spec, PlanProgress plan) => null;

    /// <summary>Where a hold stands: FirstChange before a phase, and a name of a phase that this plan lacks before a
    /// later one; otherwise the name itself.</summary>
    public string Place(PlanProgress plan, string hold) => hold == HoldMatcher.FirstChange
        ? HoldMatcher.FirstChangeIn(plan.Plan.Steps) ?? hold
        : PlaceOf(plan, hold);

    protected virtual string PlaceOf(PlanProgress plan, string hold) => hold;
}
