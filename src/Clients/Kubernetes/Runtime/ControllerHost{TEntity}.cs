using System.Collections.Immutable;
using Drydock.Abstractions.Controllers;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Runs a controller: cache → queue → workers. An object is reconciled when it appears, when anything of it
/// changes (annotations, labels, spec, deletion, status written by others; not what this process wrote through
/// <see cref="EntityWriter{TEntity}"/>), at each resync, when a trigger wakes it, and when its last reconciliation
/// requested it. An inert object is not reconciled because it appears or at a resync. Nothing is polled.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed class ControllerHost<TEntity> : IReconcileTrigger
    where TEntity : class, IKubernetesObject
{
    private readonly IResourceCache<TEntity> _cache;
    private readonly IEntityController<TEntity> _controller;
    private readonly OwnWriteGate _gate;
    private readonly IReadOnlyList<IWakeSource> _wakeSources;
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
        IResourceCache<TEntity> cache,
        EntityWriter<TEntity> writer,
        IEntityController<TEntity> controller,
        IEnumerable<IWakeSource> wakeSources,
        ControllerOptions? options,
        TimeProvider time,
        ILogger<ControllerHost<TEntity>> logger)
    {
        _cache = cache;
        _controller = controller;
        _gate = writer.Gate;
        _wakeSources = [.. wakeSources];
        _options = options ?? new ControllerOptions();
        _time = time;
        _logger = logger;
        _name = _options.Name ?? KubernetesResource.Of<TEntity>().Plural;
        _tag = KubernetesMetrics.Tag("controller", _name);
        StartAtZero();
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

        using var queue = new WorkQueue<ObjectKey>(
            _options, _time, _name, laneOf: static key => key.Namespace ?? "", logger: _logger);
        _queue = queue;
        _logger.ControllerRuns(_name, _options.Workers);
        KubernetesMetrics.MaxConcurrent.Add(_options.Workers, _tag);
        try
        {
            using var subscription = _cache.Subscribe(OnChange);
            List<(string Name, Func<CancellationToken, Task> RunAsync)> parts =
            [
                .. Enumerable.Range(0, _options.Workers).Select(
                    i => ($"worker {i}", (Func<CancellationToken, Task>)(token => WorkAsync(queue, token)))),
                .. _wakeSources.Select(
                    s => (s.GetType().Name, (Func<CancellationToken, Task>)(token => GuardAsync(s, token)))),
            ];
            await TermParts.RunAsync(
                parts, (part, fault) => _logger.ControllerPartFailed(fault, _name, part), cancellationToken);
        }
        finally
        {
            _queue = null;
            _gone.Clear();
            KubernetesMetrics.MaxConcurrent.Add(-_options.Workers, _tag);
            _logger.ControllerStopped(_name);
        }
    }

    // A rate cannot see the first increase of a counter that did not exist before.
    private void StartAtZero()
    {
        foreach (var result in (string[])["success", "error", "requeue", "requeue_after"])
        {
            KubernetesMetrics.Reconciles.Add(0, _tag, KubernetesMetrics.Tag("result", result));
        }

        KubernetesMetrics.ReconcileErrors.Add(0, _tag);
        KubernetesMetrics.ReconcilePanics.Add(0, _tag);
        KubernetesMetrics.ActiveWorkers.Add(0, _tag);
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
            if (await AttemptAsync(
                queue, key, () => _controller.DeletedAsync(gone, cancellationToken), cancellationToken))
            {
                Told(key, gone);
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

    private void Told(ObjectKey key, TEntity gone)
    {
        if (_gone.AddOrUpdate(key, [], (_, left) => left.Remove(gone)).IsEmpty)
        {
            _gone.TryRemove(new KeyValuePair<ObjectKey, ImmutableList<TEntity>>(key, []));
        }
    }

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

    private async Task GuardAsync(IWakeSource source, CancellationToken cancellationToken)
    {
        for (var ends = 1; !cancellationToken.IsCancellationRequested; ends++)
        {
            Exception? fault = null;
            try
            {
                await source.RunAsync(this, cancellationToken);
            }
            catch (Exception e)
            {
                fault = e;
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                var delay = _options.Backoff.Delay(ends);
                _logger.WakeSourceEnded(fault, _name, source.GetType().Name, delay);
                await Task.Delay(
                    delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

/// <summary>How a <see cref="ControllerHost{TEntity}"/> works.</summary>
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

    public double MaxPerSecond { get; init; } = 50;

    public int Burst { get; init; } = 200;

    public double MaxPerSecondPerNamespace { get; init; } = 20;

    public int BurstPerNamespace { get; init; } = 100;
}
