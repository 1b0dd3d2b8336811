namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of the guards of a universe. Nothing is done while the universe cannot be read, with one
/// exception: while a process is being swapped and may therefore be down, a universe that does not answer must not keep
/// it down. Starting the process repairs the universe, and no other step begins before the process is
/// verified.</summary>
/// <typeparam name="TArgs">The arguments.</typeparam>
internal abstract class YugabyteGuard<TArgs>(IYugabyteTargets targets) : GuardBase<TArgs>
    where TArgs : class
{
    protected IYugabyteTargets Targets { get; } = targets;

    protected YugabyteCluster Cluster { get; } = new(targets);

    protected sealed override async Task<GuardReading> CheckAsync(
        PlanGuard guard, TArgs args, Plan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(args, plan, cancellationToken);
        }
        catch (TargetException exception)
        {
            var isSwapping = plan.Steps.Exists(s =>
                YugabytePlanTraits.IsSwap(s) && s.State != StepState.Succeeded && PlanProgress.Begun(s));
            return isSwapping ? GuardReading.Holds : GuardReading.Unreadable(exception.Message);
        }
    }

    protected abstract Task<GuardReading> ReadAsync(TArgs args, Plan plan, CancellationToken cancellationToken);
}
