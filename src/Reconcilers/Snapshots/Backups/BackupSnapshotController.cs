namespace Drydock.Reconcilers.Snapshots;

/// <summary>Takes a verified snapshot of the named databases, once. Level-based: the snapshot is done if its manifest,
/// which is written last, is in the storage. After a crash the operator ends the sessions that the former process left
/// on the server and takes the snapshot again under the same id. It never overwrites a valid file.</summary>
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get,list,watch,patch")]
[EntityRbac(ApiGroup.Name, "backupsnapshots/status", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list")]
[EntityRbac(ApiGroup.Name, "databaserollingupgrades", Verbs = "get,list")]
[EntityRbac(ApiGroup.Name, "snapshotrestores", Verbs = "get,list")]
[EntityRbac("", "secrets", Verbs = "get,list,watch")]
[EntityRbac("", "events", Verbs = "create,patch")]
internal sealed partial class BackupSnapshotController(
    SnapshotServices services, EntityWriter<BackupSnapshot> writer, IReconcileTrigger trigger)
    : EntityController<BackupSnapshot, IAsyncDisposable>(writer, services.Events)
{
    private static readonly TimeSpan ShowProgress = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgainAfterFailure = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = services.Loggers.CreateLogger<BackupSnapshotController>();

    public static IEnumerable<string> ReferencedSecrets(BackupSnapshot snapshot)
    {
        return snapshot.Status?.Phase is BackupSnapshotPhases.Succeeded or BackupSnapshotPhases.Expired
            ? []
            : SecretReferences.Names(snapshot.Spec);
    }

    protected override bool IsInert(BackupSnapshot entity)
    {
        return entity.Metadata.DeletionTimestamp is null
            && entity.Status?.Phase is BackupSnapshotPhases.Succeeded or BackupSnapshotPhases.Expired
            && entity.Status.ObservedGeneration == entity.Metadata.Generation;
    }

    // From the first file on until the files are removed.
    protected override string? FinalizerOf(BackupSnapshot entity) =>
        entity.Status is { SnapshotID: not null, Phase: not BackupSnapshotPhases.Expired }
            ? Labels.SnapshotFinalizer
            : null;

    protected override BackupSnapshot ReduceInert(BackupSnapshot entity) => entity with
    {
        IsReduced = true,
        Metadata = ReducedObject.Metadata(entity.Metadata),
        Status = ReducedObject.Observed(entity.Status!) with { Databases = [], Receipt = null },
    };

    protected override async Task<TimeSpan?> ReconcileFreshAsync(
        BackupSnapshot entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return await DeleteAsync(entity, cancellationToken);
        }

        switch (entity.Status?.Phase)
        {
            case BackupSnapshotPhases.Succeeded:
                // spec.retention may have changed.
                services.Retention.Set();
                return await ObservedAsync(entity, cancellationToken);
            case BackupSnapshotPhases.Expired:
            case BackupSnapshotPhases.Failed when NewRetries(entity).Count == 0:
                return await ObservedAsync(entity, cancellationToken);
            case BackupSnapshotPhases.Expiring:
                // The retention run finishes the removal.
                services.Retention.Set();
                return null;
            default:
                return await WorkAsync(entity, cancellationToken);
        }
    }

    private static IReadOnlyList<string> NewRetries(BackupSnapshot snapshot) =>
        RetryTokens.New(snapshot.Metadata, snapshot.Spec.Retry, snapshot.Status?.UsedTokens ?? []);

    private static string Text(BackupSnapshot snapshot) =>
        JsonSerializer.Serialize(snapshot, CrdsJsonContext.Default.BackupSnapshot);

    private async Task<TimeSpan?> ObservedAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        await WriteAsync(snapshot, SnapshotStatusComposer.Observed(snapshot), cancellationToken);
        return null;
    }

    private async Task<TimeSpan?> WorkAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Status?.SnapshotID is null || snapshot.Status.Phase == BackupSnapshotPhases.Failed)
        {
            if (snapshot.Metadata.Finalizers?.Contains(Labels.SnapshotFinalizer) != true)
            {
                // Another process may have written the object in between: read it again before the snapshot starts.
                await Writer.AddFinalizerAsync(snapshot, Labels.SnapshotFinalizer, cancellationToken);
                return ConflictPause;
            }

            snapshot = await BeginAsync(snapshot, cancellationToken);
        }

        if (FindSession(snapshot) is not SnapshotJob job)
        {
            SessionOf(snapshot, () => Start(snapshot));
            return ShowProgress;
        }

        if (!job.Work.IsCompleted)
        {
            await WriteAsync(
                snapshot,
                SnapshotStatusComposer.Running(snapshot, snapshot.Status!, job, services.Time.GetUtcNow()),
                cancellationToken);
            return ShowProgress;
        }

        var next = await ConcludeAsync(snapshot, job);
        await WriteAsync(snapshot, next, cancellationToken);
        await ForgetAsync(snapshot);
        if (next.Phase == BackupSnapshotPhases.Succeeded)
        {
            services.Retention.Set();
        }

        return next.Phase == BackupSnapshotPhases.Pending ? LookAgain(snapshot) : null;
    }

    private SnapshotJob Start(BackupSnapshot snapshot)
    {
        var job = new SnapshotJob(
            () => trigger.Wake(snapshot.Metadata.Namespace, snapshot.Metadata.Name), services.Fence.Ended);
        job.Start(token => new SnapshotTake(services, snapshot).RunAsync(job, token));
        return job;
    }

    // What may still be created is looked for again when it no longer may.
    private TimeSpan LookAgain(BackupSnapshot snapshot)
    {
        var now = services.Time.GetUtcNow();
        return ArrivalTime.EndsAt(snapshot.Metadata, now) - now is { } left && left < LookAgainAfterFailure
            ? left
            : LookAgainAfterFailure;
    }

    // The id is in status before the first byte is dumped, so that a successor finds the same one.
    private async Task<BackupSnapshot> BeginAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var attempt = (snapshot.Status?.Attempt ?? 0) + 1;
        var id = SnapshotIds.Of(snapshot, attempt);
        var status = (snapshot.Status ?? new BackupSnapshotStatus()) with
        {
            SnapshotID = id,
            Attempt = attempt,
            StartedAt = now,
            FinishedAt = null,
            UsedTokens = RetryTokens.Use(snapshot.Status?.UsedTokens ?? [], NewRetries(snapshot), now),
            Path = SnapshotLocation.PrefixOf(snapshot.Spec.PathPrefix ?? "", id),
        };
        var running = SnapshotStatusComposer.Running(snapshot, status, null, now);
        var begun = await WriteAsync(snapshot, running, cancellationToken);
        if (UnverifiedServer.Warning("The server", "spec.source.tls.mode", snapshot.Spec.Source.Tls) is { } unverified)
        {
            services.Events.Warning(begun, Reasons.ServerUnverified, unverified);
        }

        return begun;
    }

    private async Task<BackupSnapshotStatus> ConcludeAsync(BackupSnapshot snapshot, SnapshotJob job)
    {
        var now = services.Time.GetUtcNow();
        try
        {
            return SnapshotStatusComposer.Done(
                snapshot, snapshot.Status!, await job.Work, snapshot.Status!.Path ?? "", now);
        }
        catch (SnapshotException exception) when (
            exception.Failure == SnapshotFailure.SecretMissing
            && ArrivalTime.EndsAt(snapshot.Metadata, now) is not null)
        {
            var ends = ArrivalTime.EndsAt(snapshot.Metadata, now)!.Value;
            var waits = new RunStatusSummary(
                RunOutcomeKind.Progressing,
                BackupSnapshotPhases.Pending,
                Reasons.SecretMissing,
                Sentences.Join(exception.Message, ArrivalTime.Describe(ends)));
            return SnapshotStatusComposer.WithConditions(snapshot, snapshot.Status!, waits, now);
        }
        catch (Exception exception) when (
            exception is SnapshotException or MySqlSessionException or IOException or UnauthorizedAccessException)
        {
            return Failed(
                exception is SnapshotException failure ? SnapshotReasons.Of(failure.Failure) : Reasons.DumpFailed,
                exception.Message);
        }
        catch (Exception exception) when (
            exception is ActRefusedException or OperationCanceledException or KubernetesException)
        {
            // This process must not act now, or the API server was unavailable: the next reconcile resumes under the
            // same id.
            var summary = new RunStatusSummary(
                RunOutcomeKind.Progressing, BackupSnapshotPhases.Pending, Reasons.Pending, exception.Message);
            return SnapshotStatusComposer.WithConditions(snapshot, snapshot.Status!, summary, now);
        }
        catch (Exception exception)
        {
            // Rethrown, it would recur at every reconcile and would never appear in status.
            Unexpected(_logger, exception, snapshot.Metadata.Namespace, snapshot.Metadata.Name);
            return Failed(Reasons.DumpFailed, "The operator failed unexpectedly; its log has the cause.");
        }

        BackupSnapshotStatus Failed(string reason, string message)
        {
            var summary = new RunStatusSummary(
                RunOutcomeKind.Stalled,
                BackupSnapshotPhases.Failed,
                reason,
                Sentences.Join(
                    message,
                    "No file was overwritten. After the repair set a new spec.retry, or create another "
                    + "BackupSnapshot."))
            {
                Failed = true,
            };
            return SnapshotStatusComposer.WithConditions(
                snapshot, snapshot.Status! with { Verified = false }, summary, now);
        }
    }

    private async Task<TimeSpan?> DeleteAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        await ForgetAsync(snapshot);
        if (snapshot.Status is { SnapshotID: not null } status && status.Phase != BackupSnapshotPhases.Expired)
        {
            // Files that retention has started to remove cannot be restored from: that removal is finished here.
            if (snapshot.Spec.DeletionPolicy == DeletionPolicy.Delete || status.Phase == BackupSnapshotPhases.Expiring)
            {
                var references = await SnapshotReferences.ReadAsync(
                    services.Kubernetes, services.Scope, cancellationToken);
                if (status.Phase != BackupSnapshotPhases.Expiring && references.UserOf(snapshot) is { } user)
                {
                    var waits = new RunStatusSummary(
                        RunOutcomeKind.Progressing,
                        BackupSnapshotPhases.Deleting,
                        Reasons.FilesInUse,
                        $"{user}. The files are deleted when that is no longer so.");
                    await WriteAsync(
                        snapshot,
                        SnapshotStatusComposer.WithConditions(snapshot, status, waits, services.Time.GetUtcNow()),
                        cancellationToken);
                    return LookAgainAfterFailure;
                }

                services.Fence.EnsureMayAct();
                if (await RemoveFilesAsync(snapshot, cancellationToken) is { } trouble)
                {
                    await WriteAsync(
                        snapshot,
                        SnapshotStatusComposer.WithConditions(snapshot, status, trouble, services.Time.GetUtcNow()),
                        cancellationToken);
                    return LookAgainAfterFailure;
                }

                services.Events.Normal(
                    snapshot,
                    Reasons.FilesDeleted,
                    $"The files under {status.Path} were deleted because of "
                    + $"spec.{(status.Phase == BackupSnapshotPhases.Expiring ? "retention" : "deletionPolicy")}.");
            }
            else
            {
                services.Events.Normal(
                    snapshot,
                    Reasons.FilesRetained,
                    $"The files under {status.Path} were kept because of spec.deletionPolicy.");
            }
        }

        await Writer.RemoveFinalizerAsync(snapshot, Labels.SnapshotFinalizer, cancellationToken);
        return null;
    }

    // Null if the files were removed, otherwise the reason. A removal that retention has started stays Expiring.
    private async Task<RunStatusSummary?> RemoveFilesAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var expiring = snapshot.Status!.Phase == BackupSnapshotPhases.Expiring;
        try
        {
            var location = await services.LocateAsync(snapshot, cancellationToken);
            if (await SnapshotServices.ForeignAsync(location, cancellationToken) is { } foreign)
            {
                throw new SnapshotException(SnapshotFailure.StorageUnusable, foreign);
            }

            await services.Snapshotter.DeleteAsync(location, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is SnapshotException or IOException or UnauthorizedAccessException)
        {
            var reason = exception switch
            {
                // The spec was valid when the snapshot was taken, so the Secret is the cause.
                SnapshotException { Failure: SnapshotFailure.InvalidRequest or SnapshotFailure.SecretMissing } =>
                    Reasons.SecretMissing,
                SnapshotException failure => SnapshotReasons.Of(failure.Failure),
                _ => Reasons.StorageUnusable,
            };
            var remedy = expiring
                ? $"If the storage no longer exists, remove the finalizer {Labels.SnapshotFinalizer} manually."
                : $"To delete the object and keep the files, set spec.deletionPolicy: {DeletionPolicy.Retain}.";
            return new RunStatusSummary(
                RunOutcomeKind.Stalled,
                expiring ? BackupSnapshotPhases.Expiring : BackupSnapshotPhases.Deleting,
                reason,
                $"The files under {snapshot.Status.Path} could not be deleted: {Sentences.Close(exception.Message)} "
                + $"Repair this and they are deleted automatically. {remedy}");
        }
    }

    private async Task<BackupSnapshot> WriteAsync(
        BackupSnapshot snapshot, BackupSnapshotStatus status, CancellationToken cancellationToken)
    {
        var type = CrdsJsonContext.Default.BackupSnapshotStatus;
        status =
            status with { UsedTokens = RetryTokens.Trim(snapshot.Metadata, snapshot.Spec.Retry, status.UsedTokens) };
        var next = StatusWrites.Fit(snapshot.Status, status, type);
        if (Text(snapshot with { Status = next }) == Text(snapshot))
        {
            return snapshot;
        }

        var written = await StatusWrites.WriteAsync(
            Writer, services.Events, snapshot, next, type, static (s, n) => s with { Status = n }, cancellationToken);
        services.Changes.Set();
        var trouble = Trouble(written);
        if (written.Metadata.DeletionTimestamp is not null
            && trouble is not null
            && trouble.Reason != Trouble(snapshot)?.Reason)
        {
            services.Events.Warning(written, trouble.Reason, trouble.Message);
        }
        else if (written.Status?.Phase != snapshot.Status?.Phase)
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

    private static Condition? Trouble(BackupSnapshot snapshot) =>
        snapshot.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled && c.Status == "True");

    [LoggerMessage(Level = LogLevel.Error, Message = "BackupSnapshot {Namespace}/{Name} failed unexpectedly.")]
    private static partial void Unexpected(ILogger logger, Exception exception, string? Namespace, string name);
}
