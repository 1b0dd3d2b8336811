namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>The last seen objects of a kind, and the subscribers to their changes, which are delivered one after the
/// other, in order. The cache may be behind the server: use optimistic concurrency (a status write with an old version
/// fails).</summary>
/// <param name="reduce">What is kept of an object: the object itself, or a copy that is marked as
/// <see cref="CustomKubernetesEntity.IsReduced"/>. Null: the object itself. Called from any thread, for a reduced copy
/// as well.</param>
public sealed class ResourceCache<TEntity>(ILogger logger, Func<TEntity, TEntity>? reduce = null)
    where TEntity : class, IKubernetesObject
{
    private readonly string _name = KubernetesResource.Of<TEntity>().QualifiedName;
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, CacheEntry<TEntity>> _entries = [];
    private readonly List<Action<ResourceChange<TEntity>>> _subscribers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    public TEntity? Get(ObjectKey key)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(key)?.Current;
        }
    }

    public IReadOnlyList<TEntity> List()
    {
        lock (_lock)
        {
            return [.. _entries.Values.Select(e => e.Current)];
        }
    }

    /// <summary>Calls <paramref name="onChange"/> at every change from now on, first with an Added for each existing
    /// object. It must return quickly and not throw.</summary>
    public IDisposable Subscribe(Action<ResourceChange<TEntity>> onChange)
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Values.ToList())
            {
                Tell(onChange, new ResourceChange<TEntity>(ResourceChangeType.Added, entry.Current, null));
            }

            _subscribers.Add(onChange);
        }

        return new Subscription(this, onChange);
    }

    /// <summary>Stores the result of an own write immediately, so that the next read does not see an older state; its
    /// event is then ignored. Earlier events of others are still delivered. A version older than the cached one is
    /// ignored.</summary>
    public void Observe(TEntity written)
    {
        lock (_lock)
        {
            // Ignore an own write if the object is not in the cache (any more): only watch events may add it, so that a
            // late write cannot resurrect a deleted object.
            if (_entries.TryGetValue(ObjectKey.Of(written), out var entry)
                && entry.IsSameIncarnation(written)
                && written.Metadata.ResourceVersion is { } version
                && version != entry.Version
                && !entry.IsNewerThan(version))
            {
                var previous = entry.Current;
                entry.ReplaceByOwnWrite(Reduced(written));
                Tell(new ResourceChange<TEntity>(ResourceChangeType.Modified, written, previous, IsOwnWrite: true));
            }
        }
    }

    internal void Synced() => _synced.TrySetResult();

    // An object that cannot be reduced must not hide the others.
    internal TEntity Reduced(TEntity entity)
    {
        try
        {
            return reduce is null ? entity : reduce(entity);
        }
        catch (Exception e)
        {
            logger.ReduceFault(e, _name, entity.Metadata.Namespace, entity.Metadata.Name);
            return entity;
        }
    }

    /// <summary>Replaces the content by a complete list: missing objects are deleted, even if their event was
    /// lost.</summary>
    /// <param name="namespace">The namespace that was listed; null for all.</param>
    internal void Replace(
        string? @namespace, IReadOnlyList<TEntity> items, IEnumerable<ObjectKey> unreadable, bool resync)
    {
        lock (_lock)
        {
            var present = items.Select(i => ObjectKey.Of(i)).Concat(unreadable).ToHashSet();
            foreach (var gone in _entries
                .Where(e => !present.Contains(e.Key) && (@namespace ?? e.Key.Namespace) == e.Key.Namespace)
                .Select(e => e.Value.Current)
                .ToList())
            {
                Remove(gone);
            }

            foreach (var item in items)
            {
                if (!Set(item) && resync)
                {
                    var current = _entries[ObjectKey.Of(item)].Current;
                    Tell(new ResourceChange<TEntity>(ResourceChangeType.Resynced, current, current));
                }
            }
        }
    }

    internal bool Set(TEntity item)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(ObjectKey.Of(item), out var entry))
            {
                _entries.Add(ObjectKey.Of(item), new CacheEntry<TEntity>(Reduced(item)));
                Tell(new ResourceChange<TEntity>(ResourceChangeType.Added, item, null));
                return true;
            }

            if (entry.IsNewerThan(item.Metadata.ResourceVersion))
            {
                // A change by another writer before an own write: the state is outdated, but the change must be
                // reported, because the writer may not have seen it.
                return !entry.WasWrittenHere(item.Metadata.ResourceVersion)
                    && TellModified(entry.Current, entry.Current);
            }

            var previous = entry.Current;
            if (!entry.IsSameIncarnation(item))
            {
                Remove(previous);
                return Set(item);
            }

            var isNews = entry.Version != item.Metadata.ResourceVersion
                && !entry.WasWrittenHere(item.Metadata.ResourceVersion);
            entry.Replace(Reduced(item));
            return isNews && TellModified(item, previous);
        }
    }

    internal void Remove(TEntity last)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(ObjectKey.Of(last), out var entry) && entry.IsSameIncarnation(last))
            {
                _entries.Remove(ObjectKey.Of(last));
                Tell(new ResourceChange<TEntity>(ResourceChangeType.Deleted, last, entry.Current));
            }
        }
    }

    private bool TellModified(TEntity item, TEntity previous)
    {
        Tell(new ResourceChange<TEntity>(ResourceChangeType.Modified, item, previous));
        return true;
    }

    private void Tell(ResourceChange<TEntity> change) => _subscribers.ToList().ForEach(s => Tell(s, change));

    private void Tell(Action<ResourceChange<TEntity>> subscriber, ResourceChange<TEntity> change)
    {
        try
        {
            subscriber(change);
        }
        catch (Exception e)
        {
            // A failing subscriber must not end the watch for all others.
            logger.SubscriberFault(e, _name);
        }
    }

    private sealed class Subscription(
        ResourceCache<TEntity> cache, Action<ResourceChange<TEntity>> onChange) : IDisposable
    {
        public void Dispose()
        {
            lock (cache._lock)
            {
                cache._subscribers.Remove(onChange);
            }
        }
    }
}

