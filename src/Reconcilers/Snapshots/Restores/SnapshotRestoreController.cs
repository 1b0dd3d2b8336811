namespace Drydock.Reconcilers.Snapshots;

/// <summary>Restores databases from a snapshot. Level-based: status.databases and the server tell what is left to do. A
/// database that is not Restored there is dropped and loaded again; one that is Restored is not changed again. Drops
/// and loads run in <see cref="RestoreRun"/>.</summary>
[EntityRbac(ApiGroup.Name, "snapshotrestores", Verbs = "get,list,watch,patch")]
[EntityRbac(ApiGroup.Name, "snapshotrestores/status", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get")]
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list")]
[EntityRbac("", "secrets", Verbs = "get,list,watch")]
[EntityRbac("", "namespaces", Verbs = "get")]
[EntityRbac("", "events", Verbs = "create,patch")]
[EntityRbac("coordination.k8s.io", "leases", Verbs = "get,create,delete", OperatorNamespaceOnly = true)]
internal sealed partial class SnapshotRestoreController : EntityController<SnapshotRestore, IAsyncDisposable>
{
    private static readonly TimeSpan ShowProgress = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgainFirst = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgainLast = TimeSpan.FromMinutes(1);

    private readonly RestoreServices _services;
    private readonly IReconcileTrigger _trigger;
    private readonly RestoreDeletion _deletion;
    private readonly ILogger _logger;

    public SnapshotRestoreController(
        RestoreServices services, EntityWriter<SnapshotRestore> writer, IReconcileTrigger trigger)
        : base(writer, services.Events)
    {
        _services = services;
        _trigger = trigger;
        _deletion = new RestoreDeletion(services);
        _logger = services.Loggers.CreateLogger<SnapshotRestoreController>();
    }

    public static IEnumerable<string> ReferencedSecrets(SnapshotRestore restore)
    {
        return restore.Status?.Phase is SnapshotRestorePhases.Succeeded or SnapshotRestorePhases.Planned
            ? []
            : SecretReferences.Names(restore.Spec);
    }

    protected override bool IsInert(SnapshotRestore entity)
    {
        return entity.Metadata.DeletionTimestamp is null
            && entity.Status is { } status
            && status.ObservedGeneration == entity.Metadata.Generation
            && status.Phase switch
            {
                SnapshotRestorePhases.Succeeded => !IsHeld(entity),
                SnapshotRestorePhases.Planned => !IsHeld(entity) && NewRetries(entity).Count == 0,
                _ => false,
            };
    }

    protected override string? FinalizerOf(SnapshotRestore entity) =>
        entity.Status?.Receipt?.ContainsKey(RestoreReceipt.Claims) == true ? Labels.RestoreFinalizer : null;

    protected override SnapshotRestore ReduceInert(SnapshotRestore entity) => entity with
    {
        IsReduced = true,
        Metadata = ReducedObject.Metadata(entity.Metadata),
        Status = ReducedObject.Observed(entity.Status!) with { Databases = [], Receipt = null },
    };

    protected override async Task<TimeSpan?> ReconcileFreshAsync(
        SnapshotRestore entity, CancellationToken cancellationToken)
    {
        var session = (RestoreSession)SessionOf(entity, static () => new RestoreSession());
        if (session.Job is { } mine && entity.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Job) != mine.Id)
        {
            // Another operator has written its own job there; the next commit decides whether this process may still
            // act.
            mine.Supersede();
            await session.StopAsync();
        }

        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return await DeleteAsync(entity, session, cancellationToken);
        }

        return entity.Status?.Phase switch
        {
            SnapshotRestorePhases.Succeeded => await EndAsync(entity, cancellationToken),
            SnapshotRestorePhases.Planned when entity.Status.ObservedGeneration == entity.Metadata.Generation
                && NewRetries(entity).Count == 0 =>
                await EndAsync(entity, cancellationToken),
            SnapshotRestorePhases.Failed when entity.Status.ObservedGeneration == entity.Metadata.Generation
                && NewRetries(entity).Count == 0 =>
                await FailedAsync(entity, cancellationToken),
            _ => await WorkAsync(entity, session, goOn: !IsPaused(entity), cancellationToken),
        };
    }

    private static IReadOnlyList<string> NewRetries(SnapshotRestore restore) =>
        RetryTokens.New(restore.Metadata, restore.Spec.Retry, restore.Status?.UsedTokens ?? []);

    private static bool IsPaused(SnapshotRestore restore) =>
        ControlAnnotations.IsPaused(restore.Metadata, restore.Spec.Paused);

    private static bool IsHeld(SnapshotRestore restore) =>
        restore.Metadata.Finalizers?.Contains(Labels.RestoreFinalizer) == true
            || restore.Status?.Receipt?.ContainsKey(RestoreReceipt.Claims) == true;

    private static string Text(SnapshotRestore restore) =>
        JsonSerializer.Serialize(restore, CrdsJsonContext.Default.SnapshotRestore);

    private async Task<TimeSpan?> WorkAsync(
        SnapshotRestore restore, RestoreSession session, bool goOn, CancellationToken cancellationToken)
    {
        var now = _services.Time.GetUtcNow();
        if (session.Job is not { } job)
        {
            if (!goOn)
            {
                var paused = RestoreStatusComposer.Paused(
                    restore,
                    restore.Status,
                    RestoreProgress.HasBegun(restore.Status)
                        ? "No other database is started."
                        : "Nothing was started.");
                var resting = (restore.Status ?? new SnapshotRestoreStatus()) with
                {
                    Receipt = RestoreReceipt.With(restore.Status?.Receipt, RestoreReceipt.Since, null),
                };
                await WriteAsync(
                    restore, RestoreStatusComposer.Compose(restore, resting, paused, now), cancellationToken);
                return null;
            }

            return session.IsEcho(restore, now) && NewRetries(restore).Count == 0
                ? session.LookAgainAt - now
                : await StartAsync(restore, session, stop: IsPaused(restore), now, cancellationToken);
        }

        job.StopAfterCurrent = !goOn;
        if (!job.Work.IsCompleted)
        {
            var commits = job.Pending();
            var status = commits.Aggregate(restore.Status!, static (s, commit) => commit.Change(s));
            var running = RestoreStatusComposer.Running(restore, RestoreProgress.Shown(status, job), job.Activity, now);
            var written = await WriteAsync(restore, running, cancellationToken);
            if (job.Unverified is { } unverified && RestoreProgress.Begins(restore.Status, written.Status))
            {
                _services.Events.Warning(written, Reasons.ServerUnverified, unverified);
            }

            foreach (var commit in commits)
            {
                commit.Done.TrySetResult();
            }

            return ShowProgress;
        }

        return await ConcludeAsync(restore, session, job, now, cancellationToken);
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
            _services.Fence.EnsureMayAct();
        }
        catch (ActRefusedException)
        {
            return LookAgainFirst;
        }

        if (restore.Spec.Mode == RunMode.Apply
            && restore.Metadata.DeletionTimestamp is null
            && restore.Metadata.Finalizers?.Contains(Labels.RestoreFinalizer) != true)
        {
            // Another process may have written the object in between: read it again before the restore starts.
            await Writer.AddFinalizerAsync(restore, Labels.RestoreFinalizer, cancellationToken);
            return ConflictPause;
        }

        var job = new RestoreJob(
            () => _trigger.Wake(restore.Metadata.Namespace, restore.Metadata.Name), _services.Fence.Ended);
        var status = restore.Status ?? new SnapshotRestoreStatus();
        var tokens = NewRetries(restore);
        if (status.Phase is not (SnapshotRestorePhases.Verifying or SnapshotRestorePhases.Restoring)
            || tokens.Count > 0)
        {
            // Another attempt: its timeout starts again. Restored databases stay restored.
            status = status with
            {
                Phase = RestoreProgress.HasBegun(status)
                    ? SnapshotRestorePhases.Restoring
                    : SnapshotRestorePhases.Verifying,
                Attempt = status.Attempt + 1,
                FinishedAt = null,
                UsedTokens = RetryTokens.Use(status.UsedTokens, tokens, now),
                Receipt = RestoreReceipt.With(status.Receipt, RestoreReceipt.Since, null),
            };
        }

        var receipt = RestoreReceipt.With(
            RestoreReceipt.With(status.Receipt, RestoreReceipt.Job, job.Id),
            RestoreReceipt.Restore,
            RestoreEvidence.Uid(restore));
        var clock = session.Clock;
        if (!receipt.TryGetValue(RestoreReceipt.Since, out var since))
        {
            clock = AttemptClock.StartedHere(_services.Time, now);
            receipt = RestoreReceipt.With(
                receipt, RestoreReceipt.Since, now.ToString("O", CultureInfo.InvariantCulture));
        }
        else if (RestoreReceipt.Time(since) is var began && clock?.StartedAt != began)
        {
            clock = AttemptClock.StartedElsewhere(_services.Time, began);
        }

        var begun = await WriteAsync(
            restore,
            RestoreStatusComposer.Running(
                restore, status with { Receipt = receipt }, "Checking the snapshot and the server.", now),
            cancellationToken);
        (session.Job, session.Clock) = (job, clock);
        job.StopAfterCurrent = stop;
        job.Start(token => new RestoreRun(_services, begun, job, session).RunAsync(token));
        return ShowProgress;
    }

    private async Task<TimeSpan?> ConcludeAsync(
        SnapshotRestore restore,
        RestoreSession session,
        RestoreJob job,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        RestoreOutcome outcome;
        try
        {
            outcome = await job.Work;
        }
        catch (OperationCanceledException)
        {
            outcome = new RestoreOutcome.Superseded();
        }
        catch (Exception exception)
        {
            // Rethrown, it would recur at every reconcile and would never appear in status.
            Unexpected(_logger, exception, restore.Metadata.Namespace, restore.Metadata.Name);
            outcome = new RestoreOutcome.Failed(
                Reasons.RestoreFailed, "The operator failed unexpectedly; its log has the cause.");
        }

        var arrivesBy = outcome.MayArrive && !RestoreProgress.HasBegun(restore.Status)
            ? ArrivalTime.EndsAt(restore.Metadata, now)
            : null;
        if (arrivesBy is { } ends)
        {
            outcome = outcome.Awaiting(ends);
        }

        var status = RestoreProgress.Shown(restore.Status!, job);
        if (outcome is RestoreOutcome.Stopped)
        {
            status = status with { Receipt = RestoreReceipt.With(status.Receipt, RestoreReceipt.Since, null) };
        }

        await WriteAsync(restore, RestoreStatusComposer.Ended(restore, status, outcome, now), cancellationToken);
        await session.StopAsync();
        if (outcome is RestoreOutcome.Waits or RestoreOutcome.Blocked)
        {
            session.Looks++;
            session.ConcludedAt = now;
            session.LookAgainAt = arrivesBy < now + Pause(session.Looks) ? arrivesBy.Value : now + Pause(session.Looks);
            return session.LookAgainAt - now;
        }

        session.Looks = 0;
        return outcome switch
        {
            RestoreOutcome.Stopped when restore.Metadata.DeletionTimestamp is null => null,
            _ => ConflictPause,
        };
    }

    private static TimeSpan Pause(int looks)
    {
        var pause = LookAgainFirst * Math.Pow(2, Math.Min(looks - 1, 10));
        return pause < LookAgainLast ? pause : LookAgainLast;
    }

    // The end: the claims are released, then the finalizer is removed. Level-based: after a crash in between this runs
    // again.
    private async Task<TimeSpan?> EndAsync(SnapshotRestore restore, CancellationToken cancellationToken)
    {
        await ForgetAsync(restore);
        restore = await ReleaseAsync(restore, cancellationToken);
        await Writer.RemoveFinalizerAsync(restore, Labels.RestoreFinalizer, cancellationToken);
        return null;
    }

    // Claims are kept only while databases are half restored: then no other object may work on them.
    private async Task<TimeSpan?> FailedAsync(SnapshotRestore restore, CancellationToken cancellationToken)
    {
        if (!RestoreProgress.HasBegun(restore.Status))
        {
            await ReleaseAsync(restore, cancellationToken);
        }

        return null;
    }

    private async Task<SnapshotRestore> ReleaseAsync(SnapshotRestore restore, CancellationToken cancellationToken)
    {
        await new RestoreClaims(_services).ReleaseAsync(restore, cancellationToken);
        var generation = restore.Metadata.Generation;
        return await WriteAsync(
            restore,
            restore.Status! with
            {
                ObservedGeneration = generation,
                Conditions = [.. restore.Status.Conditions.Select(c => c with { ObservedGeneration = generation })],
                Receipt = RestoreReceipt.With(restore.Status.Receipt, RestoreReceipt.Claims, null),
            },
            cancellationToken);
    }

    private async Task<TimeSpan?> DeleteAsync(
        SnapshotRestore restore, RestoreSession session, CancellationToken cancellationToken)
    {
        switch (await _deletion.DecideAsync(restore, session, cancellationToken))
        {
            case RestoreDeletion.Decision.FinishDatabase when session.Job is null:
                return await StartAsync(restore, session, stop: true, _services.Time.GetUtcNow(), cancellationToken);
            case RestoreDeletion.Decision.FinishDatabase:
                return await WorkAsync(restore, session, goOn: false, cancellationToken);
            case RestoreDeletion.Decision.FinishAll:
                return await WorkAsync(restore, session, goOn: true, cancellationToken);
            default:
                await ForgetAsync(restore);
                _deletion.Say(restore);
                await new RestoreClaims(_services).ReleaseAsync(restore, cancellationToken);
                await Writer.RemoveFinalizerAsync(restore, Labels.RestoreFinalizer, cancellationToken);
                return null;
        }
    }

    private async Task<SnapshotRestore> WriteAsync(
        SnapshotRestore restore, SnapshotRestoreStatus status, CancellationToken cancellationToken)
    {
        var type = CrdsJsonContext.Default.SnapshotRestoreStatus;
        status = status with { UsedTokens = RetryTokens.Trim(restore.Metadata, restore.Spec.Retry, status.UsedTokens) };
        var next = StatusWrites.Fit(restore.Status, status, type);
        if (Text(restore with { Status = next }) == Text(restore))
        {
            return restore;
        }

        var written = await StatusWrites.WriteAsync(
            Writer, _services.Events, restore, next, type, static (s, n) => s with { Status = n }, cancellationToken);
        _services.Changes.Set();
        if (written.Status?.Phase != restore.Status?.Phase)
        {
            if (written.Status?.Phase == SnapshotRestorePhases.Failed)
            {
                _services.Events.Warning(
                    written,
                    written.Status.Conditions.Find(c => c.Type == ConditionTypes.Failed)?.Reason
                        ?? Reasons.RestoreFailed,
                    written.Status.Message ?? "");
            }
            else
            {
                _services.Events.Normal(written, written.Status?.Phase ?? "", written.Status?.Message ?? "");
            }
        }

        return written;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "SnapshotRestore {Namespace}/{Name} failed unexpectedly.")]
    private static partial void Unexpected(ILogger logger, Exception exception, string? Namespace, string name);
}
