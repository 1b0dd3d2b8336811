namespace Drydock.Reconcilers.Upgrades;

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
