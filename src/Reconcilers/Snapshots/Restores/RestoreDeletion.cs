namespace Drydock.Reconcilers.Snapshots;

/// <summary>The deletion of a restore. Before the first drop and after its end the object is released immediately.
/// While databases are restored, the database under way is finished first; if the restore is the rollback of an upgrade
/// that still exists, all databases are finished, because they belong together. The annotation
/// <c>drydock.dev/on-delete: Abandon</c> and a failed restore release the object immediately, because no further
/// database is restored then. An Event lists the state of each database.</summary>
internal sealed partial class RestoreDeletion(RestoreServices services)
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<RestoreDeletion>();

    internal enum Decision
    {
        LetGo,

        FinishDatabase,

        FinishAll,
    }

    public async Task<Decision> DecideAsync(
        SnapshotRestore restore, RestoreSession session, CancellationToken cancellationToken)
    {
        var status = restore.Status;
        if (status?.Phase != SnapshotRestorePhases.Restoring
            || restore.Metadata.Annotation(Annotations.OnDelete) == Annotations.Abandon)
        {
            return Decision.LetGo;
        }

        var runs = session.Job is { Work.IsCompleted: false };
        if (!runs && await IsNamespaceGoingAsync(restore, cancellationToken))
        {
            return Decision.LetGo;
        }

        if (await UpgradeLink.FindAsync(services, restore, cancellationToken) is not null
            && RestoreProgress.HasBegun(status))
        {
            return Decision.FinishAll;
        }

        return RestoreProgress.HasHalf(status) || session.Job is not null ? Decision.FinishDatabase : Decision.LetGo;
    }

    public void Say(SnapshotRestore restore)
    {
        var status = restore.Status;
        if (status is null || !RestoreProgress.HasBegun(status) || status.Phase == SnapshotRestorePhases.Succeeded)
        {
            return;
        }

        var left =
            $"The restore was abandoned: {string.Join(", ", status.Databases.Select(d => $"{d.Name} {d.State}"))} of "
            + $"snapshot {status.SnapshotID}. "
            + (status.Conditions.Exists(c => c.Type == ConditionTypes.Failed && c.Reason == Reasons.OutcomeUnknown)
                ? "The databases contradict this status and were not dropped: compare them before you change them."
                : RestoreProgress.Half(status) is { Count: > 0 } half
                ? $"{string.Join(", ", half)} contains neither the former data nor the data of the snapshot: restore "
                    + "it again before it is used."
                : "Pending databases were not changed.");
        services.Events.Warning(restore, Reasons.Abandoned, left);
        Abandoned(_logger, restore.Metadata.Namespace, restore.Metadata.Name, left);
    }

    private async Task<bool> IsNamespaceGoingAsync(SnapshotRestore restore, CancellationToken cancellationToken)
    {
        var space = await services.Kubernetes.GetAsync<V1Namespace>(
            restore.Metadata.Namespace!, cancellationToken: cancellationToken);
        return space is null || space.Metadata.DeletionTimestamp is not null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "SnapshotRestore {Namespace}/{Name}: {Left}")]
    private static partial void Abandoned(ILogger logger, string? Namespace, string name, string left);
}
