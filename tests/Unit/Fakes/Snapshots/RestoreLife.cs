namespace Drydock.Tests.Unit.Fakes;

/// <summary>What happens to an operator at a point.</summary>
internal enum RestoreFate
{
    /// <summary>
    /// It dies there: nothing it would do afterwards happens, and its server sessions stay open until somebody ends
    /// them.
    /// </summary>
    Dies,

    /// <summary>It stands still there, and goes on as if nothing had happened once it is let go.</summary>
    Freezes,
}

/// <summary>One life of the operator: it counts the points it passes and may meet its fate at one of them.</summary>
internal sealed class RestoreLife(string name, (string Point, int Nth)? at = null, RestoreFate fate = RestoreFate.Dies)
{
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _thawed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();

    public string Name => name;

    /// <summary>Called at every point.</summary>
    public Func<string, Task>? Passing { get; set; }

    /// <summary>Points passed, in order.</summary>
    public List<string> Points { get; } = [];

    public bool IsDead { get; private set; }

    public bool IsFrozen { get; private set; }

    /// <summary>Ends when it has met its fate.</summary>
    public Task Met => _met.Task;

    /// <summary>Ends when it goes on after having been frozen.</summary>
    public Task Thawed => _thawed.Task;

    /// <summary>It is killed now.</summary>
    public void Die()
    {
        lock (_lock)
        {
            IsDead = true;
        }
    }

    public void Thaw()
    {
        IsFrozen = false;
        _thawed.TrySetResult();
    }

    /// <summary>A point at which it may meet its fate.</summary>
    public async Task PassAsync(string point)
    {
        var mine = false;
        lock (_lock)
        {
            Ensure();
            if (!IsFrozen)
            {
                Points.Add(point);
                mine = at is { } fated && point == fated.Point && Points.Count(p => p == point) == fated.Nth;
                if (mine)
                {
                    IsDead = fate == RestoreFate.Dies;
                    IsFrozen = fate == RestoreFate.Freezes;
                }
            }
        }

        if (mine)
        {
            _met.TrySetResult();
        }

        if (Passing is { } passing)
        {
            await passing(point);
        }

        if (IsFrozen)
        {
            await _thawed.Task;
        }

        Ensure();
    }

    private void Ensure()
    {
        if (IsDead)
        {
            throw new OperationCanceledException($"{name} is dead");
        }
    }
}
