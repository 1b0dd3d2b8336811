using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.Kubernetes.Watching;
using Drydock.Crds.Common;
using Backoff = Drydock.Engine.Running.Backoff;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The outer frame of every controller: an ended object is left alone without a read; everything else is decided on
/// what the server has now, never on the cache; a write that did not come through, or may not have, means read again
/// and decide again, after a pause that grows; what runs beside the reconcile is kept by uid and stopped with the
/// object, or with the leadership.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSession">What this process keeps in memory for one object while it works on it. It may be lost at
/// any time: the next look starts from the world.</typeparam>
/// <param name="writer">Writes to the kind's objects.</param>
/// <param name="events">Tells of writes that the server does not take.</param>
internal abstract class EntityController<TEntity, TSession>(IEntityWriter<TEntity> writer, IEventRecorder events) : IEntityController<TEntity>, IAsyncDisposable
    where TEntity : class, IKubernetesObject
    where TSession : class, IAsyncDisposable
{
    // From here on it is no chance meeting of two writers.
    private const int TellFrom = 5;

    // An Event takes 1024 characters, and what to do must not be cut off.
    private const int LongestAnswer = 500;

    private readonly ConcurrentDictionary<string, TSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ObjectKey, string> _uids = new();
    private readonly ConcurrentDictionary<string, int> _lostWrites = new(StringComparer.Ordinal);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), Random.Shared);

    /// <summary>How soon to look again after a conflict.</summary>
    protected static TimeSpan Shortly { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Writes of this controller.</summary>
    protected IEntityWriter<TEntity> Writer { get; } = writer;

    /// <inheritdoc />
    public async Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        await ForgetFormerAsync(entity);
        if (IsInert(entity))
        {
            return await InertAsync(entity);
        }

        // The cache may be behind our own last write; what is decided here is decided on what the server has.
        var fresh = await Writer.ReadAsync(entity, cancellationToken);
        if (fresh is null || fresh.Metadata.Uid != entity.Metadata.Uid)
        {
            await ForgetAsync(entity);
            return ReconciliationResult<TEntity>.Success(entity);
        }

        if (IsInert(fresh))
        {
            return await InertAsync(fresh);
        }

        try
        {
            var after = await ReconcileFreshAsync(fresh, cancellationToken);
            _lostWrites.TryRemove(Uid(fresh), out _);
            return ReconciliationResult<TEntity>.Success(fresh, after);
        }
        catch (KubernetesException exception) when (!exception.Request.IsRead)
        {
            // Another wrote, or our write may or may not have come through, or the server refuses it: read again and
            // decide again.
            return NotWritten(fresh, exception);
        }
    }

    /// <inheritdoc />
    public async Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        await ForgetAsync(entity);
        _uids.TryRemove(new KeyValuePair<ObjectKey, string>(ObjectKey.Of(entity), Uid(entity)));
        return ReconciliationResult<TEntity>.Success(entity);
    }

    /// <inheritdoc />
    [SuppressMessage("Usage", "CA1816", Justification = "No kind of controller has a finalizer.")]
    public async ValueTask DisposeAsync()
    {
        // All at once: a session that hangs or throws does not keep the jobs of the others alive.
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

    /// <summary>
    /// Ended, and nothing asked since: no read, no write, no connection to any target. Asked of the cached and of the
    /// fresh object.
    /// </summary>
    protected abstract bool IsInert(TEntity entity);

    /// <summary>How long an inert object stays so without an event; null: for good.</summary>
    protected virtual TimeSpan? InertFor(TEntity entity) => null;

    /// <summary>
    /// Brings the world nearer to what the object, as the server has it now, asks for. Returns when to look again
    /// without an event; null: not.
    /// </summary>
    protected abstract Task<TimeSpan?> ReconcileFreshAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>What is kept for the object, made if there is nothing.</summary>
    protected TSession SessionOf(TEntity entity, Func<TSession> make) =>
        _sessions.GetOrAdd(Uid(entity), static (_, m) => m(), make);

    /// <summary>What is kept for the object; null if nothing is.</summary>
    protected TSession? FindSession(TEntity entity) => _sessions.GetValueOrDefault(Uid(entity));

    /// <summary>Stops what runs for the object and forgets it; returns when it has stopped.</summary>
    protected Task ForgetAsync(TEntity entity) =>
        entity?.Metadata.Uid is { } uid ? ForgetAsync(uid) : Task.CompletedTask;

    private static string Uid(TEntity entity) =>
        entity.Metadata.Uid ?? throw new ArgumentException("An object without uid was never stored.", nameof(entity));

    // Another process may have brought it to its end while this one was frozen.
    private async Task<ReconciliationResult<TEntity>> InertAsync(TEntity entity)
    {
        await ForgetAsync(entity);
        return ReconciliationResult<TEntity>.Success(entity, InertFor(entity));
    }

    // An object of the same name was deleted and created again faster than its deletion was told: what ran for the one
    // that is gone must not run on.
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
        var delay = count == 1 ? Shortly : _backoff.Delay(count - 1);

        // What the server refuses for its contents does not get better with time.
        if (count < TellFrom && exception is not (KubernetesRequestTooLargeException or KubernetesInvalidException))
        {
            return ReconciliationResult<TEntity>.Success(entity, delay);
        }

        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"The last {count} looks at this object could not write what they decided: {SchemaLimits.Clip(exception.Message, LongestAnswer)} "
            + $"What runs on the targets is not stopped, and nothing is started. The operator retries with growing pauses of at most a minute. "
            + $"If this does not end, look for another writer of the object (`kubectl get -o yaml --show-managed-fields`), "
            + $"for an admission webhook that fails, and at etcd.");
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
