using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// Deletion of a restore. Before the first drop, and once it has ended, it goes at once. While databases are restored
/// the one under way is finished first (all of them where the restore is the way back of an upgrade that is still
/// there: its databases belong together). The annotation <c>drydock.dev/on-delete: Abandon</c> lets go at once; so does
/// a failure, for nothing goes on by itself then; both say what was left.
/// </summary>
internal sealed partial class RestoreDeletion(RestoreServices services)
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<RestoreDeletion>();

    /// <summary>What deletion waits for.</summary>
    internal enum Decision
    {
        /// <summary>Nothing: let go.</summary>
        LetGo,

        /// <summary>The database that is under way.</summary>
        FinishDatabase,

        /// <summary>All databases.</summary>
        FinishAll,
    }

    /// <summary>What deletion waits for now.</summary>
    public async Task<Decision> DecideAsync(
        SnapshotRestore restore, RestoreSession session, CancellationToken cancellationToken)
    {
        var status = restore.Status;
        if (status?.Phase != SnapshotRestorePhases.Restoring || restore.Metadata.Annotations?.GetValueOrDefault(Annotations.OnDelete) == Annotations.Abandon)
        {
            return Decision.LetGo;
        }

        var runs = session.Job is { Work.IsCompleted: false };
        if (!runs && await IsNamespaceGoingAsync(restore, cancellationToken))
        {
            return Decision.LetGo;
        }

        if (await UpgradeLink.FindAsync(services, restore, cancellationToken) is not null && RestoreProgressOf.HasBegun(status))
        {
            return Decision.FinishAll;
        }

        return RestoreProgressOf.HasHalf(status) || session.Job is not null ? Decision.FinishDatabase : Decision.LetGo;
    }

    /// <summary>Says what was left where.</summary>
    public void Say(SnapshotRestore restore)
    {
        var status = restore.Status;
        if (status is null || !RestoreProgressOf.HasBegun(status) || status.Phase == SnapshotRestorePhases.Succeeded)
        {
            return;
        }

        var left = $"let go before its end: {string.Join(", ", status.Databases.Select(d => $"{d.Name} {d.State}"))} of snapshot {status.SnapshotID}. "
            + (RestoreProgressOf.Half(status) is { Count: > 0 } half
                ? $"{string.Join(", ", half)} is neither as before nor as the snapshot has it: restore it again before anything uses it"
                : "what is Pending was not touched");
        services.Events.Warning(restore, Reasons.Abandoned, left);
        Abandoned(_logger, restore.Metadata.Namespace, restore.Metadata.Name, left);
    }

    private async Task<bool> IsNamespaceGoingAsync(SnapshotRestore restore, CancellationToken cancellationToken)
    {
        var space = await services.Kubernetes.GetAsync<V1Namespace>(restore.Metadata.Namespace!, cancellationToken: cancellationToken);
        return space is null || space.Metadata.DeletionTimestamp is not null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "SnapshotRestore {Namespace}/{Name} {Left}")]
    private static partial void Abandoned(ILogger logger, string? Namespace, string name, string left);
}
