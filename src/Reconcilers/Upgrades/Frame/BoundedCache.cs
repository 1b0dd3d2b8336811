namespace Drydock.Reconcilers.Upgrades;

/// <summary>Keeps what was used last, up to a number of entries. Safe for use by several threads.</summary>
/// <typeparam name="TValue">What is kept.</typeparam>
/// <param name="capacity">Most entries.</param>
internal sealed class BoundedCache<TValue>(int capacity)
    where TValue : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, TValue Value)>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, TValue Value)> _byUse = new();

    /// <summary>Number of entries.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>An entry, which is the last to be dropped from now on; null if there is none.</summary>
    public TValue? Find(string key)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                return null;
            }

            _byUse.Remove(entry);
            _byUse.AddLast(entry);
            return entry.Value.Value;
        }
    }

    /// <summary>Adds or replaces an entry and drops what was not used for longest.</summary>
    public void Set(string key, TValue value)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out var former))
            {
                _byUse.Remove(former);
            }

            _entries[key] = _byUse.AddLast((key, value));
            if (_entries.Count > capacity && _byUse.First is { } oldest)
            {
                _byUse.RemoveFirst();
                _entries.Remove(oldest.Value.Key);
            }
        }
    }
}
