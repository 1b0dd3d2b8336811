using Microsoft.Extensions.Logging.Abstractions;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Keys to process. A key is never given to two workers at once; one added while it is processed is returned
/// once more afterwards; repeats are merged; a key can be delayed (requeue-after, back-off) and is returned earlier if
/// it is added meanwhile. Namespaces take turns, see <see cref="FairLanes{TKey}"/>.</summary>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    // More than a hundred years would overflow the clock's ticks.
    private static readonly TimeSpan LongestDelay = KubernetesDuration.Longest;
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly FairLanes<TKey> _ready;
    private readonly LinkedList<TaskCompletionSource<TKey>> _takers = new();
    private readonly Dictionary<TKey, long> _waiting = [];
    private readonly Dictionary<TKey, long> _working = [];
    private readonly Dictionary<TKey, (long Due, long Ticket)> _delayed = [];
    private readonly PriorityQueue<(TKey Key, long Ticket), long> _due = new();
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Backoff _backoff;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly ITimer _pace;
    private readonly ILogger _logger;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly IDisposable _reported;
    private long _tickets;

    /// <summary>Creates a queue.</summary>
    /// <param name="laneOf">The namespace of a key; null if there is only one.</param>
    public WorkQueue(
        ControllerOptions options,
        TimeProvider time,
        string name,
        Func<TKey, string>? laneOf = null,
        ILogger? logger = null)
    {
        _logger = logger ?? NullLogger.Instance;
        _backoff = options.Backoff;
        _ready = new FairLanes<TKey>(options, laneOf ?? (static _ => ""), time);
        _time = time;
        // Dashboards of older and of current releases of controller-runtime use one of the two labels each.
        _tags = [KubernetesMetrics.Tag("controller", name), KubernetesMetrics.Tag("name", name)];
        KubernetesMetrics.QueueAdds.Add(0, _tags);
        KubernetesMetrics.QueueRetries.Add(0, _tags);
        KubernetesMetrics.QueueDepth.Add(0, _tags);
        _reported = QueueLoad.Report(_tags, Load);
        _timer = time.CreateTimer(
            static state => ((WorkQueue<TKey>)state!).OnTimer(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _pace = time.CreateTimer(
            static state => ((WorkQueue<TKey>)state!).Serve(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
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

    /// <summary>Schedules the key after a delay. The shortest of several delays counts; processing the key cancels all
    /// of them.</summary>
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
                var ticket = ++_tickets;
                _delayed[key] = (due, ticket);
                _due.Enqueue((key, ticket), due);
                Arm();
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
        _timer.Dispose();
        _pace.Dispose();
        _reported.Dispose();
        lock (_lock)
        {
            KubernetesMetrics.QueueDepth.Add(-_waiting.Count, _tags);
            _waiting.Clear();
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

    private void Serve()
    {
        lock (_lock)
        {
            ServeLocked();
        }
    }

    private void ServeLocked()
    {
        while (_takers.First is { } taker)
        {
            if (!_ready.TryTake(out var key, out var wait))
            {
                if (wait is { } pause)
                {
                    // Rounded up: a timer that fires a moment too early would have to be set again.
                    _pace.Change(
                        TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                }

                return;
            }

            _takers.RemoveFirst();
            _waiting.Remove(key, out var since);
            _delayed.Remove(key);
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
        _delayed.Remove(key);
        if (!_working.ContainsKey(key))
        {
            _ready.Add(key);
            ServeLocked();
        }
    }

    // An exception in a timer callback would end the process, and with it the work for every other object.
    private void OnTimer()
    {
        try
        {
            TakeDue();
        }
        catch (Exception e)
        {
            _logger.QueueTimerFault(e, AfterFault);
            _timer.Change(AfterFault, Timeout.InfiniteTimeSpan);
        }
    }

    private void TakeDue()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            while (_due.TryPeek(out var item, out var due) && (due <= now || !IsCurrent(item)))
            {
                _due.Dequeue();
                if (IsCurrent(item))
                {
                    AddLocked(item.Key);
                }
            }

            Arm();
        }
    }

    private bool IsCurrent((TKey Key, long Ticket) item) =>
        _delayed.TryGetValue(item.Key, out var current) && current.Ticket == item.Ticket;

    private void Arm()
    {
        if (_due.TryPeek(out _, out var due))
        {
            var ticks = Math.Max(0, due - _time.GetTimestamp());

            // Rounded up: a timer that fires a moment too early would have to be set again, and longer times than a
            // timer supports are clamped.
            _timer.Change(
                Timers.Clamp(TimeSpan.FromMilliseconds(Math.Ceiling(ticks * 1000.0 / _time.TimestampFrequency))),
                Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>What the workers of a queue are occupied with, for the metrics.</summary>
/// <param name="UnfinishedSeconds">Time spent so far on all keys that are processed now.</param>
/// <param name="LongestSeconds">Time spent so far on the one that has taken longest.</param>
internal sealed record QueueLoad(double UnfinishedSeconds, double LongestSeconds)
{
    private static readonly ConcurrentDictionary<Func<QueueLoad>, KeyValuePair<string, object?>[]> Queues = new();

    public static IDisposable Report(KeyValuePair<string, object?>[] tags, Func<QueueLoad> read)
    {
        Queues[read] = tags;
        return new Reported(read);
    }

    public static IEnumerable<Measurement<double>> Measure(Func<QueueLoad, double> value) =>
        Queues.Select(queue => new Measurement<double>(value(queue.Key()), queue.Value));

    private sealed class Reported(Func<QueueLoad> read) : IDisposable
    {
        public void Dispose() => Queues.TryRemove(read, out _);
    }
}
