using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>
/// The state of a watch: objects, and who is told of changes. Changes are told one after the other, in order.
/// </summary>
internal sealed class ResourceCache<TEntity>(Action<Exception> onSubscriberFault)
    where TEntity : class, IKubernetesObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, CacheEntry<TEntity>> _entries = [];
    private readonly List<Action<ResourceChange<TEntity>>> _subscribers = [];

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

    /// <summary>Takes in a whole list: what is not in it is gone, however its event was lost.</summary>
    /// <param name="items">The objects.</param>
    /// <param name="unreadable">Keys of objects that exist but do not fit the type: they stay as they last
    /// were.</param>
    /// <param name="resync">True to hand out unchanged objects as well.</param>
    public void Replace(IReadOnlyList<TEntity> items, IReadOnlySet<ObjectKey> unreadable, bool resync)
    {
        lock (_lock)
        {
            var present = items.Select(i => ObjectKey.Of(i)).ToHashSet();
            foreach (var gone in _entries.Where(e => !present.Contains(e.Key) && !unreadable.Contains(e.Key)).Select(e => e.Value.Current).ToList())
            {
                Remove(gone);
            }

            foreach (var item in items)
            {
                if (!Set(item) && resync)
                {
                    Tell(new ResourceChange<TEntity>(ResourceChangeType.Resynced, _entries[ObjectKey.Of(item)].Current, _entries[ObjectKey.Of(item)].Current));
                }
            }
        }
    }

    /// <summary>Takes in an added or modified object; false if that is no news.</summary>
    public bool Set(TEntity item)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(ObjectKey.Of(item), out var entry))
            {
                _entries.Add(ObjectKey.Of(item), new CacheEntry<TEntity>(item));
                Tell(new ResourceChange<TEntity>(ResourceChangeType.Added, item, null));
                return true;
            }

            if (entry.IsNewerThan(item.Metadata.ResourceVersion))
            {
                // Another's change from before an own write: the state is old, but that it happened is news, for the
                // writer may not have looked at it.
                return !entry.WasWrittenHere(item.Metadata.ResourceVersion) && TellModified(entry.Current, entry.Current);
            }

            var previous = entry.Current;
            if (!entry.IsSameIncarnation(item))
            {
                Remove(previous);
                return Set(item);
            }

            var isNews = entry.Version != item.Metadata.ResourceVersion && !entry.WasWrittenHere(item.Metadata.ResourceVersion);
            entry.Replace(item);
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
            // An object that is not (or no longer) here comes by its events alone; a written state must not raise the
            // dead.
            if (_entries.TryGetValue(ObjectKey.Of(written), out var entry)
                && entry.IsSameIncarnation(written)
                && written.Metadata.ResourceVersion is { } version
                && version != entry.Version
                && !entry.IsNewerThan(version))
            {
                var previous = entry.Current;
                entry.ReplaceByOwnWrite(written);
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
            // A faulty listener must not end the watch for all others.
            onSubscriberFault(e);
        }
    }

    private sealed class Subscription(ResourceCache<TEntity> cache, Action<ResourceChange<TEntity>> onChange) : IDisposable
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
