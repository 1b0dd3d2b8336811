namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Wakes objects when a Secret they refer to is created, changed or deleted. Only referenced Secrets are
/// watched, each by its name, and only their metadata is requested: no watch sends a value to this process. A namespace
/// has at most <see cref="MaxPerNamespace"/> such watches; a change of a further Secret is noticed when its object is
/// reconciled again, at the latest at the next resync.</summary>
/// <param name="secretNames">Names of the Secrets, in the object's namespace, whose changes matter to an object; none
/// for a finished one.</param>
public sealed class SecretWatch<TEntity>(
    IKubernetesClient client,
    ResourceCache<TEntity> objects,
    Func<TEntity, IEnumerable<string>> secretNames,
    TimeProvider time,
    ILoggerFactory loggers) : IWatchHealth
    where TEntity : class, IKubernetesObject
{
    public const int MaxPerNamespace = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, HashSet<ObjectKey>> _secretsOf = [];
    private readonly Dictionary<ObjectKey, Watched> _watched = [];
    private readonly HashSet<string> _crowded = new(StringComparer.Ordinal);
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

    /// <summary>Wakes objects through <paramref name="trigger"/> until cancelled.</summary>
    public async Task RunAsync(IReconcileTrigger trigger, CancellationToken cancellationToken)
    {
        using (objects.Subscribe(change => Follow(change, trigger, cancellationToken)))
        {
            await Task.Delay(Timeout.Infinite, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

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
            if (wanted.SetEquals(_secretsOf.GetValueOrDefault(key) ?? []))
            {
                return;
            }

            _secretsOf[key] = wanted;
            if (wanted.Count == 0)
            {
                _secretsOf.Remove(key);
            }

            var all = _secretsOf.Where(o => o.Key.Namespace == key.Namespace).SelectMany(o => o.Value).ToHashSet();
            foreach (var (secret, watched) in _watched
                .Where(w => w.Key.Namespace == key.Namespace && !all.Contains(w.Key)).ToList())
            {
                _watched.Remove(secret);
                _ = StopAsync(watched);
            }

            var free = MaxPerNamespace - _watched.Keys.Count(s => s.Namespace == key.Namespace);
            foreach (var secret in all.Where(s => !_watched.ContainsKey(s)).Take(free).ToList())
            {
                _watched[secret] = Start(secret, trigger, cancellationToken);
            }

            if (all.Count > MaxPerNamespace && _crowded.Add(key.Namespace ?? ""))
            {
                _logger.TooManySecrets(key.Namespace, MaxPerNamespace, KubernetesResource.Of<TEntity>().QualifiedName);
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

    private Watched Start(ObjectKey secret, IReconcileTrigger trigger, CancellationToken cancellationToken)
    {
        var watcher = new ResourceWatcher<SecretMetadata>(
            client,
            new ResourceWatcherOptions
            {
                Namespaces = [secret.Namespace],
                FieldSelector = $"metadata.name={secret.Name}",
                MetadataOnly = true,
            },
            time,
            loggers.CreateLogger<ResourceWatcher<SecretMetadata>>());
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        watcher.Cache.Subscribe(change =>
        {
            if (change.Type != ResourceChangeType.Resynced)
            {
                List<ObjectKey> referring;
                lock (_lock)
                {
                    referring = [.. _secretsOf.Where(o => o.Value.Contains(secret)).Select(o => o.Key)];
                }

                referring.ForEach(entity => trigger.Wake(entity.Namespace, entity.Name));
            }
        });
        return new Watched(watcher, stop, Task.Run(() => watcher.RunAsync(stop.Token), CancellationToken.None));
    }

    private static async Task StopAsync(Watched watched)
    {
        await watched.Stop.CancelAsync();
        await watched.Running;
        watched.Stop.Dispose();
    }

    private sealed record Watched(ResourceWatcher<SecretMetadata> Watcher, CancellationTokenSource Stop, Task Running);
}
