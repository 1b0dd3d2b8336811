namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Ready keys in lanes (one per namespace), served in turn: a lane with a thousand keys does not block the
/// others. Each lane has its share of workers. Not thread-safe.</summary>
/// <param name="workers">How many keys of one lane may be worked on at the same time.</param>
internal sealed class FairLanes<TKey>(int workers, Func<TKey, string> laneOf)
    where TKey : notnull
{
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    // Lanes with keys, in the order of their turns.
    private readonly LinkedList<Lane> _turns = new();

    public int Count => _lanes.Count;

    public void Add(TKey key)
    {
        var name = laneOf(key);
        if (!_lanes.TryGetValue(name, out var lane))
        {
            _lanes[name] = lane = new Lane();
        }

        lane.Keys.Enqueue(key);
        if (lane.Keys.Count == 1)
        {
            _turns.AddLast(lane);
        }
    }

    /// <summary>Returns the next key, whose worker must be released by <see cref="Done"/>.</summary>
    public bool TryTake([MaybeNullWhen(false)] out TKey key)
    {
        for (var turn = _turns.First; turn is not null; turn = turn.Next)
        {
            var lane = turn.Value;
            if (lane.Working < workers)
            {
                lane.Working++;
                key = lane.Keys.Dequeue();
                _turns.Remove(turn);
                if (lane.Keys.Count > 0)
                {
                    _turns.AddLast(turn);
                }

                return true;
            }
        }

        key = default;
        return false;
    }

    public void Done(TKey key)
    {
        var lane = _lanes[laneOf(key)];
        if (--lane.Working == 0 && lane.Keys.Count == 0)
        {
            _lanes.Remove(laneOf(key));
        }
    }

    private sealed class Lane
    {
        public Queue<TKey> Keys { get; } = new();

        public int Working { get; set; }
    }
}
