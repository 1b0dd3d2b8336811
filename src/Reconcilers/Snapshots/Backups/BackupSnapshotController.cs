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
internal sealed class BackupSnapshotController(
    SnapshotServices services, EntityWriter<BackupSnapshot> writer, IReconcileTrigger trigger)
    : JobController<BackupSnapshot, BackupSnapshotSpec, BackupSnapshotStatus>(
        services, writer, trigger, CrdsJsonContext.Default.BackupSnapshotStatus, Labels.SnapshotFinalizer)
{
    private const string RemovalReceipt = "removal";

    private static readonly TimeSpan LookAgainAfterFailure = TimeSpan.FromMinutes(1);

    public static IEnumerable<string> ReferencedSecrets(BackupSnapshot snapshot) =>
        snapshot.Status?.Phase is BackupSnapshotPhases.Succeeded or BackupSnapshotPhases.Expired
            ? []
            : SecretReferences.Names(snapshot.Spec);

    protected override bool IsInert(BackupSnapshot entity) =>
        entity.Metadata.DeletionTimestamp is null
        && entity.Status?.Phase is BackupSnapshotPhases.Succeeded or BackupSnapshotPhases.Expired
        && entity.Status.ObservedGeneration == entity.Metadata.Generation;

    // From the first file on until the files are removed; a test of definitions that has passed left none.
    protected override string? FinalizerOf(BackupSnapshot entity) =>
        entity.Status is { SnapshotID: not null, Phase: not BackupSnapshotPhases.Expired }
        && !(entity.Status.Phase == BackupSnapshotPhases.Succeeded && IsTest(entity))
            ? Labels.SnapshotFinalizer
            : null;

    protected override BackupSnapshotStatus Reduce(BackupSnapshotStatus status) =>
        status with { Databases = [], Receipt = null };

    protected override string FailureOf(BackupSnapshotStatus status) => Reasons.SnapshotFailed;

    protected override async Task<TimeSpan?> ReconcileFreshAsync(
        BackupSnapshot entity, CancellationToken cancellationToken)
    {
        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return await DeleteAsync(entity, cancellationToken);
        }

        var phase = entity.Status?.Phase;
        if (phase is BackupSnapshotPhases.Succeeded or BackupSnapshotPhases.Expiring)
        {
            // spec.retention may have changed; a removal that was begun is finished by the retention run.
            Services.Retention.Set();
        }

        switch (phase)
        {
            case BackupSnapshotPhases.Expiring:
                return null;
            case BackupSnapshotPhases.Succeeded or BackupSnapshotPhases.Expired:
            case BackupSnapshotPhases.Failed when NewRetries(entity).Count == 0:
                await WriteAsync(entity, Observed(entity), cancellationToken);
                return null;
            default:
                return await WorkAsync(entity, cancellationToken);
        }
    }

    protected override void Report(BackupSnapshot before, BackupSnapshot after)
    {
        if (after.Metadata.DeletionTimestamp is not null
            && Trouble(after) is { } trouble
            && trouble.Reason != Trouble(before)?.Reason)
        {
            Services.Events.Warning(after, trouble.Reason, trouble.Message);
        }
        else
        {
            base.Report(before, after);
        }
    }

    private static bool IsTest(BackupSnapshot snapshot) => snapshot.Spec.Contents == SnapshotContents.Definitions;

    private static Condition? Trouble(BackupSnapshot snapshot) =>
        snapshot.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled && c.Status == "True");

    private async Task<TimeSpan?> WorkAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Status?.SnapshotID is null || snapshot.Status.Phase == BackupSnapshotPhases.Failed)
        {
            if (!HasFinalizer(snapshot))
            {
                return await TakeFinalizerAsync(snapshot, cancellationToken);
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
            var running = SnapshotStatusComposer.Running(snapshot, snapshot.Status!, job, Now);
            await WriteAsync(snapshot, running, cancellationToken);
            return ShowProgress;
        }

        var next = await ConcludeAsync(snapshot, job);
        await WriteAsync(snapshot, next, cancellationToken);
        await ForgetAsync(snapshot);
        if (next.Phase == BackupSnapshotPhases.Succeeded)
        {
            Services.Retention.Set();
        }

        if (next.Phase != BackupSnapshotPhases.Pending)
        {
            return null;
        }

        // What may still be created is looked for again when it no longer may.
        return ArrivalTime.EndsAt(snapshot.Metadata, Now) - Now is { } left && left < LookAgainAfterFailure
            ? left
            : LookAgainAfterFailure;
    }

    private SnapshotJob Start(BackupSnapshot snapshot)
    {
        var job = new SnapshotJob(WakeOf(snapshot), Services.Fence.Ended);
        job.Start(
            Timers.Parse(snapshot.Spec.Timeout),
            Services.Time,
            token => new SnapshotTake(Services, snapshot, job).RunAsync(token),
            () => throw new SnapshotException(
                SnapshotFailure.DumpFailed,
                $"The snapshot was not finished within {snapshot.Spec.Timeout} (spec.timeout). Increase it, then set a "
                + $"new {Annotations.Retry}."));
        return job;
    }

    // The id is in status before the first byte is dumped, so that a successor finds the same one.
    private async Task<BackupSnapshot> BeginAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var (now, before) = (Now, snapshot.Status ?? new BackupSnapshotStatus());
        var id = SnapshotTake.IdOf(snapshot, before.Attempt + 1);
        var status = before with
        {
            SnapshotID = id,
            Attempt = before.Attempt + 1,
            StartedAt = now,
            FinishedAt = null,
            UsedTokens = RetryTokens.Use(before.UsedTokens, NewRetries(snapshot), now),
            StorageDirectory = before.StorageDirectory
                ?? (snapshot.Spec.Storage is null ? Services.Storages.DefaultDirectory : null),
            Path = SnapshotLocation.PrefixOf(snapshot.Spec.PathPrefix ?? "", id),
        };
        var begun = await WriteAsync(
            snapshot, SnapshotStatusComposer.Running(snapshot, status, null, now), cancellationToken);
        if (UnverifiedServer.Warning("The server", "spec.source.tls.mode", snapshot.Spec.Source.Tls) is { } unverified)
        {
            Services.Events.Warning(begun, Reasons.ServerUnverified, unverified);
        }

        return begun;
    }

    private async Task<BackupSnapshotStatus> ConcludeAsync(BackupSnapshot snapshot, SnapshotJob job)
    {
        var now = Now;
        try
        {
            return SnapshotStatusComposer.Done(snapshot, await job.Work, now);
        }
        catch (SnapshotException exception) when (
            exception.Failure == SnapshotFailure.SecretMissing
            && ArrivalTime.EndsAt(snapshot.Metadata, now) is { } ends)
        {
            return Waits(Reasons.SecretMissing, Sentences.Join(exception.Message, ArrivalTime.Describe(ends)));
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
            return Waits(Reasons.Pending, exception.Message);
        }
        catch (Exception exception)
        {
            return Failed(Reasons.DumpFailed, Unexpected(snapshot, exception));
        }

        BackupSnapshotStatus Waits(string reason, string message) => SnapshotStatusComposer.WithConditions(
            snapshot,
            snapshot.Status!,
            new RunOutcome(RunState.Working, BackupSnapshotPhases.Pending, reason, message),
            now);

        BackupSnapshotStatus Failed(string reason, string message) => SnapshotStatusComposer.WithConditions(
            snapshot,
            snapshot.Status! with { Verified = null },
            new RunOutcome(
                RunState.Failed,
                BackupSnapshotPhases.Failed,
                reason,
                Sentences.Join(
                    message,
                    $"No former dump was changed. After the repair set another {Annotations.Retry}.")),
            now);
    }

    private async Task<TimeSpan?> DeleteAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (FindSession(snapshot) is SnapshotJob job)
        {
            job.Stop();
            if (!job.Work.IsCompleted)
            {
                return ShowProgress;
            }

            await ForgetAsync(snapshot);
        }

        if (FinalizerOf(snapshot) is not null && snapshot.Status is { } status)
        {
            // Files that retention has started to remove cannot be restored from: that removal is finished here.
            var expiring = status.Phase == BackupSnapshotPhases.Expiring;
            var removes = expiring || snapshot.Spec.DeletionPolicy == DeletionPolicy.Delete || IsTest(snapshot);
            if (removes || SnapshotTake.MayLeaveTest(snapshot))
            {
                var removed = await RemoveFilesAsync(snapshot, expiring, !removes, cancellationToken);
                if (removed is null)
                {
                    return ShowProgress;
                }

                if (removed.Trouble is { } trouble)
                {
                    await WriteAsync(
                        snapshot,
                        SnapshotStatusComposer.WithConditions(snapshot, status, trouble, Now),
                        cancellationToken);
                    return LookAgainAfterFailure;
                }
            }

            Services.Events.Normal(
                snapshot,
                removes ? Reasons.FilesDeleted : Reasons.FilesRetained,
                $"The files under {status.Path} were {(removes ? "deleted" : "kept")} because of "
                + $"spec.{(expiring ? "retention" : "deletionPolicy")}.");
        }

        await RemoveFinalizerAsync(snapshot, cancellationToken);
        return null;
    }

    // Null while the removal runs, beside the reconcile: a storage may hang. A removal that retention has started stays
    // Expiring, and one that was started here is finished also if an object refers to the snapshot since: nothing can
    // be restored from it.
    private async Task<Removal?> RemoveFilesAsync(
        BackupSnapshot snapshot, bool expiring, bool keepFiles, CancellationToken cancellationToken)
    {
        var status = snapshot.Status!;
        var started = expiring || status.Receipt?.ContainsKey(RemovalReceipt) == true;
        if (!started && (await SnapshotReferences.ReadAsync(
            Services.Kubernetes, Services.Scope, cancellationToken)).UserOf(snapshot) is { } user)
        {
            return new Removal(Deleting(
                Reasons.FilesInUse, $"{user}. The files are deleted when that is no longer so."));
        }

        if (FindSession(snapshot) is not RemovalJob job)
        {
            SessionOf(snapshot, () => StartRemoval(snapshot, started, keepFiles));
            return null;
        }

        if (!job.Work.IsCompleted)
        {
            return null;
        }

        await ForgetAsync(snapshot);
        if (await job.Work is { } ended && (started || ended.Trouble is not null))
        {
            return ended;
        }

        var removing = status with
        {
            Verified = null,
            Receipt = new(StringComparer.Ordinal) { [RemovalReceipt] = status.SnapshotID! },
        };
        var summary = Deleting(
            Reasons.Pending,
            keepFiles
                ? "What a test of the snapshot left on the server is being removed."
                : $"The files under {status.Path} are being deleted.");
        await WriteAsync(
            snapshot, SnapshotStatusComposer.WithConditions(snapshot, removing, summary, Now), cancellationToken);
        return null;

        static RunOutcome Deleting(string reason, string message) =>
            new(RunState.Working, BackupSnapshotPhases.Deleting, reason, message);
    }

    // Before it is recorded as started, only the place is looked at.
    private RemovalJob StartRemoval(BackupSnapshot snapshot, bool started, bool keepFiles)
    {
        var job = new RemovalJob(WakeOf(snapshot), Services.Fence.Ended);
        job.Start(
            Timers.Parse(snapshot.Spec.Timeout),
            Services.Time,
            token => RemoveAsync(snapshot, started, keepFiles, token),
            () => Failed(
                snapshot,
                Reasons.StorageUnusable,
                $"It was not finished within {snapshot.Spec.Timeout} (spec.timeout)."));
        return job;
    }

    private async Task<Removal> RemoveAsync(
        BackupSnapshot snapshot, bool started, bool keepFiles, CancellationToken cancellationToken)
    {
        try
        {
            Services.Fence.EnsureMayAct();
            var location = await Services.LocateAsync(snapshot, cancellationToken);
            if (await SnapshotServices.ForeignAsync(location, cancellationToken) is { } foreign)
            {
                throw new SnapshotException(SnapshotFailure.StorageUnusable, foreign);
            }

            if (started)
            {
                await Services.RemoveAsync(snapshot, location, keepFiles, cancellationToken);
            }

            return new Removal(null);
        }
        catch (Exception exception) when (
            exception is SnapshotException or MySqlSessionException or IOException or UnauthorizedAccessException)
        {
            var reason = exception switch
            {
                // The spec was valid when the snapshot was taken, so the Secret is the cause.
                SnapshotException { Failure: SnapshotFailure.InvalidRequest } => Reasons.SecretMissing,
                SnapshotException failure => SnapshotReasons.Of(failure.Failure),
                _ => Reasons.StorageUnusable,
            };
            return Failed(snapshot, reason, exception.Message);
        }
    }

    private static Removal Failed(BackupSnapshot snapshot, string reason, string cause)
    {
        var expiring = snapshot.Status!.Phase == BackupSnapshotPhases.Expiring;
        var remedy = expiring || SnapshotTake.MayLeaveTest(snapshot)
            ? $"If storage or server no longer exist, remove the finalizer {Labels.SnapshotFinalizer} manually."
            : $"To delete the object and keep the files, set spec.deletionPolicy: {DeletionPolicy.Retain}.";
        return new Removal(new RunOutcome(
            RunState.Stalled,
            expiring ? BackupSnapshotPhases.Expiring : BackupSnapshotPhases.Deleting,
            reason,
            $"The files under {snapshot.Status.Path} could not be deleted: {Sentences.Close(cause)} "
            + $"Repair this and they are deleted automatically. {remedy}"));
    }
}

/// <summary>The result of a removal of files.</summary>
/// <param name="Trouble">Null if they were removed.</param>
internal sealed record Removal(RunOutcome? Trouble);

/// <summary>The removal of the files of a deleted snapshot, outside the reconcile.</summary>
internal sealed class RemovalJob(Action wake, CancellationToken fenceEnded)
    : BackgroundJob<Removal>(wake, fenceEnded);
