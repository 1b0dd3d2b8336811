using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life of the operator as far as the engine goes: it advances the stored plan and dies where its fate says.
/// </summary>
internal sealed class TiDbLife : IActFence, IApiLife
{
    private readonly TiDbWorld _world;
    private readonly Func<PlanProgress, RunControls, RunEnvironment, Func<
        PlanProgress, RunOutcome, CancellationToken, Task>, CancellationToken, Task<RunOutcome>> _run;
    private readonly Action _worldChanged;
    private readonly StepCatalog<TiDbTargets> _catalog;
    private Task<RunOutcome>? _advance;
    private ITimer? _timer;
    private int _woken = 1;

    public TiDbLife(TiDbWorld world, int id)
    {
        (_world, Id, Looks) = (world, id, new WorldLooks(world.Time));

        // It ends as a killed process does: nobody disposes of it.
        var run = new PlanRun(new Random(1));
        (_run, _worldChanged) = (run.AdvanceAsync, run.WorldChanged);
        Targets = new TiDbTargets(TiDbWorldTargets.Of(world, this), new TiDbWorldSql(world, this));
        _catalog = new StepCatalog<TiDbTargets>(Targets);
    }

    public int Id { get; }

    public WorldScheduler Scheduler { get; } = new();

    public TiDbTargets Targets { get; }

    public RunOutcome? Outcome { get; private set; }

    public bool IsDead { get; private set; }

    public WorldLooks Looks { get; }

    /// <summary>Lets this life continue with the request at which it froze; null if it did not.</summary>
    public Action? Thaw { get; private set; }

    public string Thrown { get; private set; } = "";

    public void EnsureMayAct()
    {
        if (!_world.MayAct || _world.Frozen == this)
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

    public Task<T> WriteAsync<T>(ApiCall call, Func<T> carryOut) =>
        ChangeAsync($"{call}", carryOut, () => _world.Objects.Refusal(ApiFault.LostAnswer, call));

    /// <summary>Something that changes the world, at a numbered point.</summary>
    /// <param name="late">How the target refuses it once the look it was decided from is old; null if it does
    /// not.</param>
    public Task<T> ChangeAsync<T>(
        string what, Func<T> carryOut, Func<Exception>? unclear = null, Func<Exception>? late = null)
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
            case Fate.Pause:
                var wire = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
                Thaw = () =>
                {
                    Thaw = null;
                    _ = wire.TrySetFromTask(late is null ? Answer(carryOut) : Task.FromException<T>(late()));
                };
                return wire.Task;
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
        if (IsDead || Thaw is not null)
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
                _timer = Outcome.RequeueAfter is { } after
                    ? _world.Time.CreateTimer(_ => Wake(), null, after, Timeout.InfiniteTimeSpan)
                    : null;
            }
        }

        if (_advance is null && _world.Stored is { } plan && Interlocked.Exchange(ref _woken, 0) == 1)
        {
            _advance = Scheduler.Start(() => AdvanceAsync(plan));
        }

        if (Scheduler.IsIdle
            && (_advance is null or { IsCompleted: true } || !Scheduler.WaitForArrival(TimeSpan.FromMinutes(1))))
        {
            return _advance is { IsCompleted: true };
        }

        Scheduler.Move();
        return true;
    }

    private Task<RunOutcome> AdvanceAsync(PlanProgress plan)
    {
        var (controls, read) = (_world.Controls, plan);
        _world.Controls = controls with { Retry = false };
        return _run(
            plan,
            controls,
            new RunEnvironment
            {
                OwnerUid = _world.Upgrade.Metadata.Uid!,
                Catalog = _catalog,
                Fence = this,
                Time = _world.Time,
                Wake = Wake
            },
            (next, _, _) => ChangeAsync(
                "status",
                () =>
                {
                    if (_world.Stored != read)
                    {
                        throw new IOException("409: the object has another version");
                    }

                    _world.Stored = read = next;
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
