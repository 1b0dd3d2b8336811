namespace Drydock.Reconcilers.Snapshots;

/// <summary>Restores databases from a snapshot. Level-based: status.databases and the server tell what is left to do. A
/// database that is not Restored there is dropped and loaded again; one that is Restored is not changed again. Drops
/// and loads run in <see cref="RestoreRun"/>.
/// <para>Deletion: before the first drop and after its end the object is released immediately. While databases are
/// restored, the database under way is finished first; if the restore is the rollback of an upgrade that still exists,
/// all databases are finished, because they belong together. The annotation <c>drydock.dev/on-delete: Abandon</c> and a
/// failed restore release the object immediately, because no further database is restored then. An Event lists the
/// state of each database.</para></summary>
[EntityRbac(ApiGroup.Name, "snapshotrestores", Verbs = "get,list,watch,patch")]
[EntityRbac(ApiGroup.Name, "snapshotrestores/status", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get")]
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list")]
[EntityRbac("", "secrets", Verbs = "get,list,watch")]
[EntityRbac("", "namespaces", Verbs = "get")]
[EntityRbac("", "events", Verbs = "create,patch")]
[EntityRbac("coordination.k8s.io", "leases", Verbs = "get,create,delete", OperatorNamespaceOnly = true)]
internal sealed class SnapshotRestoreController(
    SnapshotServices services, EntityWriter<SnapshotRestore> writer, IReconcileTrigger trigger)
    : JobController<SnapshotRestore, SnapshotRestoreSpec, SnapshotRestoreStatus>(
        services, writer, trigger, CrdsJsonContext.Default.SnapshotRestoreStatus, Labels.RestoreFinalizer)
{
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    private readonly Backoff _looks = new() { First = TimeSpan.FromSeconds(5), Jitter = 0 };

    public static IEnumerable<string> ReferencedSecrets(SnapshotRestore restore) =>
        restore.Status?.Phase is SnapshotRestorePhases.Succeeded or SnapshotRestorePhases.Planned
            ? []
            : SecretReferences.Names(restore.Spec);

    protected override bool IsInert(SnapshotRestore entity) =>
        entity.Metadata.DeletionTimestamp is null
        && IsOver(entity)
        && entity.Status is { } status
        && status.Phase != SnapshotRestorePhases.Failed
        && status.ObservedGeneration == entity.Metadata.Generation
        && !HasFinalizer(entity)
        && status.Receipt?.ContainsKey(RestoreReceipt.Claims) != true;

    protected override string? FinalizerOf(SnapshotRestore entity) =>
        entity.Status?.Receipt?.ContainsKey(RestoreReceipt.Claims) == true ? Labels.RestoreFinalizer : null;

    protected override SnapshotRestoreStatus Reduce(SnapshotRestoreStatus status) =>
        status with { Databases = [], Receipt = null };

    protected override string FailureOf(SnapshotRestoreStatus status) =>
        status.Conditions.Find(c => c.Type == ConditionTypes.Failed)?.Reason ?? Reasons.RestoreFailed;

    protected override async Task<TimeSpan?> ReconcileFreshAsync(
        SnapshotRestore entity, CancellationToken cancellationToken)
    {
        var session = (RestoreSession)SessionOf(entity, static () => new RestoreSession());
        if (session.Job is { } mine && entity.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Job) != mine.Id)
        {
            // Another operator has written its own job there; the next commit decides whether this process may still
            // act.
            mine.Supersede();
            await session.DisposeAsync();
        }

        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return await DeleteAsync(entity, session, cancellationToken);
        }

        return IsOver(entity)
            ? await EndAsync(entity, cancellationToken)
            : await WorkAsync(entity, session, goOn: !IsPaused(entity), cancellationToken);
    }

    // Nothing is done with it until the spec changes or a retry is asked for.
    private static bool IsOver(SnapshotRestore restore) =>
        restore.Status?.Phase == SnapshotRestorePhases.Succeeded
        || (restore.Status?.Phase is SnapshotRestorePhases.Planned or SnapshotRestorePhases.Failed
            && restore.Status.ObservedGeneration == restore.Metadata.Generation
            && NewRetries(restore).Count == 0
            && !(restore.Status.Phase == SnapshotRestorePhases.Planned && RestoreApproval.HasNew(restore)));

    private static bool IsPaused(SnapshotRestore restore) =>
        ControlAnnotations.IsPaused(restore.Metadata, restore.Spec.Paused);

    private async Task<TimeSpan?> WorkAsync(
        SnapshotRestore restore, RestoreSession session, bool goOn, CancellationToken cancellationToken)
    {
        var now = Now;
        if (session.Job is not { } job)
        {
            if (!goOn)
            {
                var paused = RestoreOutcome.Stopped(
                    RestoreProgress.HasBegun(restore.Status)
                        ? "No other database is started."
                        : "Nothing was started.");
                var resting = RestoreReceipt.Set(
                    restore.Status ?? new SnapshotRestoreStatus(), (RestoreReceipt.Since, null));
                await WriteAsync(
                    restore, RestoreStatusComposer.Ended(restore, resting, paused, now), cancellationToken);
                return null;
            }

            // A reconcile right after a check is only caused by that check's own write: without this, checks would
            // follow each other endlessly. A Secret that changes in that second is seen at the next check.
            var isEcho = session.Looks > 0
                && now < session.ConcludedAt + Echo
                && now < session.LookAgainAt
                && restore.Status?.ObservedGeneration == restore.Metadata.Generation
                && NewRetries(restore).Count == 0;
            return isEcho
                ? session.LookAgainAt - now
                : await StartAsync(restore, session, stop: IsPaused(restore), now, cancellationToken);
        }

        job.StopAfterCurrent = !goOn;
        if (job.Work.IsCompleted)
        {
            return await ConcludeAsync(restore, session, job, now, cancellationToken);
        }

        var commits = job.Commits.ToArray();
        var status = commits.Aggregate(restore.Status!, static (s, commit) => commit.Change(s));
        var running = RestoreStatusComposer.Running(restore, RestoreProgress.Shown(status, job), job.Activity, now);
        var written = await WriteAsync(restore, running, cancellationToken);
        if (job.Unverified is { } unverified
            && written.Status?.Phase == SnapshotRestorePhases.Restoring
            && restore.Status?.Phase != SnapshotRestorePhases.Restoring)
        {
            Services.Events.Warning(written, Reasons.ServerUnverified, unverified);
        }

        foreach (var commit in commits)
        {
            job.Commits.TryDequeue(out _);
            commit.Done.TrySetResult();
        }

        return ShowProgress;
    }

    // The name of the job is in status before the job acts: from then on no commit of an earlier job is accepted.
    private async Task<TimeSpan?> StartAsync(
        SnapshotRestore restore,
        RestoreSession session,
        bool stop,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        try
        {
            Services.Fence.EnsureMayAct();
        }
        catch (ActRefusedException)
        {
            return _looks.First;
        }

        if (restore.Metadata.DeletionTimestamp is null && !HasFinalizer(restore))
        {
            return await TakeFinalizerAsync(restore, cancellationToken);
        }

        var job = new RestoreJob(WakeOf(restore), Services.Fence.Ended) { StopAfterCurrent = stop };
        var status = restore.Status ?? new SnapshotRestoreStatus();
        var tokens = NewRetries(restore);
        if (status.Phase is not (SnapshotRestorePhases.Verifying or SnapshotRestorePhases.Restoring)
            || tokens.Count > 0)
        {
            // Another attempt: its timeout starts again. Restored databases stay restored.
            status = RestoreReceipt.Set(status, (RestoreReceipt.Since, null)) with
            {
                Phase = RestoreProgress.HasBegun(status)
                    ? SnapshotRestorePhases.Restoring
                    : SnapshotRestorePhases.Verifying,
                Attempt = status.Attempt + 1,
                FinishedAt = null,
                UsedTokens = RetryTokens.Use(status.UsedTokens, tokens, now),
            };
        }

        // A successor counts from the start in the receipt, so that it does not start a new period.
        var clock = RestoreReceipt.Began(status) is not { } began
            ? AttemptClock.StartedHere(Services.Time, now)
            : session.Clock is { } own && own.StartedAt == began
                ? own
                : AttemptClock.StartedElsewhere(Services.Time, began);
        status = RestoreReceipt.Set(
            status,
            (RestoreReceipt.Job, job.Id),
            (RestoreReceipt.Restore, RestoreEvidence.Uid(restore)),
            (RestoreReceipt.Since, clock.StartedAt.ToString("O", CultureInfo.InvariantCulture)));
        var begun = await WriteAsync(
            restore,
            RestoreStatusComposer.Running(restore, status, "Checking the snapshot and the server.", now),
            cancellationToken);
        (session.Job, session.Clock) = (job, clock);
        job.Start(
            Timers.Clamp(clock.Left(Timers.Parse(restore.Spec.Timeout))),
            Services.Time,
            token => RestoreRun.RunAsync(Services, begun, job, session, token),
            () => new RestoreOutcome(
                RestoreEnd.Failed,
                Reasons.RestoreFailed,
                Sentences.Join(
                    $"The restore was not finished within {restore.Spec.Timeout} (spec.timeout).",
                    job.DroppedText,
                    $"Increase it, then set a new {Annotations.Retry}.")));
        return ShowProgress;
    }

    private async Task<TimeSpan?> ConcludeAsync(
        SnapshotRestore restore,
        RestoreSession session,
        RestoreJob job,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var outcome = await OutcomeAsync(restore, job);
        var arrivesBy = outcome.MayArrive && !RestoreProgress.HasBegun(restore.Status)
            ? ArrivalTime.EndsAt(restore.Metadata, now)
            : null;
        if (arrivesBy is { } ends)
        {
            outcome = outcome with
            {
                End = RestoreEnd.Waits,
                Message = Sentences.Join(outcome.Message, ArrivalTime.Describe(ends)),
            };
        }

        var status = RestoreProgress.Shown(restore.Status!, job);
        if (outcome.End == RestoreEnd.Stopped)
        {
            status = RestoreReceipt.Set(status, (RestoreReceipt.Since, null));
        }

        await WriteAsync(restore, RestoreStatusComposer.Ended(restore, status, outcome, now), cancellationToken);
        await session.DisposeAsync();
        if (outcome.End is not (RestoreEnd.Waits or RestoreEnd.Blocked))
        {
            session.Looks = 0;
            return outcome.End == RestoreEnd.Stopped && restore.Metadata.DeletionTimestamp is null
                ? null
                : ConflictPause;
        }

        var again = now + _looks.Delay(++session.Looks);
        (session.ConcludedAt, session.LookAgainAt) = (now, arrivesBy < again ? arrivesBy.Value : again);
        return session.LookAgainAt - now;
    }

    private async Task<RestoreOutcome> OutcomeAsync(SnapshotRestore restore, RestoreJob job)
    {
        try
        {
            return await job.Work;
        }
        catch (Exception exception) when (RestoreReasons.Of(exception) is { } outcome)
        {
            // After a drop every failure is reported as RestoreFailed: an administrator must be told, and the message
            // has the state of the databases.
            return outcome.End == RestoreEnd.Failed
                && exception is not RestoreStopException
                && (job.Dropped.Count > 0 || RestoreProgress.Half(restore.Status).Count > 0)
                ? outcome with
                {
                    Reason = Reasons.RestoreFailed,
                    Message = Sentences.Join(outcome.Message, job.DroppedText),
                }
                : outcome;
        }
        catch (Exception exception)
        {
            return new RestoreOutcome(RestoreEnd.Failed, Reasons.RestoreFailed, Unexpected(restore, exception));
        }
    }

    // The end: the claims are released, then the finalizer is removed. Level-based: after a crash in between this runs
    // again. After a failure the claims are kept while databases are half restored: then no other object may work on
    // them.
    private async Task<TimeSpan?> EndAsync(SnapshotRestore restore, CancellationToken cancellationToken)
    {
        var failed = restore.Status!.Phase == SnapshotRestorePhases.Failed;
        if (failed && RestoreProgress.HasBegun(restore.Status))
        {
            return null;
        }

        if (!failed)
        {
            await ForgetAsync(restore);
        }

        await ReleaseAsync(restore, cancellationToken);
        restore = await WriteAsync(
            restore, RestoreReceipt.Set(Observed(restore), (RestoreReceipt.Claims, null)), cancellationToken);
        if (!failed)
        {
            await RemoveFinalizerAsync(restore, cancellationToken);
        }

        return null;
    }

    private Task ReleaseAsync(SnapshotRestore restore, CancellationToken cancellationToken) =>
        Services.Claims.ReleaseAsync(RestoreReceipt.ClaimsOf(restore.Status), restore.Metadata.Uid!, cancellationToken);

    private async Task<TimeSpan?> DeleteAsync(
        SnapshotRestore restore, RestoreSession session, CancellationToken cancellationToken)
    {
        var isAbandoned = session.Job is { Work.IsCompleted: false }
            ? DeletionFlow.IsAbandoned(restore.Metadata)
            : await DeletionFlow.IsAbandonedAsync(Services.Kubernetes, restore.Metadata, cancellationToken);
        if (restore.Status is { Phase: SnapshotRestorePhases.Restoring } status && !isAbandoned)
        {
            if (RestoreProgress.HasBegun(status)
                && await UpgradeLink.FindAsync(Services.Kubernetes, restore, cancellationToken) is not null)
            {
                return await WorkAsync(restore, session, goOn: true, cancellationToken);
            }

            if (session.Job is not null)
            {
                return await WorkAsync(restore, session, goOn: false, cancellationToken);
            }

            if (RestoreProgress.Half(status).Count > 0)
            {
                return await StartAsync(restore, session, stop: true, Now, cancellationToken);
            }
        }

        await ForgetAsync(restore);
        SayAbandoned(restore);
        await ReleaseAsync(restore, cancellationToken);
        await RemoveFinalizerAsync(restore, cancellationToken);
        return null;
    }

    private void SayAbandoned(SnapshotRestore restore)
    {
        if (restore.Status is not { } status
            || !RestoreProgress.HasBegun(status)
            || status.Phase == SnapshotRestorePhases.Succeeded)
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
        Services.Events.Warning(restore, Reasons.Abandoned, left);
        RunLog.Abandoned(Logger, SnapshotRestore.KindName, restore.Metadata.Namespace, restore.Metadata.Name, left);
    }
}
