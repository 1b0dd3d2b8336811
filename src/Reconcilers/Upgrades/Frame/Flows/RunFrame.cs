using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the flows of one kind share.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="kind">What makes the kind.</param>
/// <param name="services">What the frame is composed of.</param>
/// <param name="writer">Writes to the kind's objects.</param>
/// <param name="trigger">Wakes them.</param>
internal sealed class RunFrame<TEntity, TSpec, TStatus>(
    RunKind<TEntity, TSpec, TStatus> kind,
    RunServices services,
    IEntityWriter<TEntity> writer,
    IReconcileTrigger<TEntity> trigger)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private readonly StatusWriter<TEntity, TSpec, TStatus> _status =
        new(kind, writer, services.Events, services.Loggers.CreateLogger<RunFrame<TEntity, TSpec, TStatus>>());

    /// <summary>What makes the kind.</summary>
    public RunKind<TEntity, TSpec, TStatus> Kind => kind;

    /// <summary>What the frame is composed of.</summary>
    public RunServices Services => services;

    /// <summary>Writes to the kind's objects, other than of status.</summary>
    public IEntityWriter<TEntity> Writer => writer;

    /// <summary>Writes down where an object stands.</summary>
    public StatusProjection<TEntity, TSpec, TStatus> Projection { get; } = new(kind);

    /// <summary>The time.</summary>
    public DateTimeOffset Now => services.Time.GetUtcNow();

    /// <summary>Wakes an object.</summary>
    public void Wake(TEntity entity) => trigger.Wake(entity.Metadata.Namespace, entity.Metadata.Name);

    /// <summary>
    /// Writes the status if it differs, and tells what changed as events; returns the object as it is then.
    /// </summary>
    public Task<TEntity> WriteAsync(TEntity entity, TStatus status, CancellationToken cancellationToken) =>
        WriteAsync(entity, status, always: false, cancellationToken);

    /// <summary>Writes the status; if <paramref name="always"/> also where it does not differ.</summary>
    public Task<TEntity> WriteAsync(TEntity entity, TStatus status, bool always, CancellationToken cancellationToken) =>
        _status.WriteAsync(entity, status, always, cancellationToken);

    /// <summary>Writes where an object stands outside its plans.</summary>
    public Task<TEntity> WriteAsync(TEntity entity, TStatus status, RunStatusSummary summary, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(entity, Projection.Compose(entity, status, summary, now), cancellationToken);
}
