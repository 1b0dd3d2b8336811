namespace Drydock.Reconcilers.Upgrades;

/// <summary>Writes to the objects of one kind, reports events about them and wakes them.</summary>
internal interface IRunStore
{
    /// <summary>Writes a status, shortened if the server refuses it; returns the object as stored.</summary>
    /// <exception cref="KubernetesException">The server accepted neither this status nor a shortened one, or the
    /// outcome is unknown.</exception>
    Task<RunObject> WriteStatusAsync(RunObject entity, RunStatus status, CancellationToken cancellationToken);

    Task<RunObject> AddFinalizerAsync(RunObject entity, string finalizer, CancellationToken cancellationToken);

    Task<RunObject?> RemoveFinalizerAsync(RunObject entity, string finalizer, CancellationToken cancellationToken);

    void Normal(RunObject entity, string reason, string message);

    void Warning(RunObject entity, string reason, string message);

    /// <summary>Reconciles the object as soon as possible. From any thread; does not block.</summary>
    void Wake(RunObject entity);
}

internal sealed class RunStore<TEntity>(
    RunKind kind, EntityWriter<TEntity> writer, IReconcileTrigger trigger, IEventRecorder events) : IRunStore
    where TEntity : class, IKubernetesObject
{
    public async Task<RunObject> WriteStatusAsync(
        RunObject entity, RunStatus status, CancellationToken cancellationToken) =>
        kind.Read(await StatusWrites.WriteAsync(
            writer,
            events,
            Of(entity),
            status,
            kind.StatusJson,
            (e, s) => (TEntity)kind.WithStatus(e, s),
            cancellationToken));

    public async Task<RunObject> AddFinalizerAsync(
        RunObject entity, string finalizer, CancellationToken cancellationToken) =>
        kind.Read(await writer.AddFinalizerAsync(Of(entity), finalizer, cancellationToken));

    public async Task<RunObject?> RemoveFinalizerAsync(
        RunObject entity, string finalizer, CancellationToken cancellationToken) =>
        await writer.RemoveFinalizerAsync(Of(entity), finalizer, cancellationToken) is { } left
            ? kind.Read(left)
            : null;

    public void Normal(RunObject entity, string reason, string message) => events.Normal(Of(entity), reason, message);

    public void Warning(RunObject entity, string reason, string message) => events.Warning(Of(entity), reason, message);

    public void Wake(RunObject entity) => trigger.Wake(entity.Metadata.Namespace, entity.Metadata.Name);

    private static TEntity Of(RunObject entity) => (TEntity)entity.Entity;
}

/// <summary>An object of any kind, as the flows of the frame see it.</summary>
/// <param name="Spec">Its spec as the run follows it, with what annotations add
/// (<see cref="ControlAnnotations.Apply"/>).</param>
/// <param name="Status">Its status; null before the first write.</param>
internal sealed record RunObject(IKubernetesObject Entity, RunSpec Spec, RunStatus? Status)
{
    public V1ObjectMeta Metadata => Entity.Metadata;

    public RunSpec Written { get; init; } = Spec;
}

/// <summary>How every kind writes its status: within the bounds of the schema and the budget, and again, shortened, if
/// the server refuses it.</summary>
internal static class StatusWrites
{
    public static TStatus Fit<TStatus>(TStatus? stored, TStatus status, JsonTypeInfo type)
        where TStatus : ObservedStatus => StatusBudget.Fit(status, type, refused: StatusBudget.WasRefused(stored));

    /// <summary>Writes a status that fits.</summary>
    /// <exception cref="KubernetesException">The server accepted neither this status nor a shortened one, or the
    /// outcome is unknown.</exception>
    public static async Task<TEntity> WriteAsync<TEntity, TStatus>(
        EntityWriter<TEntity> writer,
        IEventRecorder events,
        TEntity entity,
        TStatus status,
        JsonTypeInfo type,
        Func<TEntity, TStatus, TEntity> with,
        CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
        where TStatus : ObservedStatus
    {
        try
        {
            return await writer.UpdateStatusAsync(with(entity, status), cancellationToken);
        }
        catch (KubernetesApiException exception) when (
            exception is KubernetesRequestTooLargeException or KubernetesInvalidException)
        {
            var written = await writer.UpdateStatusAsync(
                with(entity, StatusBudget.Fit(status, type, refused: true)), cancellationToken);
            events.Warning(
                written,
                Reasons.StatusShortened,
                "The API server refused the status, so the operator wrote it with shortened texts. "
                + $"{exception.Message}");
            return written;
        }
    }
}
