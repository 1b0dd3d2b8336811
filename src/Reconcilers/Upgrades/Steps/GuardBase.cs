namespace Drydock.Reconcilers.Upgrades;

/// <summary>The base of every guard check: typed arguments, and the name of its class as its name in plans.</summary>
/// <typeparam name="TArgs">The arguments, a record declared inside the check as <c>Args</c>.</typeparam>
internal abstract class GuardBase<TArgs> : IGuardCheck
    where TArgs : class
{
    public string Name => GetType().Name;

    Task<GuardReading> IGuardCheck.CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken) =>
        CheckAsync(guard, StepArguments.Read<TArgs>(guard.Id, guard.Parameters), plan, cancellationToken);

    protected abstract Task<GuardReading> CheckAsync(
        PlanGuard guard, TArgs args, Plan plan, CancellationToken cancellationToken);
}
