namespace Drydock.Reconcilers.Upgrades;

/// <summary>The base of every step, a record of its arguments: the defaults of a step that only looks, and what a
/// failure of a target means to the engine. The names of the record and of its arguments are stored in plans, so
/// neither may change its meaning.</summary>
internal abstract record StepBase<TTargets> : PlannedPart<TTargets>, IStepAction
    where TTargets : class
{
    private static readonly TimeSpan LongestGrowth = TimeSpan.FromSeconds(5);

    // The end of a long wait is seen at most this part of it late.
    private const int PausesOfWait = 20;

    /// <summary>How long to wait before the next look at first, where the target sends no events. It grows to 5 s with
    /// the time waited.</summary>
    protected virtual TimeSpan Pause => TimeSpan.FromMilliseconds(250);

    /// <summary>Whether the requests of the step have the same effect twice as once, so that one whose answer was lost
    /// is sent again within the same attempt.</summary>
    protected virtual bool IsRepeatable => false;

    /// <inheritdoc cref="IStepAction.MayPrepareEarly"/>
    protected virtual bool MayPrepareEarly => true;

    /// <summary>The end of the step's id, after its phase and node; null for what its phase is about.</summary>
    internal virtual string? Verb => null;

    internal virtual int Attempts => 5;

    /// <summary>What a retry may do after an attempt failed; anything but <see cref="RetryRule.Repeat"/> marks an
    /// action that must never run twice on the same data.</summary>
    internal virtual RetryRule Retry => RetryRule.Repeat;

    internal virtual bool IsPointOfNoReturn => false;

    /// <summary>What the step does, imperative; empty where its id says it (<c>Drain tikv-1</c>).</summary>
    internal virtual string Title(string? node) => "";

    /// <summary>The command or the statements that the step executes, as an administrator would enter them; null where
    /// its arguments say all. Never a secret.</summary>
    internal virtual string? Runs => null;

    /// <summary>The step as a part of a plan, without its time limit.</summary>
    /// <param name="node">The node, database or cluster; null for the whole system.</param>
    /// <param name="after">Ids of the steps that must have succeeded before.</param>
    /// <param name="verb">The end of the id, where it is not the usual one.</param>
    internal PlannedStep In(string phase, string? node, IEnumerable<string> after, string? verb = null) => new()
    {
        Id = string.Join('/', new[] { phase, node, verb ?? Verb }.OfType<string>()),
        Node = node,
        Title = Title(node),
        Runs = Runs,
        After = [.. after],
        Action = StoredAsAttribute.NameOf(GetType()),
        Parameters = StepArguments.Write(this),
        Measured = StepArguments.Measured(this),
        MaxAttempts = Attempts,
        RunOnce = Retry != RetryRule.Repeat,
        Retry = Retry,
        PointOfNoReturn = IsPointOfNoReturn,
    };

    bool IStepAction.MayPrepareEarly => MayPrepareEarly;

    async Task IStepAction.ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(context, cancellationToken);
        }
        catch (Exception exception) when (Failure(exception) is not null)
        {
            throw Failure(exception)!;
        }
    }

    bool IStepAction.MayBeAccepted(Observation.Failed failure) =>
        GetType().IsDefined(typeof(AcceptableAttribute), inherit: false) && MayBeAccepted(failure);

    public abstract Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken);

    public virtual Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) => Task.FromResult(Receipt(context));

    protected virtual Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public virtual Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(PauseAfter(context.Waited), context.Time, cancellationToken);

    protected TimeSpan PauseAfter(TimeSpan waited) => PauseAfter(waited, Pause);

    protected static TimeSpan PauseAfter(TimeSpan waited, TimeSpan pause)
    {
        var grown = waited / PausesOfWait;
        grown = grown < LongestGrowth ? grown : LongestGrowth;
        return grown > pause ? grown : pause;
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

    /// <summary>When an attempt began. A step that is found running at the first observation has no stored start before
    /// that observation ends, so this process remembers it.</summary>
    protected static DateTimeOffset Began(StepContext context) =>
        context.Step.Record.CountsFrom ?? context.Pass.Of<FirstLook>().At(context.Time);

    /// <summary>The receipt of the step so far; empty before the first attempt.</summary>
    protected static IReadOnlyDictionary<string, string> Receipt(StepContext context) =>
        context.Step.Receipt ?? new SortedDictionary<string, string>(StringComparer.Ordinal);

    protected static IReadOnlyDictionary<string, string> Entry(string key, string value) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value };

    protected static StepActionException NotYet(string reason, string message) =>
        new(reason, message) { NotTaken = true };
}

/// <summary>When a job looked at its step first.</summary>
internal sealed class FirstLook
{
    private DateTimeOffset? _at;

    public DateTimeOffset At(TimeProvider time) => _at ??= time.GetUtcNow();
}

/// <summary>Marks an action whose failure an administrator may accept, because the action only verifies something: what
/// follows does not rely on it. Never on an action that protects data (dumps, commands that run once, quorum,
/// claims).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class AcceptableAttribute : Attribute
{
    /// <summary>Which failures may be accepted, as a condition that begins with "if"; null for every verdict. The
    /// action decides it in <c>MayBeAccepted</c>.</summary>
    public string? OnlyIf { get; init; }
}

/// <summary>The name under which plans store a step or a guard, where it is not that of its type: the names of types
/// are unique over all kinds and engines, and stored ones never change.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class StoredAsAttribute(string name) : Attribute
{
    /// <summary>By type: every look at a plan asks for the names of many of its steps.</summary>
    private static readonly ConcurrentDictionary<Type, string> Names = new();

    public static string NameOf(Type part) => Names.GetOrAdd(
        part, p => p.GetCustomAttribute<StoredAsAttribute>(inherit: false)?.Name ?? p.Name);

    private string Name => name;
}

/// <summary>Marks an argument that preflight measured (what answered, how fast, how old): it is stored beside the
/// parameters of the plan, so the hash does not cover it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MeasuredAttribute : Attribute;

/// <summary>Marks an action that only waits or reads, so that abandoning it half way leaves nothing half
/// done.</summary>
internal interface IWaitsOnly;

/// <summary>A step or a guard of a plan: a record of its arguments, stored as text. Planners compile it; to be carried
/// out, it is bound to the targets of a run.</summary>
/// <remarks>A part has no state but its arguments: what a step remembers is in its <see cref="StepMemory"/>.</remarks>
internal abstract record PlannedPart<TTargets>
    where TTargets : class
{
    private TTargets? _targets;

    protected TTargets Targets => _targets
        ?? throw new InvalidOperationException($"{GetType().Name} is not bound to the targets of a run.");

    public PlannedPart<TTargets> On(TTargets targets) => this with { _targets = targets };
}

/// <summary>The base of every guard check, a record of its arguments; stored as a step is.</summary>
internal abstract record GuardBase<TTargets> : PlannedPart<TTargets>, IGuardCheck
    where TTargets : class
{
    public abstract Task<GuardReading> CheckAsync(Guard guard, PlanProgress plan, CancellationToken cancellationToken);

    public virtual bool Concerns(Step aboutToAct) => true;
}

internal static class PlannedGuards
{
    /// <param name="until">No longer in force once this step has begun; null keeps it to the end of the plan.</param>
    public static PlannedGuard Of(
        string id, string? node, IGuardCheck check, IEnumerable<string> from, string? until = null) => new()
        {
            Id = id,
            Node = node,
            Check = StoredAsAttribute.NameOf(check.GetType()),
            Parameters = StepArguments.Write(check),
            Measured = StepArguments.Measured(check),
            From = [.. from],
            Until = until,
        };
}
