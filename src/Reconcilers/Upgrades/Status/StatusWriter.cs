namespace Drydock.Reconcilers.Upgrades;

/// <summary>The one place where a status is written, of runs and of jobs alike: within the bounds of the schema and the
/// budget, and again, shortened, if the server refuses it. Each write goes over the version of the entity that it is
/// given, which is the one that the status was decided from; a conflict ends the turn, which is made again from a fresh
/// read.</summary>
/// <param name="put">Writes the status of an entity over the version of that entity.</param>
internal sealed class StatusWriter<TEntity, TStatus>(
    Func<TEntity, CancellationToken, Task<TEntity>> put,
    IEventRecorder events,
    JsonTypeInfo json,
    Func<TEntity, TStatus?> statusOf,
    Func<TEntity, TStatus, TEntity> with)
    where TEntity : class, IKubernetesObject
    where TStatus : ObservedStatus
{
    public bool IsStored(TEntity entity, TStatus status) =>
        statusOf(entity) is { } stored
        && (ReferenceEquals(stored, status) || Text(stored).AsSpan().SequenceEqual(Text(status)));

    /// <summary>A status as it is to be written; null if the server has it already.</summary>
    /// <param name="always">Whether it is written all the same.</param>
    public TStatus? Fit(TEntity entity, TStatus status, bool always = false)
    {
        var fitted = StatusBudget.Fit(status, json, refused: StatusBudget.WasRefused(statusOf(entity)));
        return always || !IsStored(entity, fitted) ? fitted : null;
    }

    /// <exception cref="KubernetesException">The server accepted neither this status nor a shortened one, or the
    /// outcome is unknown.</exception>
    public async Task<TEntity> WriteAsync(TEntity entity, TStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return await put(with(entity, status), cancellationToken);
        }
        catch (KubernetesApiException exception) when (
            exception is KubernetesRequestTooLargeException or KubernetesInvalidException)
        {
            var written = await put(with(entity, StatusBudget.Fit(status, json, refused: true)), cancellationToken);
            events.Warning(
                written,
                Reasons.StatusShortened,
                "The API server refused the status, so the operator wrote it with shortened texts. "
                + $"{exception.Message}");
            return written;
        }
    }

    private byte[] Text(TStatus status) => JsonSerializer.SerializeToUtf8Bytes(status, json);
}
