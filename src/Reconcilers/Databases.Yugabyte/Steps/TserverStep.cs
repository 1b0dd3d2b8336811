using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What the steps of one tablet server share: while they are at it, the server is in the leader blacklist, which is
/// part of the universe's configuration and outlives every process (docs/research/yugabytedb.md#rules). So none of them
/// ends in failure with the server still in it: an attempt that can only fail is followed by one more, which takes the
/// server out again and then fails for the reason of the first. A retry by a person begins anew.
/// </summary>
internal abstract class TserverStep(IYugabyteTargets targets) : YugabyteStep(targets)
{
    // Waiting once more for the same changes nothing.
    private static readonly string[] OnceIsEnough = [Reasons.DrainTimeout, Reasons.ClusterUnhealthy, Reasons.InstanceUnhealthy, Reasons.StepTimeout];

    /// <inheritdoc />
    public sealed override async Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var seen = await SeeAsync(context, cancellationToken);
        return seen is Observation.Done or Observation.Unknown || (context.Receipt(YugabyteKeys.GiveUp) is null && !WaitedInVain(context.Step))
            ? seen
            : new Observation.NotStarted("its entry in the leader blacklist is to be taken back");
    }

    /// <inheritdoc />
    public sealed override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var step = context.Step;
        if (step is { Receipt: null, StartedAt: null, Reason: not null } && (WaitedInVain(step) || step.Tries + 1 >= step.MaxAttempts))
        {
            return Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [YugabyteKeys.GiveUp] = step.Reason,
                [YugabyteKeys.GiveUpMessage] = WithoutCount(step.Message ?? step.Reason),
            });
        }

        return base.PrepareAsync(context, cancellationToken);
    }

    /// <inheritdoc />
    protected sealed override async Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var instance = Instance(context);
        if (context.Receipt(YugabyteKeys.GiveUp) is { } reason)
        {
            await GiveUpAsync(instance, reason, context.Receipt(YugabyteKeys.GiveUpMessage) ?? reason, cancellationToken);
        }

        try
        {
            await WorkAsync(context, instance, cancellationToken);
        }
        catch (Exception exception) when ((exception as StepActionException ?? Refusal(exception)) is { Retryable: false } refusal)
        {
            await GiveUpAsync(instance, refusal.Reason, refusal.Message, cancellationToken);
        }
    }

    /// <summary>Looks at the world.</summary>
    protected abstract Task<Observation> SeeAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>The action.</summary>
    protected virtual Task WorkAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>What the instance is to run.</summary>
    protected ProgramChange Change(StepContext context, DatabaseInstance instance)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(instance);
        var swap = context.Plan.Steps.Find(s => s.Id == YugabyteStepIds.Swap(context.Step.Phase, instance.Name)) ?? context.Step;
        return ProgramChange.Of(context, swap, Cluster.Spec, instance, Cluster.Vocabulary.TserverProgram, isSlot: false);
    }

    /// <summary>Takes a server out of the leader blacklist, if it is in it.</summary>
    protected async Task ReleaseAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var leader = await Cluster.LeaderAsync(cancellationToken);
        if ((await Cluster.MasterClient.ClusterConfigAsync(leader, cancellationToken)).LeaderBlacklist.Contains(Cluster.Rpc(instance)))
        {
            Targets.EnsureMayAct();
            await Cluster.Tool().ChangeLeaderBlacklistAsync(Cluster.Rpc(instance), add: false, cancellationToken);
        }
    }

    private async Task GiveUpAsync(
        DatabaseInstance instance, string reason, string message, CancellationToken cancellationToken)
    {
        try
        {
            await ReleaseAsync(instance, cancellationToken);
        }
        catch (Exception exception) when (Refusal(exception) is { } refusal)
        {
            throw new StepActionException(
                refusal.Reason,
                $"{message}; and {instance.Name} could not be taken out of the leader blacklist again: {refusal.Message}. By hand: {Cluster.Tool().LeaderBlacklistCommand(Cluster.Rpc(instance), add: false)}",
                retryable: true,
                exception);
        }

        throw new StepActionException(reason, $"{message}; {instance.Name} is not kept without leaders", retryable: false);
    }

    // The attempt before has waited for it for as long as it may take, so what the world still shows under way is not
    // waited for once more.
    private static bool WaitedInVain(PlanStep step) =>
        step is { State: StepState.Pending, StartedAt: null, Tries: > 0, Reason: { } reason } && OnceIsEnough.Contains(reason, StringComparer.Ordinal);

    // "attempt 1 of 4 failed, trying again: " is the engine's.
    private static string WithoutCount(string message) =>
        message.StartsWith("attempt ", StringComparison.Ordinal) && message.IndexOf(": ", StringComparison.Ordinal) is var at and > 0 ? message[(at + 2)..] : message;
}
