using System.Text.Json.Serialization.Metadata;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// How every kind writes its status: within the bounds of the schema and the budget, and again, shortened, if the
/// server refuses it.
/// </summary>
internal static class StatusWrites
{
    /// <summary>The status as it may be written.</summary>
    /// <param name="stored">The status as stored.</param>
    /// <param name="status">The status to write.</param>
    /// <param name="type">How it is written.</param>
    public static TStatus Fit<TStatus>(TStatus? stored, TStatus status, JsonTypeInfo type)
        where TStatus : ObservedStatus => StatusBudget.Fit(status, type, refused: StatusBudget.WasRefused(stored));

    /// <summary>Writes a status that fits.</summary>
    /// <param name="writer">Writes.</param>
    /// <param name="events">Tells of a status that was refused.</param>
    /// <param name="entity">The object as read.</param>
    /// <param name="status">Its status now.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="with">The object with a status.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <exception cref="KubernetesException">The server accepted neither this status nor a shortened one, or the
    /// outcome is unknown.</exception>
    public static async Task<TEntity> WriteAsync<TEntity, TStatus>(
        IEntityWriter<TEntity> writer,
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
