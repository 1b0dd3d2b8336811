namespace Drydock.Reconcilers.Upgrades;

/// <summary>The base of every guard check, a record of its arguments; stored as a step is.</summary>
internal abstract record GuardBase<TTargets> : PlannedPart<TTargets>, IGuardCheck
    where TTargets : class
{
    public abstract Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken);
}
