using System.Diagnostics;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Runs everything of one operator's life, one continuation at a time, on the thread of the test. A life that is no
/// longer moved is as dead as one that was killed: nothing of it runs any more, not even its finally blocks.
/// </summary>
internal sealed class WorldScheduler(Random? random = null) : TaskScheduler
{
    private const int QuietPauses = 12;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly List<Task> _queue = [];

    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count == 0;
            }
        }
    }

    public Task<T> Start<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>
    /// Queues what hides this scheduler from its work: code that asks for no context then goes on at once, on the
    /// thread of the test. If it saw a scheduler, the runtime would move it to the thread pool.
    /// </summary>
    public void Resume(Action<object?> work, object? state) => _ = Task.Factory.StartNew(
        work, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach | TaskCreationOptions.HideScheduler,
        this);

    /// <summary>Runs one queued continuation.</summary>
    public void Move()
    {
        Task task;
        lock (_gate)
        {
            var index = random?.Next(_queue.Count) ?? 0;
            task = _queue[index];
            _queue.RemoveAt(index);
        }

        TryExecuteTask(task);
    }

    /// <summary>
    /// Waits for a continuation that another thread is about to bring (the runtime cancels a token source there). If
    /// the pool has had nothing to do for some pauses, none comes: only a timer of the world goes on. A pause that
    /// ended late says nothing: the machine is busy, and the other thread waits for a processor as well.
    /// </summary>
    public bool WaitForArrival(TimeSpan atMost)
    {
        lock (_gate)
        {
            var quiet = 0;
            for (var waited = TimeSpan.Zero; _queue.Count == 0 && quiet < QuietPauses
                && waited < atMost; waited += Pause)
            {
                var began = Stopwatch.GetTimestamp();
                if (!Monitor.Wait(_gate, Pause))
                {
                    var isQuiet = ThreadPool.PendingWorkItemCount == 0 && Stopwatch.GetElapsedTime(began) < Pause * 1.2;
                    quiet = isQuiet ? quiet + 1 : 0;
                }
            }

            return _queue.Count > 0;
        }
    }

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
        {
            return [.. _queue];
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            _queue.Add(task);
            Monitor.Pulse(_gate);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
}
