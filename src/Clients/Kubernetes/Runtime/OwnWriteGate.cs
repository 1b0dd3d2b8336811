namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Holds events of an object during a write to it: the event of that write may arrive before its answer, and
/// only the answer contains the written version.</summary>
internal sealed class OwnWriteGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, (int Writes, List<string?> Held)> _open = [];

    public Action<ObjectKey>? OnForeignChange { get; set; }

    public void Begin(ObjectKey key)
    {
        lock (_lock)
        {
            var state = _open.TryGetValue(key, out var open) ? open : (Writes: 0, Held: []);
            _open[key] = (state.Writes + 1, state.Held);
        }
    }

    /// <summary>The write has ended.</summary>
    /// <param name="written">The written version; null if there is none or it is unknown.</param>
    public void End(ObjectKey key, string? written)
    {
        bool foreign;
        lock (_lock)
        {
            var (writes, held) = _open[key];
            if (written is not null)
            {
                held.RemoveAll(v => v == written);
            }

            if (writes > 1)
            {
                _open[key] = (writes - 1, held);
                return;
            }

            _open.Remove(key);
            foreign = held.Count > 0;
        }

        if (foreign)
        {
            OnForeignChange?.Invoke(key);
        }
    }

    public bool TryHold(ObjectKey key, string? version)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(key, out var open))
            {
                return false;
            }

            open.Held.Add(version);
            return true;
        }
    }
}
