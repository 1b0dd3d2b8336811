namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of the guards of a universe. Nothing is done while the universe cannot be read, with one
/// exception: while a process is being swapped and may therefore be down, a universe that does not answer must not keep
/// it down. Starting the process repairs the universe, and no other step begins before the process is
/// verified.</summary>
internal abstract record YugabyteGuard : GuardBase<IYugabyteTargets>
{
    protected YugabyteCluster Cluster => new(Targets);

    public sealed override async Task<GuardReading> CheckAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(plan, cancellationToken);
        }
        catch (TargetException exception)
        {
            var isSwapping = plan.Steps.Exists(s =>
                YugabytePlanTraits.IsSwap(s) && s.State != StepState.Succeeded && PlanProgress.Begun(s));
            return isSwapping ? GuardReading.Holds : GuardReading.Unreadable(exception.Message);
        }
    }

    protected abstract Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken);
}
