using System.Text.Json.Serialization.Metadata;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The frame of the kinds whose work is one job beside the reconcile: what snapshots and restores do
/// alike.</summary>
internal abstract class JobController<TEntity, TSpec, TStatus>(
    SnapshotServices services,
    EntityWriter<TEntity> writer,
    IReconcileTrigger trigger,
    JsonTypeInfo<TStatus> json,
    string finalizer)
    : EntityController<TEntity, IAsyncDisposable>(writer, services.Events)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : class, new()
    where TStatus : JobStatus, new()
{
    private readonly StatusWriter<TEntity, TStatus> _statuses = new(
        writer.UpdateStatusAsync,
        services.Events,
        json,
        static entity => entity.Status,
        static (entity, status) => entity with { Status = status });

    protected static TimeSpan ShowProgress { get; } = TimeSpan.FromSeconds(2);

    protected SnapshotServices Services => services;

    protected ILogger Logger { get; } = services.Loggers.CreateLogger<TEntity>();

    protected DateTimeOffset Now => services.Time.GetUtcNow();

    /// <summary>The reason of the Event of a failure.</summary>
    protected abstract string FailureOf(TStatus status);

    /// <summary>A status as a cache needs it.</summary>
    protected abstract TStatus Reduce(TStatus status);

    protected override TEntity ReduceInert(TEntity entity) => entity with
    {
        IsReduced = true,
        Metadata = ReducedObject.Metadata(entity.Metadata),
        Status = Reduce(ReducedObject.Observed(entity.Status!)),
    };

    protected static IReadOnlyList<string> NewRetries(TEntity entity) =>
        RetryTokens.New(entity.Metadata, entity.Status?.UsedTokens ?? []);

    protected bool HasFinalizer(TEntity entity) => entity.Metadata.Finalizers?.Contains(finalizer) == true;

    // Another process may have written the object in between: it is read again before the work begins.
    protected async Task<TimeSpan> TakeFinalizerAsync(TEntity entity, CancellationToken cancellationToken)
    {
        await Writer.AddFinalizerAsync(entity, finalizer, cancellationToken);
        return ConflictPause;
    }

    protected Task RemoveFinalizerAsync(TEntity entity, CancellationToken cancellationToken) =>
        Writer.RemoveFinalizerAsync(entity, finalizer, cancellationToken);

    protected Action WakeOf(TEntity entity) => () => trigger.Wake(entity.Metadata.Namespace, entity.Metadata.Name);

    /// <summary>The status of an object for which no work is left: the present generation is observed.</summary>
    protected static TStatus Observed(TEntity entity) => entity.Status! with
    {
        ObservedGeneration = entity.Metadata.Generation,
        Conditions =
        [
            .. entity.Status!.Conditions.Select(c => c with { ObservedGeneration = entity.Metadata.Generation }),
        ],
    };

    /// <summary>Writes a status if it differs, and reports a change of the phase as an Event.</summary>
    protected async Task<TEntity> WriteAsync(TEntity entity, TStatus status, CancellationToken cancellationToken)
    {
        var used = RetryTokens.Trim(entity.Metadata, status.UsedTokens);
        if (_statuses.Fit(entity, status with { UsedTokens = used }) is not { } next)
        {
            return entity;
        }

        var written = await _statuses.WriteAsync(entity, next, cancellationToken);
        services.Changes.Set();
        Report(entity, written);
        return written;
    }

    protected virtual void Report(TEntity before, TEntity after)
    {
        if (after.Status is not { Phase: { } phase } status || phase == before.Status?.Phase)
        {
            return;
        }

        if (phase == RunPhases.Failed)
        {
            services.Events.Warning(after, FailureOf(status), status.Message ?? "");
        }
        else
        {
            services.Events.Normal(after, phase, status.Message ?? "");
        }
    }

    /// <summary>Logs a failure of a job and returns its message. Rethrown, the failure would recur at every reconcile
    /// and would never appear in status.</summary>
    protected string Unexpected(TEntity entity, Exception exception)
    {
        JobLog.Unexpected(Logger, exception, typeof(TEntity).Name, entity.Metadata.Namespace, entity.Metadata.Name);
        return "The operator failed unexpectedly; its log has the cause.";
    }
}

