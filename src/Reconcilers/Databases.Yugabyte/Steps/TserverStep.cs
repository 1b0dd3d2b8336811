namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of the steps of one tablet server. While they run, the server is in the leader blacklist, which is
/// part of the configuration of the universe and outlives every process (docs/research/yugabytedb.md#rules). No such
/// step fails and leaves its server there: an attempt that can only fail is followed by one more, which removes the
/// server from the blacklist and then fails with the reason of the first. A <c>retry</c> token starts over.</summary>
internal abstract record TserverStep : YugabyteStep
{
    public sealed override async Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var seen = await ReadAsync(context, cancellationToken);
        var isOver = seen is Observation.Done or Observation.Unknown;
        var givesUp = context.Receipt(GiveUp.ReasonReceipt) is not null || GiveUp.IsDue(context.Step);
        return isOver || !givesUp
            ? seen
            : new Observation.NotStarted("The server must be removed from the leader blacklist.");
    }

    public sealed override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var step = context.Step;
        return step is { Receipt: null, StartedAt: null, Reason: { } reason }
            && (GiveUp.IsDue(step) || step.Tries + 1 >= step.MaxAttempts)
            ? Task.FromResult(GiveUp.Receipt(reason, step.Message ?? reason))
            : base.PrepareAsync(context, cancellationToken);
    }

    protected sealed override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        if (context.Receipt(GiveUp.ReasonReceipt) is { } reason)
        {
            var message = context.Receipt(GiveUp.MessageReceipt) ?? reason;
            await GiveUpAsync(instance, reason, message, cancellationToken);
        }

        try
        {
            await ExecuteAsync(context, instance, cancellationToken);
        }
        catch (Exception exception) when (
            (exception as StepActionException ?? Failure(exception)) is { Retryable: false } failure)
        {
            await GiveUpAsync(instance, failure.Reason, failure.Message, cancellationToken);
        }
    }

    protected abstract Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken);

    protected virtual Task ExecuteAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    protected ProgramChange Change(StepContext context, DatabaseInstance instance)
    {
        var (replacement, version) = SwapTserver.Replacement(context.Plan, Swap(context, instance));
        var program = Cluster.Vocabulary.TserverProgram;
        return ProgramChange.Of(context.Plan, Cluster.Spec, instance, program, replacement, version);
    }

    protected GatedStop Stop(StepContext context, DatabaseInstance instance)
    {
        var form = Swap(context, instance).As<SwapTserver>().NodesSafe;
        return new GatedStop(instance, form ?? ProveAdminTool.NodesSafe(context.Plan))
        {
            Beside = new TserverGroup(Cluster).Others(context.Plan, context.Step.Phase, instance),
        };
    }

    protected async Task ReleaseAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var leader = await Cluster.LeaderAsync(cancellationToken);
        var config = await Cluster.MasterClient.ClusterConfigAsync(leader, cancellationToken);
        if (config.LeaderBlacklist.Contains(Cluster.Rpc(instance)))
        {
            Targets.EnsureMayAct();
            await Cluster.Tool().ChangeLeaderBlacklistAsync(Cluster.Rpc(instance), add: false, cancellationToken);
        }
    }

    private static PlanStep Swap(StepContext context, DatabaseInstance instance)
    {
        var id = YugabyteStepIds.Swap(context.Step.Phase, instance.Name);
        return context.Plan.Step(id)
            ?? throw new KeyNotFoundException($"The plan has no step {id}; the stored plan does not fit.");
    }

    private async Task GiveUpAsync(
        DatabaseInstance instance, string reason, string message, CancellationToken cancellationToken)
    {
        try
        {
            await ReleaseAsync(instance, cancellationToken);
        }
        catch (Exception exception) when (Failure(exception) is { } failure)
        {
            var command = Cluster.Tool().LeaderBlacklistCommand(Cluster.Rpc(instance), add: false);
            throw new StepActionException(
                failure.Reason,
                $"{message} In addition, {instance.Name} could not be removed from the leader blacklist. "
                + $"{failure.Message} To remove it, run `{command}` on {Targets.Hosts.ToolHost}.",
                retryable: true,
                exception);
        }

        throw new StepActionException(
            reason, $"{message} {instance.Name} is not in the leader blacklist any more.", retryable: false);
    }
}

/// <summary>The last attempt of a step of a tablet server, which only removes it from the leader blacklist.</summary>
internal static class GiveUp
{
    public const string ReasonReceipt = "giveUp";

    public const string MessageReceipt = "giveUpMessage";

    // Waiting a second time for the same changes nothing.
    private static readonly string[] OnceIsEnough =
    [
        Reasons.DrainTimeout,
        Reasons.ClusterUnhealthy,
        Reasons.NoLeader,
        Reasons.InstanceUnhealthy,
        Reasons.StepTimeout,
    ];

    public static bool IsDue(PlanStep step) =>
        step is { State: StepState.Pending, StartedAt: null, Tries: > 0, Reason: { } reason }
        && OnceIsEnough.Contains(reason, StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, string> Receipt(string reason, string message) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ReasonReceipt] = reason,
            [MessageReceipt] = WithoutCount(message),
        };

    public static bool Has(Plan plan, string instance) => plan.Steps.Exists(s =>
        s.Node == instance
        && s.State == StepState.Failed
        && s.Recorded(ReasonReceipt) is { } reason
        && reason == s.Reason);

    // The engine writes "attempt 1 of 4 failed, trying again: " before the message.
    private static string WithoutCount(string message) =>
        message.StartsWith("attempt ", StringComparison.OrdinalIgnoreCase)
        && message.IndexOf(": ", StringComparison.Ordinal) is var at and > 0
            ? message[(at + 2)..]
            : message;
}
