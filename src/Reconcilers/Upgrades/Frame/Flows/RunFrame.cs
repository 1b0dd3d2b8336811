namespace Drydock.Reconcilers.Upgrades;

/// <summary>The shared parts of the flows of one kind.</summary>
internal sealed class RunFrame(RunKind kind, ControllerServices services, IRunStore store)
{
    private const int MostPasses = 8;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _passes = new(StringComparer.Ordinal);

    public RunKind Kind => kind;

    public ControllerServices Services => services;

    public IRunStore Store => store;

    public StatusProjection Projection { get; } = new(kind, services.NewPlanId);

    public DateTimeOffset Now => services.Time.GetUtcNow();

    /// <summary>The passes of preflight that may run at once for a namespace, so that its objects do not take
    /// everything.</summary>
    public SemaphoreSlim PassesOf(string? space) =>
        _passes.GetOrAdd(space ?? "", static _ => new SemaphoreSlim(MostPasses, MostPasses));

    public DueTime Due => DueTime.Read(services.Kubernetes, services.Time);
}

/// <summary>One reconcile of one object: the object as it is stored now, and what this process keeps of it.</summary>
internal sealed class RunReconcile(
    RunFrame frame, RunSession session, RunObject entity, CancellationToken cancellationToken)
{
    public RunObject Entity { get; private set => field = value with { Marks = session.Marks }; } =
        entity with { Marks = session.Marks };

    public RunSpec Spec => Entity.Spec;

    /// <summary>A new one before the first write.</summary>
    public RunStatus Status => Entity.Status ?? frame.Kind.NewStatus();

    public V1ObjectMeta Metadata => Entity.Metadata;

    public bool IsDeleted => Metadata.DeletionTimestamp is not null;

    public RunSession Session => session;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Changes the state that is reported of a plan under way (deletion).</summary>
    public Func<RunStatusSummary, RunStatusSummary> Adjust { get; set; } = static summary => summary;

    /// <summary>Writes the status; if <paramref name="always"/> also if it does not differ.</summary>
    public async Task WriteAsync(RunStatus status, bool always = false) => Entity = await frame.Store.WriteAsync(
        Entity, frame.Projection.Numbered(Entity.Status, status), always, cancellationToken);

    public Task WriteAsync(RunStatus status, RunStatusSummary summary) =>
        WriteAsync(frame.Projection.Compose(Entity, status, summary, frame.Now));

    /// <summary>Reports that the run cannot continue now.</summary>
    public Task StalledAsync(string reason, string message) => WriteAsync(
        Status, new RunStatusSummary(RunOutcomeKind.Stalled, Status.Phase ?? RunPhases.Pending, reason, message));

    public async Task AddFinalizerAsync() => Entity = await frame.Store.AddFinalizerAsync(Entity, cancellationToken);

    /// <summary>Releases the claims by a status. If the object changed since, the next turn claims the target again
    /// before it continues the run.</summary>
    public Task ReleaseClaimAsync(TargetStatus target)
    {
        session.ClaimSeen = false;
        return frame.Services.Claims.ReleaseAsync(Entity.Entity, target, cancellationToken);
    }

    public async Task RemoveFinalizerAsync() =>
        Entity = await frame.Store.RemoveFinalizerAsync(Entity, cancellationToken);

    /// <summary>Works beside the reconcile with the present targets, within a time limit and the leadership of this
    /// process, and reconciles the object at the end.</summary>
    /// <param name="places">Where a place is waited for before the time begins.</param>
    public async Task<T> BesideAsync<T>(
        string limit,
        Func<IRunTargets, CancellationToken, Task<T>> work,
        Func<IRunTargets, Exception, T> failed,
        SemaphoreSlim? places = null)
    {
        var (held, begun, hasPlace) = (session.Hold(), Entity, false);
        await Task.Yield();
        try
        {
            await (places?.WaitAsync(frame.Services.Fence.Ended) ?? Task.CompletedTask);
            hasPlace = true;
            using var time = new CancellationTokenSource(Timers.Parse(limit), frame.Services.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, frame.Services.Fence.Ended);
            return await work(held.Targets, either.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return failed(held.Targets, exception);
        }
        finally
        {
            if (hasPlace)
            {
                places?.Release();
            }

            await held.DisposeAsync();

            // Outside this task, so that the woken caller finds it finished; on the scheduler of the caller, like the
            // jobs of the engine.
            _ = Task.Factory.StartNew(
                () => frame.Store.Wake(begun),
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Current);
        }
    }
}