/// <summary>Work with databases that runs outside the reconcile, and its progress.</summary>
/// <param name="wake">Called when the work has ended, with any result, and when there is something to write.</param>
/// <param name="fenceEnded">Cancels the work when this process must not act any longer.</param>
internal abstract class BackgroundJob<TResult>(Action wake, CancellationToken fenceEnded)
    : IProgress<SnapshotProgress>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(fenceEnded);
    private readonly ConcurrentDictionary<string, SnapshotProgress> _progress = new(StringComparer.Ordinal);

    public Task<TResult> Work { get; private set; } = Task.FromException<TResult>(
        new InvalidOperationException("not started"));

    protected ICollection<SnapshotProgress> Progress => _progress.Values;

    /// <param name="left">How long the work may take; nothing is begun if no time is left.</param>
    /// <param name="overdue">The result of work that took longer; may throw.</param>
    public void Start(
        TimeSpan left, TimeProvider time, Func<CancellationToken, Task<TResult>> work, Func<TResult> overdue)
    {
        Work = Task.Run(() => RunAsync(left, time, work, overdue), CancellationToken.None);
        _ = Work.ContinueWith(_ => wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Report(SnapshotProgress value) => _progress[value.Database] = value;

    public SnapshotProgress? ProgressOf(string database) => _progress.GetValueOrDefault(database);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    protected void Wake() => wake();

    /// <summary>Ends the work, and does not wait for its end.</summary>
    public void Stop() => _stop.Cancel();

    // A check that is faster than any timer would otherwise repeat endlessly after the end of the time.
    private async Task<TResult> RunAsync(
        TimeSpan left, TimeProvider time, Func<CancellationToken, Task<TResult>> work, Func<TResult> overdue)
    {
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan, time);
        if (left <= TimeSpan.Zero)
        {
            await limit.CancelAsync();
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            return await work(either.Token);
        }
        catch (Exception) when (limit.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            return overdue();
        }
    }
}

/// <summary>The conditions of the kinds whose work is one job. Pure.</summary>
internal static class JobConditions
{
    /// <param name="usable">Whether a snapshot is usable; null for a restore.</param>
    /// <param name="isOver">Whether the work has ended.</param>
    public static TStatus Compose<TStatus>(
        TStatus status,
        V1ObjectMeta metadata,
        RunOutcome summary,
        DateTimeOffset now,
        bool isOver,
        bool? usable = null)
        where TStatus : ObservedStatus
    {
        var (state, reason, message) = (summary.State, summary.Reason, summary.Message);
        now = now.ToSeconds();
        var set = new ConditionSet(status.Conditions, now, metadata.Generation);
        set.Set(ConditionTypes.Ready, state == RunState.Succeeded, reason, message);
        if (usable is { } isUsable)
        {
            set.Set(ConditionTypes.Usable, isUsable, reason, message);
        }

        set.When(summary.Progresses, ConditionTypes.Reconciling, reason, message);
        set.When(summary.IsStalled, ConditionTypes.Stalled, reason, message);
        set.When(summary.Held, ConditionTypes.Held, reason, message);
        set.When(state == RunState.Succeeded, ConditionTypes.Succeeded, reason);
        set.When(state == RunState.Failed, ConditionTypes.Failed, reason, message);
        return status with
        {
            ObservedGeneration = metadata.Generation,
            Phase = summary.Phase,
            Message = SchemaLimits.Clip(message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = isOver ? status.FinishedAt ?? now : null,
            Conditions = set.Conditions,
        };
    }
}

/// <summary>The log messages of the kinds whose work is one job.</summary>
internal static partial class JobLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind} {Namespace}/{Name} failed unexpectedly.")]
    public static partial void Unexpected(
        ILogger logger, Exception exception, string kind, string? Namespace, string name);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Namespace}/{Name}: warning of the load: {Difference}")]
    public static partial void Differs(ILogger logger, string? Namespace, string? name, string difference);
}
