namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Keys to process. A key is never given to two workers at once; one added while it is processed is returned
/// once more afterwards; repeats are merged; a key can be delayed (requeue-after, back-off) and is returned earlier if
/// it is added meanwhile. Namespaces take turns, see <see cref="FairLanes{TKey}"/>.</summary>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    // More than a hundred years would overflow the clock's ticks.
    private static readonly TimeSpan LongestDelay = KubernetesDuration.Longest;
    private readonly Lock _lock = new();
    private readonly FairLanes<TKey> _ready;
    private readonly LinkedList<TaskCompletionSource<TKey>> _takers = new();
    private readonly Dictionary<TKey, long> _waiting = [];
    private readonly Dictionary<TKey, long> _working = [];
    private readonly Dictionary<TKey, (long Due, ITimer Timer)> _delayed = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Backoff _backoff;
    private readonly TimeProvider _time;
    private readonly KeyValuePair<string, object?>[] _tags;

    public WorkQueue(ControllerOptions options, TimeProvider time, string name, Func<TKey, string>? laneOf = null)
    {
        _backoff = options.Backoff;
        _ready = new FairLanes<TKey>(options.WorkersPerNamespace, laneOf ?? (static _ => ""));
        _time = time;
        // Dashboards of older and of current releases of controller-runtime use one of the two labels each.
        _tags = [KubernetesMetrics.Tag("controller", name), KubernetesMetrics.Tag("name", name)];
        KubernetesMetrics.QueueAdds.Add(0, _tags);
        KubernetesMetrics.QueueRetries.Add(0, _tags);
        KubernetesMetrics.QueueDepth.Add(0, _tags);
        QueueLoad.Queues[Load] = _tags;
    }

    /// <summary>Ready keys, and keys added while they are processed.</summary>
    public int Depth
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public void Add(TKey key)
    {
        lock (_lock)
        {
            AddLocked(key);
        }
    }

    /// <summary>Schedules the key after a delay, of 49 days at the most. The shortest of several delays counts;
    /// processing the key cancels all of them.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key);
                return;
            }

            delay = delay < LongestDelay ? delay : LongestDelay;
            var due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
            if (!_waiting.ContainsKey(key) && (!_delayed.TryGetValue(key, out var earlier) || due < earlier.Due))
            {
                earlier.Timer?.Dispose();

                // Rounded up, so that it does not fire a moment too early. Longer times than a timer supports end
                // earlier, which is harmless.
                _delayed[key] = (due, _time.CreateTimer(
                    late => Add((TKey)late!),
                    key,
                    Timers.Clamp(TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds))),
                    Timeout.InfiniteTimeSpan));
            }
        }
    }

    public TimeSpan AddAfterFailure(TKey key)
    {
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key) + 1;
            _failures[key] = failures;
            KubernetesMetrics.QueueRetries.Add(1, _tags);
            var delay = _backoff.Delay(failures);
            AddAfter(key, delay);
            return delay;
        }
    }

    public void Forget(TKey key)
    {
        lock (_lock)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>Waits for a key and returns it; <see cref="Done"/> must follow.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var taker = new TaskCompletionSource<TKey>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _takers.AddLast(taker);
            ServeLocked();
        }

        // A caller that already has its key keeps it.
        await using var registration = cancellationToken.UnsafeRegister(
            _ =>
            {
                lock (_lock)
                {
                    if (_takers.Remove(taker))
                    {
                        taker.TrySetCanceled(cancellationToken);
                    }
                }
            },
            null);
        return await taker.Task;
    }

    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (_working.Remove(key, out var since))
            {
                KubernetesMetrics.WorkSeconds.Record(_time.GetElapsedTime(since).TotalSeconds, _tags);
                _ready.Done(key);
                if (_waiting.ContainsKey(key))
                {
                    _ready.Add(key);
                }

                ServeLocked();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            QueueLoad.Queues.TryRemove(Load, out _);
            KubernetesMetrics.QueueDepth.Add(-_waiting.Count, _tags);
            _waiting.Clear();
            foreach (var key in _delayed.Keys.ToList())
            {
                EndDelay(key);
            }
        }
    }

    private QueueLoad Load()
    {
        lock (_lock)
        {
            var spent = _working.Values.Select(since => _time.GetElapsedTime(since).TotalSeconds).ToList();
            return new QueueLoad(spent.Sum(), spent.DefaultIfEmpty().Max());
        }
    }

    private void ServeLocked()
    {
        while (_takers.First is { } taker && _ready.TryTake(out var key))
        {
            _takers.RemoveFirst();
            _waiting.Remove(key, out var since);
            EndDelay(key);
            _working[key] = _time.GetTimestamp();
            KubernetesMetrics.QueueDepth.Add(-1, _tags);
            KubernetesMetrics.QueueSeconds.Record(_time.GetElapsedTime(since).TotalSeconds, _tags);
            taker.Value.SetResult(key);
        }
    }

    private void AddLocked(TKey key)
    {
        if (!_waiting.TryAdd(key, _time.GetTimestamp()))
        {
            return;
        }

        KubernetesMetrics.QueueAdds.Add(1, _tags);
        KubernetesMetrics.QueueDepth.Add(1, _tags);
        EndDelay(key);
        if (!_working.ContainsKey(key))
        {
            _ready.Add(key);
            ServeLocked();
        }
    }

    private void EndDelay(TKey key)
    {
        if (_delayed.Remove(key, out var delayed))
        {
            delayed.Timer.Dispose();
        }
    }
}

/// <summary>What the workers of a queue are occupied with, for the metrics.</summary>
/// <param name="UnfinishedSeconds">Time spent so far on all keys that are processed now.</param>
/// <param name="LongestSeconds">Time spent so far on the one that has taken longest.</param>
internal sealed record QueueLoad(double UnfinishedSeconds, double LongestSeconds)
{
    public static ConcurrentDictionary<Func<QueueLoad>, KeyValuePair<string, object?>[]> Queues { get; } = new();

    public static IEnumerable<Measurement<double>> Measure(Func<QueueLoad, double> value) =>
        Queues.Select(queue => new Measurement<double>(value(queue.Key()), queue.Value));
}
