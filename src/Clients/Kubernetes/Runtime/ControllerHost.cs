using System.Collections.Immutable;
using Drydock.Crds.Controllers;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Runs a controller: cache → queue → workers. An object is reconciled when it appears, when anything of it
/// changes (annotations, labels, spec, deletion, status written by others; not what this process wrote through
/// <see cref="EntityWriter{TEntity}"/>), at each resync, when a trigger wakes it, and when its last reconciliation
/// requested it. An inert object is not reconciled because it appears or at a resync. Nothing is polled.</summary>
public sealed class ControllerHost<TEntity> : IReconcileTrigger
    where TEntity : class, IKubernetesObject
{
    private readonly ResourceCache<TEntity> _cache;
    private readonly IEntityController<TEntity> _controller;
    private readonly OwnWriteGate _gate;
    private readonly ControllerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly KeyValuePair<string, object?> _tag;
    // Several objects with the same name, if one was deleted and created again before it was processed: each is
    // reported as deleted.
    private readonly ConcurrentDictionary<ObjectKey, ImmutableList<TEntity>> _gone = new();
    private volatile WorkQueue<ObjectKey>? _queue;

    public ControllerHost(
        ResourceCache<TEntity> cache,
        EntityWriter<TEntity> writer,
        IEntityController<TEntity> controller,
        ControllerOptions? options,
        TimeProvider time,
        ILogger<ControllerHost<TEntity>> logger)
    {
        (_cache, _controller, _gate) = (cache, controller, writer.Gate);
        _options = options ?? new ControllerOptions();
        _time = time;
        _logger = logger;
        _name = _options.Name ?? KubernetesResource.Of<TEntity>().Plural;
        _tag = KubernetesMetrics.Tag("controller", _name);

        // A rate cannot see the first increase of a counter that did not exist before.
        foreach (var result in (string[])["success", "error", "requeue", "requeue_after"])
        {
            KubernetesMetrics.Reconciles.Add(0, _tag, KubernetesMetrics.Tag("result", result));
        }

        KubernetesMetrics.ReconcileErrors.Add(0, _tag);
        KubernetesMetrics.ReconcilePanics.Add(0, _tag);
        KubernetesMetrics.ActiveWorkers.Add(0, _tag);
        _gate.OnForeignChange = key => _queue?.Add(key);
    }

    /// <summary>Whether a reconciliation of an object would do nothing until the object changes. By default no object
    /// is inert. Called from any thread.</summary>
    public Func<TEntity, bool> IsInert { get; init; } = static _ => false;

    public void Wake(string? @namespace, string name)
    {
        // Before the controller runs nothing has to be kept, because it reconciles every object when it starts.
        var key = new ObjectKey(@namespace, name);
        if (_cache.Get(key) is not null)
        {
            _queue?.Add(key);
        }
    }

    /// <summary>Reconciles until cancelled, also by the end of leadership: no new reconciliation starts, running ones
    /// see their token cancelled, and it returns when they have ended. It may be run again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _cache.WaitForSyncAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        using var queue = new WorkQueue<ObjectKey>(_options, _time, _name, laneOf: static key => key.Namespace ?? "");
        _queue = queue;
        _logger.ControllerRuns(_name, _options.Workers);
        KubernetesMetrics.MaxConcurrent.Add(_options.Workers, _tag);
        try
        {
            using var subscription = _cache.Subscribe(OnChange);
            await TermParts.RunAsync(
                Enumerable.Range(0, _options.Workers).Select(
                    i => ($"worker {i}", (Func<CancellationToken, Task>)(token => WorkAsync(queue, token)))),
                (part, fault) => _logger.ControllerPartFailed(fault, _name, part),
                cancellationToken);
        }
        finally
        {
            _queue = null;
            _gone.Clear();
            KubernetesMetrics.MaxConcurrent.Add(-_options.Workers, _tag);
            _logger.ControllerStopped(_name);
        }
    }

    private void OnChange(ResourceChange<TEntity> change)
    {
        var key = ObjectKey.Of(change.Object);
        if (change.Type == ResourceChangeType.Deleted)
        {
            _gone.AddOrUpdate(key, static (_, o) => [o], static (_, gone, o) => gone.Add(o), change.Object);
            _queue?.Add(key);
        }
        else if (!change.IsOwnWrite
            && !IsListedInert(change)
            && !(
                change.Type == ResourceChangeType.Modified
                    && _gate.TryHold(key, change.Object.Metadata.ResourceVersion)))
        {
            _queue?.Add(key);
        }
    }

    private bool IsListedInert(ResourceChange<TEntity> change)
    {
        try
        {
            return change.Type is ResourceChangeType.Added or ResourceChangeType.Resynced && IsInert(change.Object);
        }
        catch (Exception e)
        {
            // The reconciliation meets the same fault, and then it is counted and repeated.
            _logger.InertFault(e, _name, ObjectKey.Of(change.Object).ToString());
            return false;
        }
    }

    private async Task WorkAsync(WorkQueue<ObjectKey> queue, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectKey key;
            try
            {
                key = await queue.TakeAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            KubernetesMetrics.ActiveWorkers.Add(1, _tag);
            try
            {
                await HandleAsync(queue, key, cancellationToken);
            }
            finally
            {
                KubernetesMetrics.ActiveWorkers.Add(-1, _tag);
                queue.Done(key);
            }
        }
    }

    private async Task HandleAsync(WorkQueue<ObjectKey> queue, ObjectKey key, CancellationToken cancellationToken)
    {
        foreach (var gone in _gone.GetValueOrDefault(key) ?? [])
        {
            using var about = ScopeOf(gone);
            var isTold = await AttemptAsync(
                queue, key, () => _controller.DeletedAsync(gone, cancellationToken), cancellationToken);
            if (isTold && _gone.AddOrUpdate(key, [], (_, left) => left.Remove(gone)).IsEmpty)
            {
                _gone.TryRemove(new KeyValuePair<ObjectKey, ImmutableList<TEntity>>(key, []));
            }
        }

        if (_cache.Get(key) is { } entity)
        {
            using var about = ScopeOf(entity);
            await AttemptAsync(
                queue, key, () => _controller.ReconcileAsync(entity, cancellationToken), cancellationToken);
        }
    }

    // Every line that is logged meanwhile, also by work that is started here, names the object.
    private IDisposable? ScopeOf(TEntity entity) => _logger.BeginScope(new Dictionary<string, object?>(
        StringComparer.Ordinal)
    {
        ["Controller"] = _name,
        ["Namespace"] = entity.Metadata.Namespace,
        ["Name"] = entity.Metadata.Name,
        ["Uid"] = entity.Metadata.Uid,
    });

    private async Task<bool> AttemptAsync(
        WorkQueue<ObjectKey> queue,
        ObjectKey key,
        Func<Task<ReconciliationResult<TEntity>>> reconcile,
        CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var label = "error";
        try
        {
            var result = await reconcile();
            label = Settle(queue, key, result);
            return result.IsSuccess;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            label = "cancelled";
        }
        catch (NotLeaderException e)
        {
            label = "not_leader";
            queue.AddAfterFailure(key);
            _logger.ReconcileNotLeader(_name, key.ToString(), e.Message);
        }
        catch (KubernetesConflictException)
        {
            label = "requeue";
            _logger.ReconcileConflict(_name, key.ToString(), queue.AddAfterFailure(key));
        }
        catch (Exception e)
        {
            KubernetesMetrics.ReconcilePanics.Add(1, _tag);
            _logger.ReconcileThrew(e, _name, key.ToString(), queue.AddAfterFailure(key));
        }
        finally
        {
            KubernetesMetrics.Reconciles.Add(1, _tag, KubernetesMetrics.Tag("result", label));
            if (label == "error")
            {
                KubernetesMetrics.ReconcileErrors.Add(1, _tag);
            }

            KubernetesMetrics.ReconcileSeconds.Record(_time.GetElapsedTime(started).TotalSeconds, _tag);
        }

        return false;
    }

    private string Settle(WorkQueue<ObjectKey> queue, ObjectKey key, ReconciliationResult<TEntity> result)
    {
        if (!result.IsSuccess)
        {
            var delay = result.RequeueAfter ?? queue.AddAfterFailure(key);
            if (result.RequeueAfter is not null)
            {
                queue.AddAfter(key, delay);
            }

            _logger.ReconcileFailed(result.Error, _name, key.ToString(), delay, result.ErrorMessage);
            return "error";
        }

        queue.Forget(key);
        if (result.RequeueAfter is not { } after)
        {
            return "success";
        }

        queue.AddAfter(key, after);
        return "requeue_after";
    }
}