/// <summary>One cached object and the versions written by this process whose events have not arrived yet. Versions are
/// increasing numbers (guaranteed by KEP-5504).</summary>
internal sealed class CacheEntry<TEntity>(TEntity current)
    where TEntity : class, IKubernetesObject
{
    private const int RememberedWrites = 4096;
    private Queue<string>? _ownVersions;

    public TEntity Current { get; private set; } = current;

    public string? Version => Current.Metadata.ResourceVersion;

    public bool IsSameIncarnation(TEntity other) =>
        Current.Metadata.Uid is not { } uid || other.Metadata.Uid is not { } otherUid || uid == otherUid;

    public bool WasWrittenHere(string? version) => version is not null && _ownVersions?.Contains(version) == true;

    public void Replace(TEntity newer)
    {
        Current = newer;
        _ownVersions = null;
    }

    public void ReplaceByOwnWrite(TEntity newer)
    {
        Current = newer;
        _ownVersions ??= new Queue<string>();
        if (_ownVersions.Count == RememberedWrites)
        {
            _ownVersions.Dequeue();
        }

        _ownVersions.Enqueue(newer.Metadata.ResourceVersion!);
    }

    public bool IsNewerThan(string? version) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var other)
        && ulong.TryParse(Version, NumberStyles.None, CultureInfo.InvariantCulture, out var own)
        && other < own;
}

/// <param name="Object">The current object (deleted: its last state).</param>
/// <param name="IsOwnWrite">True if this process made the change
/// (<see cref="ResourceCache{TEntity}.Observe"/>).</param>
public sealed record ResourceChange<TEntity>(
    ResourceChangeType Type, TEntity Object, TEntity? Previous, bool IsOwnWrite = false)
    where TEntity : class, IKubernetesObject;

public enum ResourceChangeType
{
    Added,

    Modified,

    Deleted,

    /// <summary>Unchanged; delivered again by the periodic resync.</summary>
    Resynced,
}

/// <summary>Namespace (null for cluster-scoped kinds) and name of an object; the unit of serialized work.</summary>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    public static ObjectKey Of(IKubernetesObject entity) => new(entity.Metadata.Namespace, entity.Metadata.Name);

    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
