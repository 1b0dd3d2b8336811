namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Ready keys in lanes (one per namespace), served in turn: a lane with a thousand keys does not block the
/// others. Each lane has its share of workers and of the rate; all lanes together share the overall rate. Not
/// thread-safe.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <param name="options">The shares.</param>
/// <param name="laneOf">The lane of a key.</param>
/// <param name="time">Clock.</param>
internal sealed class FairLanes<TKey>(ControllerOptions options, Func<TKey, string> laneOf, TimeProvider time)
    where TKey : notnull
{
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    // Lanes with keys, in the order of their turns.
    private readonly LinkedList<Lane> _turns = new();
    private readonly RateLimiter _overall = new(options.MaxPerSecond, options.Burst, time);

    public int Count => _lanes.Count;

    public void Add(TKey key)
    {
        var lane = LaneOf(key);
        lane.Keys.Enqueue(key);
        if (lane.Keys.Count == 1)
        {
            _turns.AddLast(lane);
        }
    }

    /// <summary>Returns the next key, whose worker must be released by <see cref="Done"/>; false with the time to wait
    /// if only the rate limits it.</summary>
    public bool TryTake(out TKey key, out TimeSpan? wait)
    {
        wait = null;
        for (var turn = _turns.First; turn is not null; turn = turn.Next)
        {
            var lane = turn.Value;
            if (lane.Working >= options.WorkersPerNamespace)
            {
                continue;
            }

            var pause = lane.Rate.Wait is var own && _overall.Wait is var overall && own > overall ? own : overall;
            if (pause > TimeSpan.Zero)
            {
                wait = wait is { } shorter && shorter < pause ? shorter : pause;
                continue;
            }

            _overall.Take();
            lane.Rate.Take();
            lane.Working++;
            key = lane.Keys.Dequeue();
            _turns.Remove(turn);
            if (lane.Keys.Count > 0)
            {
                _turns.AddLast(turn);
            }

            wait = null;
            return true;
        }

        key = default!;
        return false;
    }

    /// <summary>The worker of a key is free again.</summary>
    public void Done(TKey key)
    {
        var lane = LaneOf(key);
        lane.Working--;
    }

    private Lane LaneOf(TKey key)
    {
        var name = laneOf(key);
        if (_lanes.TryGetValue(name, out var lane))
        {
            return lane;
        }

        foreach (var idle in _lanes
            .Where(l => l.Value is { Working: 0, Keys.Count: 0, Rate.IsFull: true })
            .Select(l => l.Key)
            .ToList())
        {
            _lanes.Remove(idle);
        }

        return _lanes[name] =
            new Lane(new RateLimiter(options.MaxPerSecondPerNamespace, options.BurstPerNamespace, time));
    }

    private sealed class Lane(RateLimiter rate)
    {
        public Queue<TKey> Keys { get; } = new();

        public RateLimiter Rate => rate;

        public int Working { get; set; }
    }
}

/// <summary>A token bucket with a burst and an average rate. The limiters of System.Threading.RateLimiting read the
/// system clock and do not support TimeProvider. Not thread-safe.</summary>
internal sealed class RateLimiter(double perSecond, int burst, TimeProvider time)
{
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    public TimeSpan Wait
    {
        get
        {
            Fill();
            return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / perSecond);
        }
    }

    /// <summary>Whether the bucket is full, so that it equals a new one.</summary>
    public bool IsFull
    {
        get
        {
            Fill();
            return _tokens >= burst;
        }
    }

    public void Take() => _tokens--;

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
