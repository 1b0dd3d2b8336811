namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>One operator process: drives a run as a controller would.</summary>
internal sealed class ToyProcess : IActFence
{
    private readonly Simulation _simulation;
    private readonly SeededScheduler _scheduler;
    private readonly RunEnvironment _environment;
    private readonly Random _random;
    private ITimer? _timer;
    private bool _isWoken = true;
    private Task _advance = Task.CompletedTask;

    public ToyProcess(Simulation simulation, int id)
    {
        (_simulation, Id) = (simulation, id);
        _random = simulation.Random;
        _scheduler = new SeededScheduler(_random);
        Run = new PlanRun(_random);
        _environment = new RunEnvironment
        {
            OwnerUid = "uid",
            Catalog = new ToyCatalog(simulation, this),
            Fence = this,
            Time = simulation.Time,
            Wake = () => _isWoken = true,
            Redact = text => simulation.RedactionFails
                ? throw new InvalidOperationException("a defect")
                : text.Replace("hunter2", "***", StringComparison.Ordinal),
        };
    }

    public int Id { get; }

    public PlanRun Run { get; }

    public RunOutcome? Last { get; private set; }

    public int Advances { get; private set; }

    public bool IsDead { get; private set; }

    /// <summary>Something outside happened: the object or a target changed.</summary>
    public void Wake() => _isWoken = true;

    /// <inheritdoc />
    public CancellationToken Ended { get; set; }

    public void EnsureMayAct()
    {
        if (_simulation.World.Leader is { } leader && leader != Id)
        {
            throw new ActRefusedException($"process {leader} leads");
        }
    }

    /// <summary>One small step of this process; false if it only waits.</summary>
    public bool Move()
    {
        if (_advance.IsFaulted)
        {
            // It has ended: this throws what it threw, and waits for nothing.
            _advance.GetAwaiter().GetResult();
        }

        if (_isWoken && _advance.IsCompleted)
        {
            _isWoken = false;
            _advance = _scheduler.Start(ReconcileAsync);
        }

        if (_scheduler.IsIdle)
        {
            return false;
        }

        _scheduler.Move();
        return true;
    }

    /// <summary>A place where the process may be killed, and dawdles.</summary>
    public async Task PointAsync(string name)
    {
        IsDead = _simulation.Dies(name);
        if (IsDead)
        {
            await new TaskCompletionSource().Task;
        }

        await DawdleAsync();
    }

    public async Task DawdleAsync()
    {
        for (var i = _random.Next(3); i > 0; i--)
        {
            await Task.Yield();
        }

        if (_simulation.Slowness > TimeSpan.Zero && _random.Next(4) == 0)
        {
            await Task.Delay(_simulation.Slowness * _random.NextDouble(), _simulation.Time);
        }
    }

    private async Task ReconcileAsync()
    {
        Advances++;
        try
        {
            var version = _simulation.ReadableVersion();
            var controls = _simulation.Controls;
            Last = await Run.AdvanceAsync(
                _simulation.Store.Read(version), controls, _environment,
                (plan, outcome, _) => SaveAsync(version, plan, outcome), CancellationToken.None);
            _simulation.Controls = _simulation.Controls with
            {
                Retry = !controls.Retry && _simulation.Controls.Retry,
                AccessChanged = !controls.AccessChanged && _simulation.Controls.AccessChanged,
            };
            WakeAfter(Last.RequeueAfter);
        }
        catch (StoreException)
        {
            WakeAfter(TimeSpan.FromSeconds(1));
        }
    }

    private async Task SaveAsync(int version, Drydock.Crds.Plans.PlanProgress plan, RunOutcome outcome)
    {
        if (_simulation.Store.IsSame(version, plan, outcome) && !outcome.Acts)
        {
            return;
        }

        await PointAsync("write: before");
        _simulation.Write(version, plan, outcome);
        await PointAsync("write: after");
    }

    private void WakeAfter(TimeSpan? wait)
    {
        _timer?.Dispose();
        _timer = wait is { } due
            ? _simulation.Time.CreateTimer(_ => _isWoken = true, null, due, Timeout.InfiniteTimeSpan)
            : null;
    }
}
