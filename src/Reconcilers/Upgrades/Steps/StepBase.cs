namespace Drydock.Reconcilers.Upgrades;

/// <summary>The base of every step: typed arguments, the defaults of a step that only looks, and what a failure of a
/// target means to the engine.</summary>
/// <typeparam name="TArgs">The arguments, a record declared inside the step as <c>Args</c>; the name of the step is the
/// name of its class. Both are stored in plans, so neither may change its meaning.</typeparam>
internal abstract class StepBase<TArgs> : IStepAction
    where TArgs : class
{
    private static readonly TimeSpan LongestGrowth = TimeSpan.FromSeconds(5);

    // The end of a long wait is seen at most this part of it late.
    private const int PausesOfWait = 20;

    public string Name => GetType().Name;

    /// <summary>How long to wait before the next look at first, where the target sends no events. It grows to 5 s with
    /// the time waited.</summary>
    protected virtual TimeSpan Pause => TimeSpan.FromMilliseconds(250);

    /// <summary>Whether the requests of the step have the same effect twice as once, so that one whose answer was lost
    /// is sent again within the same attempt.</summary>
    protected virtual bool IsRepeatable => false;

    Task<Observation> IStepAction.ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        ObserveAsync(context, context.Step.Arguments<TArgs>(), cancellationToken);

    Task<IReadOnlyDictionary<string, string>> IStepAction.PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
        PrepareAsync(context, context.Step.Arguments<TArgs>(), cancellationToken);

    async Task IStepAction.ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(context, context.Step.Arguments<TArgs>(), cancellationToken);
        }
        catch (Exception exception) when (Failure(exception) is not null)
        {
            throw Failure(exception)!;
        }
    }

    bool IStepAction.MayBeAccepted(Observation.Failed failure) =>
        GetType().IsDefined(typeof(AcceptableAttribute), inherit: false) && MayBeAccepted(failure);

    Task IStepAction.WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        WaitAsync(context, context.Step.Arguments<TArgs>(), cancellationToken);

    protected abstract Task<Observation> ObserveAsync(
        StepContext context, TArgs args, CancellationToken cancellationToken);

    protected virtual Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, TArgs args, CancellationToken cancellationToken) => Task.FromResult(Receipt(context));

    protected virtual Task ExecuteAsync(StepContext context, TArgs args, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    protected virtual Task WaitAsync(StepContext context, TArgs args, CancellationToken cancellationToken) =>
        Task.Delay(PauseAfter(context.Waited), context.Time, cancellationToken);

    protected TimeSpan PauseAfter(TimeSpan waited)
    {
        var grown = waited / PausesOfWait;
        grown = grown < LongestGrowth ? grown : LongestGrowth;
        return grown > Pause ? grown : Pause;
    }

    protected virtual bool MayBeAccepted(Observation.Failed failure) => true;

    /// <summary>Maps a failure while the step acts to its reason; null leaves it to the engine.</summary>
    protected virtual StepActionException? Failure(Exception exception) => exception switch
    {
        TargetException target => new StepActionException(target.Reason, target.Message, target.IsRetryable, target)
        {
            NotTaken = target.IsRequestNotTaken || (IsRepeatable && target.IsAnswerLost),
        },
        SnapshotException storage =>
            new StepActionException(StorageReasons.Of(storage), storage.Message, retryable: true, storage),
        KubernetesException kubernetes =>
            new StepActionException(Reasons.StepFailed, kubernetes.Message, retryable: true, kubernetes),
        _ => null,
    };

    /// <summary>The receipt of the step so far; empty before the first attempt.</summary>
    protected static IReadOnlyDictionary<string, string> Receipt(StepContext context) =>
        context.Step.Receipt ?? new SortedDictionary<string, string>(StringComparer.Ordinal);

    protected static IReadOnlyDictionary<string, string> Entry(string key, string value) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value };

    protected static StepActionException NotYet(string reason, string message) =>
        new(reason, message) { NotTaken = true };
}
