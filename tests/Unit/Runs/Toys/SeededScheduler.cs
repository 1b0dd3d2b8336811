namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>
/// Runs everything of one toy process, one continuation at a time, in an order drawn from a seed. A process that is no
/// longer moved is as dead as one that was killed; one that is moved again later was frozen.
/// </summary>
internal sealed class SeededScheduler(Random random) : TaskScheduler
{
    private readonly List<Task> _queue = [];

    public bool IsIdle => _queue.Count == 0;

    public Task Start(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Runs one queued continuation.</summary>
    public void Move()
    {
        var index = random.Next(_queue.Count);
        var task = _queue[index];
        _queue.RemoveAt(index);
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            TryExecuteTask(task);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _queue;

    protected override void QueueTask(Task task) => _queue.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
}
