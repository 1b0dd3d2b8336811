using System.Diagnostics.CodeAnalysis;
using Drydock.Crds.Controllers;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The outer frame of every controller. A finished object is ignored without a read; everything else is
/// decided from the current state on the server, never from the cache. After a write that failed, or may have failed,
/// the object is read and decided again after a growing pause. Jobs outside the reconcile are kept by uid and stopped
/// with the object, or with the leadership.</summary>
/// <typeparam name="TSession">The in-memory state of one object. It may be lost at any time: the next reconcile starts
/// from the observed state.</typeparam>
internal abstract class EntityController<TEntity, TSession>(EntityWriter<TEntity> writer, IEventRecorder events)
    : IEntityController<TEntity>
    where TEntity : class, IKubernetesObject
    where TSession : class, IAsyncDisposable
{
    // From here on it is not a chance conflict of two writers.
    private const int ReportFrom = 5;

    // An Event has at most 1024 characters, and the remedy must not be cut off.
    private const int LongestAnswer = 500;
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, TSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, string> _uids = new();
    private readonly ConcurrentDictionary<string, int> _lostWrites = new(StringComparer.Ordinal);
    private readonly Backoff _backoff = new() { First = TimeSpan.FromMilliseconds(100) };

    protected static TimeSpan ConflictPause { get; } = TimeSpan.FromMilliseconds(20);

    protected EntityWriter<TEntity> Writer { get; } = writer;

    public async Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken)
    {
        await ForgetFormerAsync(entity);
        if (Rests(entity))
        {
            return await InertAsync(entity);
        }

        // The cache may be behind our own last write, so the decision is made from the state on the server.
        var fresh = await Writer.ReadAsync(entity, cancellationToken);
        if (fresh is null || fresh.Metadata.Uid != entity.Metadata.Uid)
        {
            await ForgetAsync(entity);
            return ReconciliationResult<TEntity>.Success(entity);
        }

        if (Rests(fresh))
        {
            return await InertAsync(fresh);
        }

        try
        {
            if (LostFinalizer(fresh) is { } lost)
            {
                await Writer.AddFinalizerAsync(fresh, lost, cancellationToken);
                return ReconciliationResult<TEntity>.Success(fresh, ConflictPause);
            }

            var after = await ReconcileFreshAsync(fresh, cancellationToken);
            _lostWrites.TryRemove(Uid(fresh), out _);
            return ReconciliationResult<TEntity>.Success(fresh, after);
        }
        catch (KubernetesException exception) when (!exception.Request.IsRead)
        {
            // Another writer was faster, or our write may have failed, or the server refuses it: read and decide again.
            return NotWritten(fresh, exception);
        }
        catch (ActRefusedException)
        {
            return ReconciliationResult<TEntity>.Success(fresh, AfterRefusal);
        }
    }

    public async Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken)
    {
        await ForgetAsync(entity);
        _uids.TryRemove(new KeyValuePair<ObjectKey, string>(ObjectKey.Of(entity), Uid(entity)));
        return ReconciliationResult<TEntity>.Success(entity);
    }

    public bool StaysInert(TEntity entity) => Rests(entity) && InertFor(entity) is null;

    public TEntity Reduce(TEntity entity) =>
        entity is not CustomKubernetesEntity { IsReduced: true } && Rests(entity) ? ReduceInert(entity) : entity;

    [SuppressMessage("Usage", "CA1816", Justification = "No kind of controller has a finalizer.")]
    public async ValueTask DisposeAsync()
    {
        // In parallel: a session that hangs or throws must not keep the jobs of the others alive.
        try
        {
            await Task.WhenAll(_sessions.Keys.Select(ForgetAsync));
        }
        finally
        {
            _uids.Clear();
            _lostWrites.Clear();
        }
    }

    /// <summary>Finished, and nothing requested since: no read, no write, no connection to any target. Called for the
    /// cached and for the fresh object.</summary>
    protected abstract bool IsInert(TEntity entity);

    protected virtual TEntity ReduceInert(TEntity entity) => entity;

    protected virtual TimeSpan? InertFor(TEntity entity) => null;

    /// <summary>The finalizer that an object must have as long as it is not deleted, because something is held for it;
    /// null if nothing is. Level-based: a replacement without metadata (<c>kubectl replace</c>) removes
    /// finalizers.</summary>
    protected abstract string? FinalizerOf(TEntity entity);

    /// <summary>Reconciles the object's current server-side state. Returns when to requeue, or null to wait for the
    /// next event.</summary>
    protected abstract Task<TimeSpan?> ReconcileFreshAsync(TEntity entity, CancellationToken cancellationToken);

    protected TSession SessionOf(TEntity entity, Func<TSession> make) =>
        _sessions.GetOrAdd(Uid(entity), static (_, m) => m(), make);

    protected TSession? FindSession(TEntity entity) => _sessions.GetValueOrDefault(Uid(entity));

    protected Task ForgetAsync(TEntity entity) =>
        entity?.Metadata.Uid is { } uid ? ForgetAsync(uid) : Task.CompletedTask;

    private static string Uid(TEntity entity) =>
        entity.Metadata.Uid ?? throw new ArgumentException("An object without uid was never stored.", nameof(entity));

    private bool Rests(TEntity entity) => IsInert(entity) && LostFinalizer(entity) is null;

    private string? LostFinalizer(TEntity entity) =>
        entity.Metadata.DeletionTimestamp is null
            && FinalizerOf(entity) is { } needed
            && entity.Metadata.Finalizers?.Contains(needed) != true
            ? needed
            : null;

    // Another process may have finished it while this one was frozen.
    private async Task<ReconciliationResult<TEntity>> InertAsync(TEntity entity)
    {
        await ForgetAsync(entity);
        return ReconciliationResult<TEntity>.Success(entity, InertFor(entity));
    }

    // An object of the same name was deleted and created again before its deletion was reported: the jobs of the
    // deleted object must stop.
    private async Task ForgetFormerAsync(TEntity entity)
    {
        var (key, uid) = (ObjectKey.Of(entity), Uid(entity));
        if (_uids.TryGetValue(key, out var former) && former != uid)
        {
            await ForgetAsync(former);
        }

        _uids[key] = uid;
    }

    private ReconciliationResult<TEntity> NotWritten(TEntity entity, KubernetesException exception)
    {
        var count = _lostWrites.AddOrUpdate(Uid(entity), 1, static (_, n) => n + 1);
        var delay = count == 1 ? ConflictPause : _backoff.Delay(count - 1);

        // A write that the server refuses for its contents does not succeed later.
        if (count < ReportFrom && exception is not (KubernetesRequestTooLargeException or KubernetesInvalidException))
        {
            return ReconciliationResult<TEntity>.Success(entity, delay);
        }

        var message =
            $"{Sentences.Count(count, "write", "writes")} of this status failed: "
            + $"{SchemaLimits.Clip(exception.Message, LongestAnswer)} No step is started. If this continues, "
            + "look for another writer "
            + "(`kubectl get -o yaml --show-managed-fields`), a failing admission webhook, or an unhealthy etcd.";
        events.Warning(entity, Reasons.WritesNotTaken, message);
        return ReconciliationResult<TEntity>.Failure(entity, message, exception, delay);
    }

    private async Task ForgetAsync(string uid)
    {
        _lostWrites.TryRemove(uid, out _);
        if (_sessions.TryRemove(uid, out var session))
        {
            await session.DisposeAsync();
        }
    }
}
