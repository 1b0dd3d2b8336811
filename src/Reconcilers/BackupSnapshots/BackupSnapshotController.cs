using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Values;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;

namespace Drydock.Reconcilers.BackupSnapshots;

/// <summary>
/// Takes a verified snapshot of named databases, once. Level-based: the manifest in storage, written last, tells whether it is done; a process that died
/// takes the snapshot again under the same id, after ending the sessions that its predecessor left on the server, and never touches a good file.
/// </summary>
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get,list,watch,update,patch")]
[EntityRbac(ApiGroup.Name, "backupsnapshots/status", Verbs = "get,update,patch")]
[EntityRbac(ApiGroup.Name, "backupsnapshots/finalizers", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list")]
[EntityRbac("", "secrets", Verbs = "get,list,watch")]
[EntityRbac("", "events", Verbs = "create,patch")]
public sealed class BackupSnapshotController(SnapshotServices services, IEntityWriter<BackupSnapshot> writer, IReconcileTrigger<BackupSnapshot> trigger)
    : IEntityController<BackupSnapshot>, IAsyncDisposable
{
    private static readonly TimeSpan Shortly = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ShowProgress = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgainAfterFailure = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, SnapshotJob> _jobs = new(StringComparer.Ordinal);

    /// <summary>Names of the Secrets whose changes wake a snapshot.</summary>
    public static IEnumerable<string> ReferencedSecrets(BackupSnapshot snapshot) =>
        snapshot.Status?.Phase == BackupSnapshotPhases.Succeeded ? [] : [snapshot.Spec.Source.CredentialsSecretRef.Name];

    /// <inheritdoc />
    public async Task<ReconciliationResult<BackupSnapshot>> ReconcileAsync(BackupSnapshot entity, CancellationToken cancellationToken)
    {
        if (IsInert(entity))
        {
            return ReconciliationResult<BackupSnapshot>.Success(entity);
        }

        var snapshot = await writer.ReadAsync(entity, cancellationToken);
        if (snapshot is null || snapshot.Metadata.Uid != entity.Metadata.Uid || IsInert(snapshot))
        {
            return ReconciliationResult<BackupSnapshot>.Success(entity);
        }

        try
        {
            return ReconciliationResult<BackupSnapshot>.Success(snapshot, await ReconcileFreshAsync(snapshot, cancellationToken));
        }
        catch (Exception exception) when (exception is KubernetesConflictException or KubernetesOutcomeUnknownException)
        {
            return ReconciliationResult<BackupSnapshot>.Success(snapshot, Shortly);
        }
    }

    /// <inheritdoc />
    public async Task<ReconciliationResult<BackupSnapshot>> DeletedAsync(BackupSnapshot entity, CancellationToken cancellationToken)
    {
        await ForgetAsync(entity);
        return ReconciliationResult<BackupSnapshot>.Success(entity);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var job in _jobs.Values)
        {
            await job.DisposeAsync();
        }

        _jobs.Clear();
    }

    private static bool IsInert(BackupSnapshot snapshot) =>
        snapshot.Metadata.DeletionTimestamp is null
        && snapshot.Status?.Phase == BackupSnapshotPhases.Succeeded
        && snapshot.Status.ObservedGeneration == snapshot.Metadata.Generation;

    private async Task<TimeSpan?> ReconcileFreshAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Metadata.DeletionTimestamp is not null)
        {
            return await DeleteAsync(snapshot, cancellationToken);
        }

        return snapshot.Status?.Phase switch
        {
            BackupSnapshotPhases.Succeeded => await ObservedAsync(snapshot, cancellationToken),
            BackupSnapshotPhases.Failed when !WantsRetry(snapshot) => await ObservedAsync(snapshot, cancellationToken),
            _ => await WorkAsync(snapshot, cancellationToken),
        };
    }

    private static bool WantsRetry(BackupSnapshot snapshot) =>
        snapshot.Spec.Retry is { Length: > 0 } token && !(snapshot.Status?.UsedTokens ?? []).Exists(t => t.Token == token);

    private async Task<TimeSpan?> ObservedAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var generation = snapshot.Metadata.Generation;
        await WriteAsync(
            snapshot,
            snapshot.Status! with { ObservedGeneration = generation, Conditions = [.. snapshot.Status.Conditions.Select(c => c with { ObservedGeneration = generation })] },
            cancellationToken);
        return null;
    }

    private async Task<TimeSpan?> WorkAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var uid = snapshot.Metadata.Uid!;
        if (snapshot.Status?.SnapshotID is null || snapshot.Status.Phase == BackupSnapshotPhases.Failed)
        {
            snapshot = await BeginAsync(snapshot, cancellationToken);
        }

        var location = Locate(snapshot);
        if (!_jobs.TryGetValue(uid, out var job))
        {
            _jobs[uid] = SnapshotJob.Start((self, token) => TakeAsync(snapshot, location, self, token), () => trigger.Wake(snapshot.Metadata.Namespace, snapshot.Metadata.Name));
            return ShowProgress;
        }

        if (!job.Work.IsCompleted)
        {
            await WriteAsync(snapshot, SnapshotStatusComposer.Running(snapshot, snapshot.Status!, job, services.Time.GetUtcNow()), cancellationToken);
            return ShowProgress;
        }

        var next = await ConcludeAsync(snapshot, location, job);
        await WriteAsync(snapshot, next, cancellationToken);
        await ForgetAsync(snapshot);
        return next.Phase == BackupSnapshotPhases.Pending ? LookAgainAfterFailure : null;
    }

    // The id is in status before the first byte is dumped, so that a successor finds the same one.
    private async Task<BackupSnapshot> BeginAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        snapshot = await writer.AddFinalizerAsync(snapshot, Labels.SnapshotFinalizer, cancellationToken);
        var now = services.Time.GetUtcNow();
        var attempt = (snapshot.Status?.Attempt ?? 0) + 1;
        var id = string.Create(CultureInfo.InvariantCulture, $"{snapshot.Metadata.Name}-{snapshot.Metadata.Uid![..8]}-{attempt}");
        var status = (snapshot.Status ?? new BackupSnapshotStatus()) with
        {
            SnapshotID = id,
            Attempt = attempt,
            StartedAt = now,
            FinishedAt = null,
            UsedTokens = snapshot.Spec.Retry is { Length: > 0 } token
                ? [.. (snapshot.Status?.UsedTokens ?? []).Append(new UsedToken { Kind = TokenKind.Retry, Token = token, At = now }).TakeLast(SchemaLimits.History)]
                : snapshot.Status?.UsedTokens ?? [],
        };
        status = status with { Path = new SnapshotLocation(services.Storage(snapshot.Spec.Storage.Directory.Path), snapshot.Spec.PathPrefix ?? "", id).Prefix };
        return await WriteAsync(snapshot, SnapshotStatusComposer.Running(snapshot, status, null, now), cancellationToken);
    }

    private SnapshotLocation Locate(BackupSnapshot snapshot) =>
        new(services.Storage(snapshot.Spec.Storage.Directory.Path), snapshot.Spec.PathPrefix ?? "", snapshot.Status!.SnapshotID!);

    private async Task<SnapshotManifest> TakeAsync(BackupSnapshot snapshot, SnapshotLocation location, SnapshotJob job, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(KubernetesDuration.Parse(snapshot.Spec.Timeout), services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (BackupSnapshotValidation.Validate(snapshot.Spec) is { Count: > 0 } invalid)
            {
                throw new SnapshotException(SnapshotFailure.InvalidRequest, string.Join("; ", invalid.Select(f => f.Message)));
            }

            // An earlier life of this process may have finished it: the manifest is written last.
            if (await services.Snapshotter.FindAsync(location, either.Token) is { } found)
            {
                var verification = await services.Snapshotter.VerifyAsync(location, either.Token);
                return verification.IsGood ? found : throw new SnapshotException(verification.Findings[0].Failure, verification.Findings[0].Message);
            }

            var connection = await SnapshotSource.ConnectAsync(services.Kubernetes, snapshot, either.Token);
            services.Fence.EnsureMayAct();
            return await services.Snapshotter.TakeAsync(
                new SnapshotRequest { Location = location, Connection = connection, Databases = snapshot.Spec.Databases, Progress = job },
                either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SnapshotException(SnapshotFailure.DumpFailed, $"not finished after {snapshot.Spec.Timeout} (spec.timeout); raise it, then set a new spec.retry");
        }
    }

    private async Task<BackupSnapshotStatus> ConcludeAsync(BackupSnapshot snapshot, SnapshotLocation location, SnapshotJob job)
    {
        var now = services.Time.GetUtcNow();
        try
        {
            return SnapshotStatusComposer.Done(snapshot, snapshot.Status!, await job.Work, location.Prefix, now);
        }
        catch (Exception exception) when (exception is SnapshotException or MySqlException or IOException or UnauthorizedAccessException)
        {
            var reason = exception is SnapshotException failure ? SnapshotReasons.Of(failure.Failure) : Reasons.DumpFailed;
            var standing = new Standing(StandingKind.Stalled, BackupSnapshotPhases.Failed, reason, $"{exception.Message}. Nothing was overwritten; after the repair set a new spec.retry, or create another BackupSnapshot") { Failed = true };
            return SnapshotStatusComposer.Standing(snapshot, snapshot.Status! with { Verified = false }, standing, now);
        }
        catch (Exception exception) when (exception is ActRefusedException or OperationCanceledException or KubernetesException)
        {
            // Not this process's turn, or the API server was away: the next look takes it up under the same id.
            var standing = new Standing(StandingKind.Progressing, BackupSnapshotPhases.Pending, Reasons.Pending, exception.Message);
            return SnapshotStatusComposer.Standing(snapshot, snapshot.Status!, standing, now);
        }
    }

    private async Task<TimeSpan?> DeleteAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        await ForgetAsync(snapshot);
        if (snapshot.Spec.DeletionPolicy == DeletionPolicy.Delete && snapshot.Status?.SnapshotID is not null)
        {
            if (await UserAsync(snapshot, cancellationToken) is { } user)
            {
                var waits = new Standing(StandingKind.Progressing, BackupSnapshotPhases.Deleting, Reasons.FilesInUse, $"OmsUpgrade {user} has not ended and this snapshot is its way back; the files go when it has ended");
                await WriteAsync(snapshot, SnapshotStatusComposer.Standing(snapshot, snapshot.Status, waits, services.Time.GetUtcNow()), cancellationToken);
                return LookAgainAfterFailure;
            }

            services.Fence.EnsureMayAct();
            await services.Snapshotter.DeleteAsync(Locate(snapshot), cancellationToken);
            services.Events.Normal(snapshot, Reasons.FilesDeleted, $"the files under {snapshot.Status.Path} were deleted, as deletionPolicy says");
        }
        else if (snapshot.Status?.SnapshotID is not null)
        {
            services.Events.Normal(snapshot, Reasons.FilesRetained, $"the files under {snapshot.Status.Path} stay, as deletionPolicy says");
        }

        await writer.RemoveFinalizerAsync(snapshot, Labels.SnapshotFinalizer, cancellationToken);
        return null;
    }

    private async Task<string?> UserAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var upgrades = await services.Kubernetes.ListAsync<OmsUpgrade>(snapshot.Metadata.Namespace, cancellationToken: cancellationToken);
        return upgrades.Items
            .FirstOrDefault(u => u.Status?.SnapshotRef?.Name == snapshot.Metadata.Name && !OmsUpgradePhases.IsEnded(u.Status.Phase))?.Metadata.Name;
    }

    private async Task<BackupSnapshot> WriteAsync(BackupSnapshot snapshot, BackupSnapshotStatus status, CancellationToken cancellationToken)
    {
        var next = snapshot with { Status = status };
        if (Text(next) == Text(snapshot))
        {
            return snapshot;
        }

        var written = await writer.UpdateStatusAsync(next, cancellationToken);
        services.Changes.Set();
        if (written.Status?.Phase != snapshot.Status?.Phase)
        {
            if (written.Status?.Phase == BackupSnapshotPhases.Failed)
            {
                services.Events.Warning(written, Reasons.SnapshotFailed, written.Status.Message ?? "");
            }
            else
            {
                services.Events.Normal(written, written.Status?.Phase ?? "", written.Status?.Message ?? "");
            }
        }

        return written;
    }

    private static string Text(BackupSnapshot snapshot) => JsonSerializer.Serialize(snapshot, CrdsJsonContext.Default.BackupSnapshot);

    private async Task ForgetAsync(BackupSnapshot snapshot)
    {
        if (snapshot.Metadata.Uid is { } uid && _jobs.TryRemove(uid, out var job))
        {
            await job.DisposeAsync();
        }
    }
}
