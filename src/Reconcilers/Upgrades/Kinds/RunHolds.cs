namespace Drydock.Reconcilers.Upgrades;

/// <summary>Where the runs of a kind wait for an approval. Pure.</summary>
internal class RunHolds
{
    /// <summary>A hold that no holdBefore names; null for none.</summary>
    public virtual ImpliedHold? Implied(RunSpec spec, PlanProgress plan) => null;

    /// <summary>Where a hold stands that names a phase which this plan lacks; otherwise the name itself.</summary>
    public virtual string Place(PlanProgress plan, string hold) => hold;
}
