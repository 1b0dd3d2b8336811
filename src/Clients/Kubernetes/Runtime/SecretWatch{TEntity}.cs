namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Wakes objects when a Secret they refer to is created, changed or deleted. Only referenced Secrets are
/// watched, each by its name, and only their metadata is requested: no watch sends a value to this process. A namespace
/// has at most <see cref="MaxPerNamespace"/> such watches; a change of a further Secret is noticed when its object is
/// reconciled again, at the latest at the next resync.</summary>
/// <typeparam name="TEntity">The kind that refers to Secrets.</typeparam>
/// <param name="client">The client.</param>
/// <param name="objects">The objects.</param>
/// <param name="secretNames">Names of the Secrets, in the object's namespace, whose changes matter to an object; none
/// for a finished one.</param>
/// <param name="time">Clock.</param>
/// <param name="loggers">Logs.</param>
/// <param name="options">Times of the watches; what is watched is set here.</param>
public sealed class SecretWatch<TEntity>(
    IKubernetesClient client,
    IResourceCache<TEntity> objects,
    Func<TEntity, IEnumerable<string>> secretNames,
    TimeProvider time,
    ILoggerFactory loggers,
    ResourceWatcherOptions? options = null) : IWakeSource, IWatchHealth
    where TEntity : class, IKubernetesObject
{
    public const int MaxPerNamespace = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, HashSet<ObjectKey>> _secretsOf = [];
    private readonly Dictionary<ObjectKey, Watched> _watched = [];
    private readonly HashSet<string> _crowded = [];
    private readonly ILogger _logger = loggers.CreateLogger<SecretWatch<TEntity>>();

    public string Name => $"secrets of {KubernetesResource.Of<TEntity>().QualifiedName}";

    public bool HasSynced => Watchers().TrueForAll(w => w.HasSynced);

    public TimeSpan Age => Watchers().Select(w => w.Age).DefaultIfEmpty(TimeSpan.Zero).Max();

    public string? Problem
    {
        get
        {
            // Probes have no authentication, so only the number of interrupted watches is reported, not their Secrets
            // or namespaces. The log names them.
            var watchers = Watchers();
            var interrupted = watchers.Count(w => w.Problem is not null);
            return interrupted == 0 ? null : $"{interrupted} of {watchers.Count} watches of Secrets are interrupted";
        }
    }

    public async Task RunAsync(IReconcileTrigger trigger, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(ended.SetResult);
        using (objects.Subscribe(change => Follow(change, trigger, cancellationToken)))
        {
            await ended.Task;
        }

        await StopAllAsync();
    }

    private List<ResourceWatcher<SecretMetadata>> Watchers()
    {
        lock (_lock)
        {
            return [.. _watched.Values.Select(w => w.Watcher)];
        }
    }

    private void Follow(ResourceChange<TEntity> change, IReconcileTrigger trigger, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(change.Object);
        var wanted = change.Type == ResourceChangeType.Deleted ? [] : SecretsOf(change.Object);
        lock (_lock)
        {
            var had = _secretsOf.GetValueOrDefault(key) ?? [];
            foreach (var secret in wanted.Except(had))
            {
                Acquire(secret, trigger, cancellationToken);
            }

            if (wanted.Count == 0)
            {
                _secretsOf.Remove(key);
            }
            else
            {
                _secretsOf[key] = wanted;
            }

            foreach (var secret in had.Except(wanted))
            {
                Release(secret, trigger, cancellationToken);
            }
        }
    }

    private HashSet<ObjectKey> SecretsOf(TEntity entity)
    {
        try
        {
            return [
                .. secretNames(entity).Where(n => n.Length > 0).Select(
                    n => new ObjectKey(entity.Metadata.Namespace, n))];
        }
        catch (Exception e)
        {
            _logger.SecretNamesFault(e, ObjectKey.Of(entity).ToString());
            return [];
        }
    }

    private void Acquire(ObjectKey secret, IReconcileTrigger trigger, CancellationToken cancellationToken)
    {
        if (_watched.TryGetValue(secret, out var watched))
        {
            watched.References++;
            return;
        }

        var inNamespace = _watched.Keys.Count(s => s.Namespace == secret.Namespace);
        if (inNamespace >= MaxPerNamespace)
        {
            if (_crowded.Add(secret.Namespace ?? ""))
            {
                _logger.TooManySecrets(
                    secret.Namespace, MaxPerNamespace, KubernetesResource.Of<TEntity>().QualifiedName);
            }

            return;
        }

        var watcher = new ResourceWatcher<SecretMetadata>(
            client,
            (options ?? new ResourceWatcherOptions()) with
            {
                Namespace = secret.Namespace,
                FieldSelector = $"metadata.name={secret.Name}",
                MetadataOnly = true,
            },
            time,
            loggers.CreateLogger<ResourceWatcher<SecretMetadata>>());
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        watcher.Subscribe(change => OnSecret(change, secret, trigger));
        _watched[secret] =
            new Watched(watcher, stop, Task.Run(() => watcher.RunAsync(stop.Token), CancellationToken.None));
    }

    private void Release(ObjectKey secret, IReconcileTrigger trigger, CancellationToken cancellationToken)
    {
        if (!_watched.TryGetValue(secret, out var watched) || --watched.References > 0)
        {
            return;
        }

        _watched.Remove(secret);
        _ = StopAsync(watched);
        if (_crowded.Contains(secret.Namespace ?? ""))
        {
            Promote(secret.Namespace, trigger, cancellationToken);
        }
    }

    private void Promote(string? space, IReconcileTrigger trigger, CancellationToken cancellationToken)
    {
        var waiting =
            _secretsOf.Values.SelectMany(s => s).Where(s => s.Namespace == space && !_watched.ContainsKey(s)).ToList();
        if (waiting.Count == 0)
        {
            _crowded.Remove(space ?? "");
            return;
        }

        // Once for each object that refers to it, as if each were new.
        foreach (var one in waiting.Where(s => s == waiting[0]))
        {
            Acquire(one, trigger, cancellationToken);
        }
    }

    private void OnSecret(ResourceChange<SecretMetadata> change, ObjectKey secret, IReconcileTrigger trigger)
    {
        if (change.Type == ResourceChangeType.Resynced)
        {
            return;
        }

        List<ObjectKey> referring;
        lock (_lock)
        {
            referring = [.. _secretsOf.Where(o => o.Value.Contains(secret)).Select(o => o.Key)];
        }

        foreach (var entity in referring)
        {
            trigger.Wake(entity.Namespace, entity.Name);
        }
    }

    private async Task StopAllAsync()
    {
        List<Watched> all;
        lock (_lock)
        {
            all = [.. _watched.Values];
            _watched.Clear();
            _secretsOf.Clear();
            _crowded.Clear();
        }

        await Task.WhenAll(all.Select(StopAsync));
    }

    private static async Task StopAsync(Watched watched)
    {
        await watched.Stop.CancelAsync();
        await watched.Task;
        watched.Stop.Dispose();
    }

    private sealed class Watched(ResourceWatcher<SecretMetadata> watcher, CancellationTokenSource stop, Task task)
    {
        public int References { get; set; } = 1;

        public ResourceWatcher<SecretMetadata> Watcher { get; } = watcher;

        public CancellationTokenSource Stop { get; } = stop;

        public Task Task { get; } = task;
    }
}
