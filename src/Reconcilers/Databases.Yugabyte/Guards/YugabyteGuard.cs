using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What guards of a universe share. What cannot be read keeps everything, with one exception: while a process is half
/// way through its swap, and so may be down by us, a universe that does not answer must not keep it down. Starting it
/// is what heals it, and nothing else is begun before it is verified.
/// </summary>
internal abstract class YugabyteGuard : IGuardCheck
{
    /// <summary>Binds it.</summary>
    protected YugabyteGuard(IYugabyteTargets targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        (Targets, Cluster) = (targets, new YugabyteCluster(targets));
    }

    /// <inheritdoc />
    public string Name => GetType().Name;

    /// <summary>What it reaches the world by.</summary>
    protected IYugabyteTargets Targets { get; }

    /// <summary>The universe.</summary>
    protected YugabyteCluster Cluster { get; }

    /// <inheritdoc />
    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(plan);
        try
        {
            return await ReadAsync(guard, plan, cancellationToken);
        }
        catch (Exception exception) when (exception is ClusterTroubleException or ServiceException or YbAnswerException or AdminToolException or HostException)
        {
            return plan.Steps.Exists(s => YugabyteActions.IsSwap(s) && s.State != StepState.Succeeded && YugabyteWork.IsBegun(s)) ? GuardReading.Holds : GuardReading.Unreadable(exception.Message);
        }
    }

    /// <summary>Looks at the world.</summary>
    protected abstract Task<GuardReading> ReadAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken);
}
