namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>What the steps act on. It outlives every process.</summary>
internal sealed class ToyWorld(ManualTimeProvider time)
{
    private readonly Dictionary<string, ToyItem> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ToyGuard> _guards = new(StringComparer.Ordinal);

    /// <summary>Every execution in order.</summary>
    public List<string> Executions { get; } = [];

    /// <summary>What must never happen and did.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>The process that holds the lease; null lets all act.</summary>
    public int? Leader { get; set; }

    public ToyItem this[string id]
    {
        get
        {
            if (!_items.TryGetValue(id, out var item))
            {
                _items[id] = item = new ToyItem();
            }

            return item;
        }
    }

    public ToyGuard Guard(string id)
    {
        if (!_guards.TryGetValue(id, out var guard))
        {
            _guards[id] = guard = new ToyGuard();
        }

        return guard;
    }

    /// <summary>Does what the step does.</summary>
    public void Execute(Step step)
    {
        var item = this[step.Id];
        item.Executions++;
        Executions.Add(step.Id);
        if (step.Action != "restart" && item.Runs.ContainsValue(true))
        {
            // Doing again what is done changes nothing.
            return;
        }

        var well = item.BadEnds <= 0;
        item.BadEnds--;
        item.Runs[step.Attempt] = null;
        if (item.Hangs)
        {
            return;
        }

        if (item.Duration == TimeSpan.Zero)
        {
            item.End(step.Attempt, well);
            return;
        }

        time.CreateTimer(
            _ => item.End(step.Attempt, well),
            null,
            item.Duration,
            Timeout.InfiniteTimeSpan);
    }
}
