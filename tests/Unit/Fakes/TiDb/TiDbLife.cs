using Drydock.Abstractions.Plans;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life of the operator as far as the engine goes: it advances the stored plan and dies where its fate says.
/// </summary>
internal sealed class TiDbLife : IActFence
{
    private readonly TiDbWorld _world;
    private readonly Func<Plan, RunControls, RunEnvironment, Func<Plan, RunOutcome, CancellationToken, Task>, CancellationToken, Task<RunOutcome>> _run;
    private readonly Action _worldChanged;
    private readonly StepCatalog<TiDbTargets> _catalog;
    private Task<RunOutcome>? _advance;
    private ITimer? _timer;
    private int _woken = 1;

    public TiDbLife(TiDbWorld world, int id)
    {
        (_world, Id) = (world, id);

        // It ends as a killed process does: nobody disposes of it.
        var run = new PlanRun(new Random(1));
        (_run, _worldChanged) = (run.AdvanceAsync, run.WorldChanged);
        Targets = new TiDbTargets(new TiDbWorldTargets(world, this), new TiDbWorldSql(world, this));
        _catalog = new StepCatalog<TiDbTargets>(Targets);
    }

    public int Id { get; }

    public WorldScheduler Scheduler { get; } = new();

    public TiDbTargets Targets { get; }

    public RunOutcome? Outcome { get; private set; }

    public bool IsDead { get; private set; }

    public string Thrown { get; private set; } = "";

    public void EnsureMayAct()
    {
        if (!_world.MayAct)
        {
            throw new ActRefusedException("another process leads");
        }
    }

    public void Wake() => Interlocked.Exchange(ref _woken, 1);

    public void WorldChanged()
    {
        _worldChanged();
        Wake();
    }

    public void Die() => IsDead = true;

    public Task<T> LookAsync<T>(Func<T> look) => IsDead ? Never<T>() : Answer(look);

    /// <summary>Something that changes the world, at a numbered point.</summary>
    public Task<T> ChangeAsync<T>(string what, Func<T> carryOut, Func<Exception>? unclear = null)
    {
        if (IsDead)
        {
            return Never<T>();
        }

        switch (_world.FateAt(what))
        {
            case Fate.DieBefore:
                Die();
                return Never<T>();
            case Fate.DieAfter:
                _ = Answer(carryOut).Exception;
                Die();
                return Never<T>();
            case Fate.ServerError when unclear is not null:
                return Task.FromException<T>(unclear());
            case Fate.LostAnswer when unclear is not null:
                _ = Answer(carryOut).Exception;
                return Task.FromException<T>(unclear());
            default:
                return Answer(carryOut);
        }
    }

    /// <summary>One small step of this life; false if it only waits.</summary>
    public bool Move()
    {
        if (IsDead)
        {
            return false;
        }

        if (_advance is { IsCompleted: true } ended)
        {
            _advance = null;
            if (ended.Exception is { } fault)
            {
                Thrown = fault.InnerException?.Message ?? fault.Message;
                _timer = _world.Time.CreateTimer(_ => Wake(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            }
            else
            {
                Outcome = ended.Result;
                _timer?.Dispose();
                _timer = Outcome.RequeueAfter is { } after ? _world.Time.CreateTimer(_ => Wake(), null, after, Timeout.InfiniteTimeSpan) : null;
            }
        }

        if (_advance is null && _world.Stored is { } plan && Interlocked.Exchange(ref _woken, 0) == 1)
        {
            _advance = Scheduler.Start(() => AdvanceAsync(plan));
        }

        if (Scheduler.IsIdle && (_advance is null or { IsCompleted: true } || !Scheduler.WaitForArrival(TimeSpan.FromMinutes(1))))
        {
            return _advance is { IsCompleted: true };
        }

        Scheduler.Move();
        return true;
    }

    private Task<RunOutcome> AdvanceAsync(Plan plan)
    {
        var controls = _world.Controls;
        _world.Controls = controls with { Retry = false };
        return _run(
            plan,
            controls,
            new RunEnvironment { OwnerUid = _world.Upgrade.Metadata.Uid!, Catalog = _catalog, Fence = this, Time = _world.Time, Wake = Wake },
            (next, _, _) => ChangeAsync(
                "status",
                () =>
                {
                    _world.Stored = next;
                    return true;
                },
                () => new IOException("the answer was 500 or never came")),
            CancellationToken.None);
    }

    private Task<T> Answer<T>(Func<T> act)
    {
        try
        {
            _world.Flow();
            return Task.FromResult(act());
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;
}
