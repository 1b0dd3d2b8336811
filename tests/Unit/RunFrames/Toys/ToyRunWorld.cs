using System.Text.Json;
using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds;
using Drydock.Crds.Common;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.Common.Runs;
using Drydock.Tests.Unit.Kubernetes.Support;
using Drydock.Tests.Unit.Support;
using Drydock.Tests.Unit.World;

namespace Drydock.Tests.Unit.RunFrames.Toys;

/// <summary>The frame with the smallest kind, on an in-memory API server and a clock that the test moves.</summary>
internal sealed class ToyRunWorld : IActFence, IReconcileTrigger<ToyRun>, IEntityWriter<ToyRun>
{
    private const string Space = "toys";
    private const string Name = "up";
    private const int MostSteps = 20_000;
    private static readonly JsonSerializerOptions Json = KubernetesJson.CreateOptions(ToyRunContext.Default, CrdsJsonContext.Default);

    private WorldScheduler _scheduler = new();
    private RunController<ToyRun, ToyRunSpec, ToyRunStatus> _controller;
    private Task<ReconciliationResult<ToyRun>>? _reconcile;
    private ITimer? _later;
    private bool _woken;

    public ToyRunWorld()
    {
        Api = new InMemoryApi(Json, Time);
        _controller = Controller();
        Now(Api.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Space } }));
    }

    public ManualTimeProvider Time { get; } = new();

    public InMemoryApi Api { get; }

    public ToyRunTruth Truth { get; } = new();

    public WorldEvents Events { get; } = new();

    public WorldLogs Logs { get; } = new();

    public ToyRun? Found => Now(Api.GetAsync<ToyRun>(Name, Space));

    public ToyRunStatus Status => Found?.Status ?? new ToyRunStatus();

    public int Claims => Now(Api.ListAsync<V1Lease>("drydock")).Items.Count;

    /// <summary>Succeeded, and nothing is held any more.</summary>
    public bool IsOver => Is("Succeeded") && Is("Ready") && Claims == 0 && Found!.Metadata.Finalizers is not { Count: > 0 };

    public bool Is(string condition) => Status.Conditions.Exists(c => c.Type == condition && c.Status == "True");

    public string? ReasonOf(string condition) => Status.Conditions.Find(c => c.Type == condition)?.Reason;

    public ToyRunWorld Apply(Func<ToyRunSpec, ToyRunSpec>? change = null)
    {
        var spec = new ToyRunSpec();
        Now(Api.CreateAsync(new ToyRun { Metadata = new V1ObjectMeta { Name = Name, Namespace = Space, Generation = 1 }, Spec = change is null ? spec : change(spec) }));
        _woken = true;
        return this;
    }

    public void Edit(Func<ToyRunSpec, ToyRunSpec> change)
    {
        var present = Found!;
        Now(Api.UpdateAsync(present with { Spec = change(present.Spec), Metadata = present.Metadata with { Generation = present.Metadata.Generation + 1 } }));
        _woken = true;
    }

    public void Annotate(string key, string value)
    {
        var present = Found!;
        Now(Api.UpdateAsync(present with { Metadata = present.Metadata with { Annotations = new Dictionary<string, string>(present.Metadata.Annotations ?? [], StringComparer.Ordinal) { [key] = value } } }));
        _woken = true;
    }

    public void Delete()
    {
        Now(Api.DeleteAsync<ToyRun>(Name, Space));
        _woken = true;
    }

    /// <summary>Another process takes over; nothing of the former one runs any more.</summary>
    public void Restart()
    {
        _later?.Dispose();
        (_scheduler, _reconcile, _later) = (new WorldScheduler(), null, null);
        _controller = Controller();
        _woken = true;
    }

    public void RunUntil(Func<bool> condition, string what)
    {
        var until = Time.GetUtcNow() + TimeSpan.FromHours(1);
        for (var steps = 0; !condition(); steps++)
        {
            if (steps > MostSteps || !Step(until))
            {
                throw new InvalidOperationException($"never: {what}; {Status.Phase}: {Status.Message}; {string.Join(" | ", Logs.Lines.TakeLast(3))}");
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

    public void EnsureMayAct()
    {
        // It leads as long as it is moved.
    }

    public void Wake(string? @namespace, string name) => _woken = true;

    public Task<ToyRun> UpdateStatusAsync(ToyRun entity, CancellationToken cancellationToken = default) => Api.UpdateStatusAsync(entity, cancellationToken);

    public Task<ToyRun?> ReadAsync(ToyRun entity, CancellationToken cancellationToken = default) => Api.GetAsync<ToyRun>(Name, Space, cancellationToken);

    public Task<ToyRun> AddFinalizerAsync(ToyRun entity, string finalizer, CancellationToken cancellationToken = default) => Api.AddFinalizerAsync(entity, finalizer, cancellationToken);

    public Task<ToyRun?> RemoveFinalizerAsync(ToyRun entity, string finalizer, CancellationToken cancellationToken = default) => Api.RemoveFinalizerAsync(entity, finalizer, cancellationToken);

    private RunController<ToyRun, ToyRunSpec, ToyRunStatus> Controller() => new(
        new ToyRunKind(Truth).Kind,
        new RunServices
        {
            Kubernetes = Api,
            Claims = new TargetClaims(Api, "drydock", Time),
            Fence = this,
            Events = Events,
            Time = Time,
            Loggers = Logs,
        },
        this,
        this);

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
        if (_reconcile is { IsCompleted: true } ended)
        {
            _reconcile = null;
            _later = ended.Result.RequeueAfter is { } after ? Time.CreateTimer(_ => _woken = true, null, after, Timeout.InfiniteTimeSpan) : null;
            return true;
        }

        if (_reconcile is null && _woken)
        {
            _woken = false;
            _later?.Dispose();
            _later = null;
            if (Found is { } present)
            {
                _reconcile = _scheduler.Start(() => _controller.ReconcileAsync(present, CancellationToken.None));
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

    // The in-memory API answers at once.
    private static T Now<T>(Task<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("it did not answer at once");
}
