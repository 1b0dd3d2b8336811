using Drydock.Crds.Controllers;
using Drydock.Crds.Values;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life of the operator: the real controller on the world, from its start to its death. Drives it as the controller
/// host would.
/// </summary>
internal sealed class OperatorLife : IActFence, IReconcileTrigger, IApiLife
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestHop = TimeSpan.FromMinutes(1);

    private readonly OmsWorld _world;
    private readonly Func<OmsUpgrade, CancellationToken, Task<ReconciliationResult<OmsUpgrade>>> _look;
    private readonly Func<OmsUpgrade, CancellationToken, Task<ReconciliationResult<OmsUpgrade>>> _forget;
    private readonly HashSet<(string? Namespace, string Name)> _woken = [];
    private readonly Dictionary<(string? Namespace, string Name), ITimer> _timers = [];
    private readonly Dictionary<(string? Namespace, string Name), OmsUpgrade> _known = [];
    private (string? Namespace, string Name) _current;
    private Task<ReconciliationResult<OmsUpgrade>>? _reconcile;

    public OperatorLife(OmsWorld world, int id)
    {
        (_world, Id) = (world, id);
        Scheduler = new WorldScheduler(world.Random);
        Docker = WorldDocker.Endpoints(world, this);
        var kubernetes = new LifeKubernetes(world.Api, this);
        Services = new OmsServices
        {
            Kubernetes = kubernetes,
            Docker = Docker,
            Metadata = target => new WorldMetadata(world, this, target),
            Archives = world.Archives,
            Api = target => new HttpOmsApi(target, new WorldConsoleHttp(world, this, target), world.Time),
            BackupStorage = world.BackupStorage,
            SnapshotChanges = SnapshotChanges,
            Claims = new TargetClaims(kubernetes, OmsWorld.OperatorNamespace, world.Time, this),
            Fence = this,
            NewPlanId = world.NextPlanId,
            Events = world.Events,
            Time = world.Time,
            Loggers = world.Logs,
        };

        // It ends as a killed process does: nobody disposes of it.
        var controller = new OmsUpgradeController(
            Services,
            new EntityWriter<OmsUpgrade>(kubernetes, static _ => { }),
            this);
        (_look, _forget) =
            ((upgrade, token) => controller.ReconcileAsync(controller.Reduce(upgrade), token), controller.DeletedAsync);
        foreach (var upgrade in world.Api.All<OmsUpgrade>())
        {
            Wake(upgrade.Metadata.Namespace, upgrade.Metadata.Name);
        }
    }

    public int Id { get; }

    public WorldScheduler Scheduler { get; }

    public DockerEndpoints Docker { get; }

    public OmsServices Services { get; }

    public AsyncSignal SnapshotChanges { get; } = new();

    public bool IsDead { get; private set; }

    /// <summary>Called late, it delivers the request that was in the wire when this life froze.</summary>
    public Action? LateRequest { get; private set; }

    /// <summary>Lets this life continue with the request at which it froze; null if it did not.</summary>
    public Action? Thaw { get; private set; }

    /// <summary>What reconciliations threw.</summary>
    public List<Exception> Thrown { get; } = [];

    public int Reconciles { get; private set; }

    /// <summary>What it is about, for a test that waits in vain.</summary>
    public string Occupation =>
        $"{_current.Name} {_reconcile?.Status}, woken for {string.Join(' ', _woken.Select(w => w.Name))}, timers "
        + $"{string.Join(' ', _timers.Keys.Select(w => w.Name))}";

    /// <inheritdoc />
    public void EnsureMayAct()
    {
        if (_world.Leader is { } leader && leader != Id)
        {
            throw new ActRefusedException($"life {leader} leads");
        }
    }

    /// <inheritdoc />
    public void Wake(string? @namespace, string name)
    {
        lock (_woken)
        {
            _woken.Add((@namespace, name));
        }
    }

    /// <summary>Something that only looks.</summary>
    public Task<T> LookAsync<T>(Func<T> look)
    {
        if (IsDead)
        {
            return Never<T>();
        }

        _world.Looks++;
        return Answer(look);
    }

    /// <inheritdoc />
    public Task<T> WriteAsync<T>(ApiCall call, Func<T> carryOut) => ChangeAsync(
        $"{call}",
        carryOut,
        call.Verb == "status",
        call.Verb is "status" or "patch" ? () => _world.Api.Refusal(ApiFault.Conflict, call) : null,
        () => _world.Api.Refusal(ApiFault.LostAnswer, call));

    /// <summary>Something that changes the world, at a numbered point.</summary>
    public Task<T> ChangeAsync<T>(
        string what,
        Func<T> carryOut,
        bool isStatusWrite = false,
        Func<Exception>? conflict = null,
        Func<Exception>? unclear = null)
    {
        if (IsDead)
        {
            return Never<T>();
        }

        switch (_world.FateAt(what, isStatusWrite))
        {
            case Fate.DieBefore:
                Die();
                return Never<T>();
            case Fate.Freeze:
                Die();
                LateRequest = () => _ = Answer(carryOut).Exception;
                return Never<T>();
            case Fate.Pause:
                _world.Metadata.SessionsOfDead(this);
                var wire = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
                Thaw = () =>
                {
                    Thaw = null;
                    _ = wire.TrySetFromTask(Answer(carryOut));
                };
                return wire.Task;
            case Fate.Conflict when conflict is not null:
                return Task.FromException<T>(conflict());
            case Fate.ServerError when unclear is not null:
                return Task.FromException<T>(unclear());
            case Fate.LostAnswer when unclear is not null:
                _ = Answer(carryOut).Exception;
                return Task.FromException<T>(unclear());
            case Fate.DieAfter:
                _ = Answer(carryOut).Exception;
                Die();
                return Never<T>();
            default:
                return Answer(carryOut);
        }
    }

    /// <summary>The process is gone: its sessions break, its continuations never run.</summary>
    public void Die()
    {
        IsDead = true;
        _world.Metadata.SessionsOfDead(this);
    }

    /// <summary>One small step of this life; false if it only waits.</summary>
    public bool Move()
    {
        if (IsDead || Thaw is not null)
        {
            return false;
        }

        if (_reconcile is { IsCompleted: true } ended)
        {
            _reconcile = null;
            Settle(ended);
        }

        // A wake for what is gone starts nothing.
        while (_reconcile is null && Begin())
        {
        }

        if (Scheduler.IsIdle && (_reconcile is null or { IsCompleted: true } || !Scheduler.WaitForArrival(LongestHop)))
        {
            return _reconcile is { IsCompleted: true };
        }

        Scheduler.Move();
        return true;
    }

    private bool Begin()
    {
        lock (_woken)
        {
            if (_woken.Count == 0)
            {
                return false;
            }

            _current = _woken.OrderBy(k => k.Name, StringComparer.Ordinal).First();
            _woken.Remove(_current);
        }

        if (_timers.Remove(_current, out var timer))
        {
            timer.Dispose();
        }

        if (_world.Api.Find<OmsUpgrade>(_current.Namespace, _current.Name) is { } newest)
        {
            var present = _world.CacheIsBehind && _known.TryGetValue(_current, out var seen)
                && seen.Metadata.Uid == newest.Metadata.Uid
                ? seen
                : newest;
            _known[_current] = newest;
            Reconciles++;
            _reconcile = Scheduler.Start(() => _look(present, CancellationToken.None));
        }
        else if (_known.Remove(_current, out var gone))
        {
            _reconcile = Scheduler.Start(() => _forget(gone, CancellationToken.None));
        }

        return true;
    }

    private void Settle(Task<ReconciliationResult<OmsUpgrade>> ended)
    {
        TimeSpan? after;
        if (ended.Exception is { } fault)
        {
            Thrown.Add(fault.InnerException ?? fault);
            after = AfterFault;
        }
        else
        {
            after = ended.Result.RequeueAfter;
        }

        var key = _current;
        if (after is { } due)
        {
            _timers[key] = _world.Time.CreateTimer(
                _ => Wake(key.Namespace, key.Name), null, Timers.Clamp(due), Timeout.InfiniteTimeSpan);
        }
    }

    private Task<T> Answer<T>(Func<T> act)
    {
        _world.Actor = Id;
        try
        {
            return Task.FromResult(act());
        }
        catch (Exception exception)
        {
            return Task.FromException<T>(exception);
        }
        finally
        {
            _world.Actor = 0;
        }
    }

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;
}
