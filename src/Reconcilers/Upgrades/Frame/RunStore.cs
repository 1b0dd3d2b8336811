using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Writes to the objects of one kind, reports events about them and wakes them.</summary>
internal interface IRunStore
{
    /// <summary>Writes a status, shortened if the server refuses it; returns the object as stored.</summary>
    /// <exception cref="KubernetesException">The server accepted neither this status nor a shortened one, or the
    /// outcome is unknown.</exception>
    Task<RunObject> WriteStatusAsync(RunObject entity, RunStatus status, CancellationToken cancellationToken);

    /// <summary>See <see cref="IEntityWriter{TEntity}.AddFinalizerAsync"/>.</summary>
    Task<RunObject> AddFinalizerAsync(RunObject entity, string finalizer, CancellationToken cancellationToken);

    /// <summary>See <see cref="IEntityWriter{TEntity}.RemoveFinalizerAsync"/>.</summary>
    Task<RunObject?> RemoveFinalizerAsync(RunObject entity, string finalizer, CancellationToken cancellationToken);

    /// <summary>Reports an event of the ordinary course.</summary>
    void Normal(RunObject entity, string reason, string message);

    /// <summary>Reports an event that an administrator should look at.</summary>
    void Warning(RunObject entity, string reason, string message);

    /// <summary>Reconciles the object as soon as possible. From any thread; does not block.</summary>
    void Wake(RunObject entity);
}

/// <inheritdoc cref="IRunStore" />
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class RunStore<TEntity>(
    RunKind kind, IEntityWriter<TEntity> writer, IReconcileTrigger<TEntity> trigger, IEventRecorder events) : IRunStore
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
