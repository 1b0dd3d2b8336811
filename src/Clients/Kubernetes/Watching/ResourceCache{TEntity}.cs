namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>The state of a watch: the objects and the subscribers. Changes are delivered one after the other, in
/// order.</summary>
internal sealed class ResourceCache<TEntity>(Action<Exception> onSubscriberFault)
    where TEntity : class, IKubernetesObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, CacheEntry<TEntity>> _entries = [];
    private readonly List<Action<ResourceChange<TEntity>>> _subscribers = [];

    public Func<TEntity, TEntity> Reduce { get; set; } = static entity => entity;

    public TEntity? Get(ObjectKey key)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(key, out var entry) ? entry.Current : null;
        }
    }

    public List<TEntity> List()
    {
        lock (_lock)
        {
            return [.. _entries.Values.Select(e => e.Current)];
        }
    }

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

    /// <summary>Replaces the content by a complete list: missing objects are deleted, even if their event was
    /// lost.</summary>
    public void Replace(IReadOnlyList<TEntity> items, IReadOnlySet<ObjectKey> unreadable, bool resync)
    {
        lock (_lock)
        {
            var present = items.Select(i => ObjectKey.Of(i)).ToHashSet();
            foreach (var gone in _entries
                .Where(e => !present.Contains(e.Key) && !unreadable.Contains(e.Key))
                .Select(e => e.Value.Current)
                .ToList())
            {
                Remove(gone);
            }

            foreach (var item in items)
            {
                if (!Set(item) && resync)
                {
                    Tell(
                        new ResourceChange<TEntity>(
                            ResourceChangeType.Resynced,
                            _entries[ObjectKey.Of(item)].Current,
                            _entries[ObjectKey.Of(item)].Current));
                }
            }
        }
    }

    public bool Set(TEntity item)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(ObjectKey.Of(item), out var entry))
            {
                _entries.Add(ObjectKey.Of(item), new CacheEntry<TEntity>(Reduce(item)));
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
            entry.Replace(Reduce(item));
            return isNews && TellModified(item, previous);
        }
    }

    public void Remove(TEntity last)
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
                entry.ReplaceByOwnWrite(Reduce(written));
                Tell(new ResourceChange<TEntity>(ResourceChangeType.Modified, written, previous, IsOwnWrite: true));
            }
        }
    }

    private bool TellModified(TEntity item, TEntity previous)
    {
        Tell(new ResourceChange<TEntity>(ResourceChangeType.Modified, item, previous));
        return true;
    }

    private void Tell(ResourceChange<TEntity> change)
    {
        foreach (var subscriber in _subscribers.ToList())
        {
            Tell(subscriber, change);
        }
    }

    private void Tell(Action<ResourceChange<TEntity>> subscriber, ResourceChange<TEntity> change)
    {
        try
        {
            subscriber(change);
        }
        catch (Exception e)
        {
            // A failing subscriber must not end the watch for all others.
            onSubscriberFault(e);
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

/// <summary>One cached object and the versions written by this process whose events have not arrived yet.</summary>
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

    public bool IsNewerThan(string? version) => ResourceVersions.IsOlder(version, Version);
}

/// <summary>Compares versions. They are increasing numbers (guaranteed by KEP-5504).</summary>
internal static class ResourceVersions
{
    public static bool IsOlder(string? version, string? other) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && ulong.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var right)
        && left < right;
}
