using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Reconcilers.Common;

/// <summary>
/// The outer frame of every controller: an ended object is left alone without a read; everything else is decided on what the server has now, never on the
/// cache; a conflict or a write of unknown outcome means read again and decide again; what runs beside the reconcile is kept by uid and let go with the
/// object, or with the leadership.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSession">What this process keeps in memory for one object while it works on it. It may be lost at any time: the next look starts from the world.</typeparam>
public abstract class EntityController<TEntity, TSession>(IEntityWriter<TEntity> writer) : IEntityController<TEntity>, IAsyncDisposable
    where TEntity : class, IKubernetesObject
    where TSession : class, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>How soon to look again after a conflict.</summary>
    protected static TimeSpan Shortly { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Writes of this controller.</summary>
    protected IEntityWriter<TEntity> Writer { get; } = writer;

    /// <inheritdoc />
    public async Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        if (IsInert(entity))
        {
            // Another process may have brought it to its end while this one was frozen.
            await ForgetAsync(entity);
            return ReconciliationResult<TEntity>.Success(entity);
        }

        // The cache may be behind our own last write; what is decided here is decided on what the server has.
        var fresh = await Writer.ReadAsync(entity, cancellationToken);
        if (fresh is null || fresh.Metadata.Uid != entity.Metadata.Uid || IsInert(fresh))
        {
            await ForgetAsync(entity);
            return ReconciliationResult<TEntity>.Success(entity);
        }

        try
        {
            return ReconciliationResult<TEntity>.Success(fresh, await ReconcileFreshAsync(fresh, cancellationToken));
        }
        catch (Exception exception) when (exception is KubernetesConflictException or KubernetesOutcomeUnknownException)
        {
            // Somebody else wrote, or our write may or may not have come through: read again and decide again.
            return ReconciliationResult<TEntity>.Success(fresh, Shortly);
        }
    }

    /// <inheritdoc />
    public async Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        await ForgetAsync(entity);
        return ReconciliationResult<TEntity>.Success(entity);
    }

    /// <inheritdoc />
    [SuppressMessage("Usage", "CA1816", Justification = "No kind of controller has a finalizer.")]
    public async ValueTask DisposeAsync()
    {
        foreach (var uid in _sessions.Keys)
        {
            await ForgetAsync(uid);
        }
    }

    /// <summary>Ended, and nothing asked since: no read, no write, no connection to any target. Asked of the cached and of the fresh object.</summary>
    protected abstract bool IsInert(TEntity entity);

    /// <summary>Brings the world nearer to what the object, as the server has it now, asks for. Returns when to look again without an event; null: not.</summary>
    protected abstract Task<TimeSpan?> ReconcileFreshAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>What is kept for the object, made if there is nothing.</summary>
    protected TSession SessionOf(TEntity entity, Func<TSession> make) => _sessions.GetOrAdd(Uid(entity), static (_, m) => m(), make);

    /// <summary>What is kept for the object; null if nothing is.</summary>
    protected TSession? FindSession(TEntity entity) => _sessions.GetValueOrDefault(Uid(entity));

    /// <summary>Stops what runs for the object and forgets it; returns when it has stopped.</summary>
    protected Task ForgetAsync(TEntity entity) => entity?.Metadata.Uid is { } uid ? ForgetAsync(uid) : Task.CompletedTask;

    private static string Uid(TEntity entity) => entity.Metadata.Uid ?? throw new ArgumentException("An object without uid was never stored.", nameof(entity));

    private async Task ForgetAsync(string uid)
    {
        if (_sessions.TryRemove(uid, out var session))
        {
            await session.DisposeAsync();
        }
    }
}
