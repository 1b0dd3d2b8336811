namespace Drydock.Reconcilers.Upgrades;

/// <summary>The shared parts of the flows of one kind.</summary>
/// <param name="forget">Ends what this process keeps of an object.</param>
internal sealed class RunFrame(
    RunKind kind, ControllerServices services, IReconcileTrigger trigger, Func<IKubernetesObject, Task> forget)
{
    private const int MostPasses = 8;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _passes = new(StringComparer.Ordinal);

    public RunKind Kind => kind;

    public ControllerServices Services => services;

    public StatusProjection Projection { get; } = new(kind, services.NewPlanId);

    /// <summary>The passes of preflight that may run at once for a namespace, so that its objects do not take
    /// everything.</summary>
    public SemaphoreSlim PassesOf(string? space) =>
        _passes.GetOrAdd(space ?? "", static _ => new SemaphoreSlim(MostPasses, MostPasses));

    public DueTime Due => DueTime.Read(services.Kubernetes, services.Time);

    public Turn TurnOf(RunSession session, RunObject entity) => new(
        kind, session, entity with { Marks = session.Marks }, services.Time.GetUtcNow(), Due);

    /// <summary>Reconciles the object as soon as possible. From any thread; does not block.</summary>
    public void Wake(RunObject entity) => trigger.Wake(entity.Metadata.Namespace, entity.Metadata.Name);

    public Task ForgetAsync(RunObject entity) => forget(entity.Entity);
}
