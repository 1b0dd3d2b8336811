using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The frame with a kind, on an in-memory API server and a clock that the test moves.</summary>
internal abstract class RunWorld<TEntity, TSpec, TStatus> : IReconcileTrigger
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private const string Name = "up";
    private const int MostSteps = 20_000;

    private readonly List<WorldScheduler> _thawed = [];
    private WorldScheduler _scheduler = new();
    private Leadership _leadership = new();
    private RunController<TEntity>? _controller;
    private Task<ReconciliationResult<TEntity>>? _reconcile;
    private ITimer? _later;
    private bool _woken;
    private int _plans;

    /// <param name="time">The clock of what the kind works on; null for one of its own.</param>
    /// <param name="api">The API server of what the kind works on; null for one of its own.</param>
    protected RunWorld(
        string space, JsonSerializerOptions json, ManualTimeProvider? time = null, FakeKubernetes? api = null)
    {
        Space = space;
        Time = time ?? new ManualTimeProvider();
        Api = api ?? new FakeKubernetes(json, Time);
        Api.Create(new V1Namespace { Metadata = new V1ObjectMeta { Name = Space } });
    }

    /// <summary>The kind, as a new process composes it.</summary>
    protected abstract RunKind Kind { get; }

    /// <summary>The namespace.</summary>
    protected string Space { get; }

    /// <summary>Of the present process: it leads until another one takes over.</summary>
    protected IActFence Fence => _leadership;

    public ManualTimeProvider Time { get; }

    public FakeKubernetes Api { get; }

    public WorldEvents Events { get; } = new();

    public WorldLogs Logs { get; } = new();

    public TEntity? Found => Api.Find<TEntity>(Space, Name);

    public TStatus Status => Found?.Status ?? new TStatus();

    public int Claims => Api.All<V1Lease>("drydock").Count;

    /// <summary>Succeeded, and nothing is held any more.</summary>
    public bool IsOver =>
        Is("Succeeded") && Is("Ready") && Claims == 0 && Found!.Metadata.Finalizers is not { Count: > 0 };

    public bool Is(string condition) => Status.Conditions.Exists(c => c.Type == condition && c.Status == "True");

    /// <summary>Whether a preflight has stored a plan.</summary>
    public bool HasPlan => Status.Plan is not null;

    /// <summary>What approves the stored plan.</summary>
    public string PlanWord => Word.For(HoldMatcher.Plan, Status.Plan!);

    /// <summary>Whether all steps of a phase are done, in the upgrade or its rollback.</summary>
    public bool IsPast(string phase) => Status.Plans.SelectMany(p => p.Steps).Where(s => s.Phase == phase).ToList()
        is { Count: > 0 } steps && steps.TrueForAll(s => s.State == StepState.Succeeded);

    public string? ReasonOf(string condition) => Status.Conditions.Find(c => c.Type == condition)?.Reason;

    protected void Create(TSpec spec, params IReadOnlyList<(string Key, string Value)> annotations)
    {
        Api.Create(new TEntity
        {
            Kind = Kind.Names.Kind,
            Metadata = new V1ObjectMeta
            {
                Name = Name,
                Namespace = Space,
                Generation = 1,
                Annotations = annotations.ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal)
            },
            Spec = spec,
        });
        _woken = true;
    }

    public void Edit(Func<TSpec, TSpec> change)
    {
        var present = Found!;
        Api.Update(present with { Spec = change(present.Spec) });
        _woken = true;
    }

    public void Annotate(string key, string value)
    {
        Api.PatchMetadata<TEntity>(Space, Name, m => m with
        {
            Annotations = new Dictionary<string, string>(
                m.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                [key] = value
            }
        });
        _woken = true;
    }

    /// <summary>The retry that counts now.</summary>
    public string RetryWord => Word.For(Word.Retry, Status.Retried());

    public void Retry() => Annotate(Annotations.Retry, RetryWord);

    public void Unannotate(string key)
    {
        Api.PatchMetadata<TEntity>(Space, Name, m =>
            m with { Annotations = m.Annotations!.Where(a => a.Key != key).ToDictionary(StringComparer.Ordinal) });
        _woken = true;
    }

    /// <summary>The object is replaced by its manifest alone, as by <c>kubectl replace</c>.</summary>
    public void Replace()
    {
        Api.PatchMetadata<TEntity>(Space, Name, m => m with { Annotations = null, Finalizers = null });
        _woken = true;
    }

    public void Delete()
    {
        Api.Delete<TEntity>(Space, Name);
        _woken = true;
    }

    /// <summary>
    /// The object goes without anybody having let go of anything, as if its finalizers had been taken away by hand
    /// while no operator ran.
    /// </summary>
    public void Vanish()
    {
        Api.PatchMetadata<TEntity>(Space, Name, m => m with { Finalizers = null });

        Api.Delete<TEntity>(Space, Name);
        Restart();
    }

    /// <summary>
    /// The object goes, as if its finalizers had been taken away by hand, and another of its name comes before the
    /// operator heard of it.
    /// </summary>
    public void Recreate()
    {
        var spec = Found!.Spec;
        Api.PatchMetadata<TEntity>(Space, Name, m => m with { Finalizers = null });

        Api.Delete<TEntity>(Space, Name);
        Create(spec);
    }

    /// <summary>Another object claims a target.</summary>
    public string Claim(string target, string owner) => Api.Create(new V1Lease
    {
        Metadata = new V1ObjectMeta
        {
            Name = new ClaimTarget(target, []).Names(Space)[0],
            Namespace = "drydock",
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["drydock.dev/claimed-by"] = owner },
        },
        Spec = new V1LeaseSpec { HolderIdentity = "another" },
    }).Metadata.Name;

    /// <summary>It gives the claim back.</summary>
    public void Release(string claim) => Api.Delete<V1Lease>("drydock", claim);

    /// <summary>Another process brought the object to its end while this one was frozen.</summary>
    public void EndElsewhere()
    {
        var present = Found!;
        Api.UpdateStatus(present with
        {
            Status = present.Status! with
            {
                Phase = RunPhases.Succeeded,
                Target = present.Status.Target! with { Claim = null }
            }
        });
        Api.PatchMetadata<TEntity>(Space, Name, m => m with { Finalizers = null });

        _woken = true;
    }

    /// <summary>The status becomes an older copy of itself, as from a backup of etcd, and another process takes
    /// over.</summary>
    public void PutBack(TStatus status)
    {
        Restart();
        Overwrite(status);
    }

    /// <summary>The status becomes another one under the process.</summary>
    public void Overwrite(TStatus status)
    {
        Api.UpdateStatus(Found! with { Status = status });
        _woken = true;
    }

    /// <summary>Another process takes over; nothing of the former one runs any more.</summary>
    public void Restart()
    {
        _later?.Dispose();
        _leadership.IsLost = true;
        (_scheduler, _reconcile, _later) = (new WorldScheduler(), null, null);
        (_controller, _leadership) = (null, new Leadership());
        _woken = true;
    }

    /// <summary>The process freezes with a request in the wire, and another one takes over.</summary>
    /// <param name="at">The request.</param>
    /// <returns>Lets the frozen process continue: its request is carried out, if the server takes it.</returns>
    public Action Freeze(Func<KubernetesRequest, bool> at)
    {
        var (wire, former) = (new TaskCompletionSource(), _scheduler);
        var isFrozen = false;
        Api.Before = request =>
        {
            if (isFrozen || !at(request))
            {
                return Task.CompletedTask;
            }

            (isFrozen, Api.Before) = (true, null);
            return wire.Task;
        };
        RunUntil(() => isFrozen, "it freezes");
        Restart();
        return () =>
        {
            _thawed.Add(former);
            wire.SetResult();
        };
    }

    public void RunUntil(Func<bool> condition, string what, TimeSpan? within = null)
    {
        var until = Time.GetUtcNow() + (within ?? TimeSpan.FromHours(1));
        for (var steps = 0; !condition(); steps++)
        {
            if (steps > MostSteps || !Step(until))
            {
                throw new InvalidOperationException(
                    $"never: {what}; {Status.Phase}: {Status.Message}; {string.Join(" | ", Logs.Lines.TakeLast(3))}");
            }
        }
    }

    /// <summary>Lets this much time pass.</summary>
    public void RunFor(TimeSpan span)
    {
        var until = Time.GetUtcNow() + span;
        while (Step(until))
        {
            // Until nothing is left to be done before that time.
        }
    }

    public void Wake(string? @namespace, string name) => _woken = true;

    /// <summary>What a new process says of the object.</summary>
    public (bool StaysInert, TEntity Reduced) Inertness()
    {
        var controller = Controller();
        return (controller.StaysInert(Found!), controller.Reduce(Found!));
    }

    /// <summary>Reconciles the object once as if it were not inert, and returns when it wants to be reconciled
    /// again.</summary>
    public TimeSpan? ReconcileAwake() =>
        Now(new AwakeController(Kind, Services(), Writer, this).ReconcileAsync(Found!, CancellationToken.None))
            .RequeueAfter;

    private RunController<TEntity> Controller() => new(Kind, Services(), Writer, this);

    public EntityWriter<TEntity> Writer => new(Api, static _ => { });

    private ControllerServices Services() => new()
    {
        Kubernetes = Api,
        Claims = new TargetClaims(Api, "drydock", Time, Fence),
        Fence = _leadership,
        NewPlanId = () => $"plan{++_plans:D4}",
        Events = Events,
        Time = Time,
        Loggers = Logs,
    };

    // One small step of the process or of the clock; false if there is none before that time.
    private bool Step(DateTimeOffset until)
    {
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            if (Move())
            {
                return true;
            }

            if (Time.NextTimer is not { } next || Time.GetUtcNow() + next > until)
            {
                return false;
            }

            Time.Advance(next);
            return true;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    private bool Move()
    {
        if (_thawed.Find(s => !s.IsIdle) is { } former)
        {
            former.Move();
            return true;
        }

        if (_reconcile is { IsCompleted: true } ended)
        {
            _reconcile = null;
            _later = ended.Result.RequeueAfter is { } after
                ? Time.CreateTimer(_ => _woken = true, null, after, Timeout.InfiniteTimeSpan)
                : null;
            return true;
        }

        if (_reconcile is null && _woken)
        {
            _woken = false;
            _later?.Dispose();
            _later = null;
            if (Found is { } present)
            {
                // As the cache has it.
                var controller = _controller ??= Controller();
                _reconcile = _scheduler.Start(
                    () => controller.ReconcileAsync(controller.Reduce(present), CancellationToken.None));
            }

            return true;
        }

        if (_scheduler.IsIdle && (_reconcile is null || !_scheduler.WaitForArrival(TimeSpan.FromMinutes(1))))
        {
            return false;
        }

        _scheduler.Move();
        return true;
    }

    private sealed class Leadership : IActFence
    {
        public bool IsLost { get; set; }

        public void EnsureMayAct()
        {
            if (IsLost)
            {
                throw new ActRefusedException("another process leads");
            }
        }
    }

    private sealed class AwakeController(
        RunKind kind, ControllerServices services, EntityWriter<TEntity> writer, IReconcileTrigger trigger)
        : RunController<TEntity>(kind, services, writer, trigger)
    {
        protected override bool IsInert(TEntity entity) => false;
    }

    // The in-memory API answers at once.
    private static T Now<T>(Task<T> task) =>
        task.IsCompleted
            ? task.GetAwaiter().GetResult()
            : throw new InvalidOperationException("it did not answer at once");
}
