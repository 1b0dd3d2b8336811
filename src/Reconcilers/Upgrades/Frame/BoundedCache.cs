namespace Drydock.Reconcilers.Upgrades;

/// <summary>Keeps the most recently used entries, up to a capacity. Thread-safe.</summary>
internal sealed class BoundedCache<TValue>(int capacity)
    where TValue : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, TValue Value)>> _entries = new(
        StringComparer.Ordinal);
    private readonly LinkedList<(string Key, TValue Value)> _byUse = new();

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