public sealed record ControllerOptions
{
    /// <summary>Name in metrics and logs; null takes the plural resource name.</summary>
    public string? Name { get; init; }

    /// <summary>How many objects are reconciled in parallel; one object never concurrently.</summary>
    public int Workers { get; init; } = 16;

    /// <summary>How many of them may work for one namespace at the same time, so that a slow target of one tenant does
    /// not block the others.</summary>
    public int WorkersPerNamespace { get; init; } = 4;

    public Backoff Backoff { get; init; } = new();
}

/// <summary>Wakes an object for events outside Kubernetes (a container died, a dump ended). Cheap, never blocks,
/// repeats are merged. It can be used before the controller runs, which reconciles every object when it
/// starts.</summary>
public interface IReconcileTrigger
{
    /// <summary>Reconciles the object as soon as possible; if it is being reconciled now, once more afterwards. Unknown
    /// objects are ignored.</summary>
    void Wake(string? @namespace, string name);
}

internal static partial class RuntimeLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Controller {Controller} started with {Workers} workers.")]
    public static partial void ControllerRuns(this ILogger logger, string controller, int workers);

    [LoggerMessage(Level = LogLevel.Information, Message = "Controller {Controller} stopped.")]
    public static partial void ControllerStopped(this ILogger logger, string controller);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Reconciling {Controller} {Key} threw an exception; retrying in {Delay}.")]
    public static partial void ReconcileThrew(
        this ILogger logger, Exception exception, string controller, string key, TimeSpan delay);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Reconciling {Controller} {Key} failed, retrying in {Delay}: {Why}")]
    public static partial void ReconcileFailed(
        this ILogger logger, Exception? exception, string controller, string key, TimeSpan delay, string? why);

    [LoggerMessage(
        Level = LogLevel.Debug, Message = "Reconciling {Controller} {Key} found a newer version; retrying in {Delay}.")]
    public static partial void ReconcileConflict(this ILogger logger, string controller, string key, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reconciling {Controller} {Key} stopped: {Why}")]
    public static partial void ReconcileNotLeader(this ILogger logger, string controller, string key, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The Secrets of {Key} could not be determined; their changes will not wake it.")]
    public static partial void SecretNamesFault(this ILogger logger, Exception exception, string key);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The {Controller} of namespace {Namespace} refer to more than {Limit} Secrets. "
            + "Only that many are watched; a change of another one is noticed "
            + "at the next resync, within ten minutes. Let several objects share a Secret.")]
    public static partial void TooManySecrets(this ILogger logger, string? Namespace, int limit, string controller);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "{Part} of controller {Controller} failed, so the controller is stopping.")]
    public static partial void ControllerPartFailed(
        this ILogger logger, Exception exception, string controller, string part);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Whether {Key} of controller {Controller} needs a reconciliation could not be determined; "
            + "it is reconciled.")]
    public static partial void InertFault(this ILogger logger, Exception exception, string controller, string key);
}
