namespace Drydock.Reconcilers.Upgrades;

/// <summary>Keeps the most recently used entries, up to a capacity. Thread-safe.</summary>
internal sealed class BoundedCache<TValue>(int capacity)
    where TValue : class
{
    private readonly Lock _gate = new();

    // The most recently used ones last.
    private readonly OrderedDictionary<string, TValue> _entries = new(StringComparer.Ordinal);

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
            if (_entries.Remove(key, out var value))
            {
                _entries.Add(key, value);
            }

            return value;
        }
    }

    public void Set(string key, TValue value)
    {
        lock (_gate)
        {
            _entries.Remove(key);
            _entries.Add(key, value);
            if (_entries.Count > capacity)
            {
                _entries.RemoveAt(0);
            }
        }
    }
}
