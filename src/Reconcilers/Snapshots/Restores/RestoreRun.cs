namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// One job: checks, verifies, and restores one database after the other.
/// <para>Why a process that is frozen anywhere here and continues late destroys nothing: every drop and every load runs
/// in a server session that this object's status names before the statement is sent, and that write
/// (<see cref="RestoreJob.CommitAsync"/>) succeeds only while the status names this job. A successor first writes its
/// own job there. If the old job committed before that, the successor reads the session in the status, ends it and
/// waits until the server no longer lists it. If the old job commits later, the commit is refused and nothing is sent.
/// Sessions never reconnect, so a statement that a frozen process sends late meets a closed session. Sessions that were
/// opened and not yet committed hold the loader's named locks: the successor ends them by those locks, and if they were
/// opened even later, their commit is refused.</para>
/// </summary>
internal sealed class RestoreRun
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly RestoreServices _services;
    private readonly SnapshotRestore _restore;
    private readonly RestoreJob _job;
    private readonly RestoreSession _session;
    private readonly RestorePreparation _preparation;
    private readonly SortedSet<string> _givenUp = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<SessionReceipt> _sessions = [];
    private readonly RestoreDifferences _differences;

    public RestoreRun(RestoreServices services, SnapshotRestore restore, RestoreJob job, RestoreSession session)
    {
        _services = services;
        _restore = restore;
        _job = job;
        _session = session;
        _differences = new RestoreDifferences(
            services.Loggers.CreateLogger<RestoreRun>(), restore.Metadata.Namespace, restore.Metadata.Name);
        _preparation = new RestorePreparation(services, restore, job, session, NotedAsync);
    }

    /// <summary>Runs to an outcome; throws only when cancelled.</summary>
    public async Task<RestoreOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var left = Left();
        using var limit = new CancellationTokenSource(
            left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan, _services.Time);
        if (left <= TimeSpan.Zero)
        {
            // No further check: a check that is faster than any timer would otherwise repeat endlessly.
            await limit.CancelAsync();
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await RestoreAsync(either.Token);
        }
        catch (Exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new RestoreOutcome.Failed(
                Reasons.RestoreFailed,
                Sentences.Join(
                    $"The restore was not finished within {_restore.Spec.Timeout} (spec.timeout).",
                    State(),
                    "Increase it, then set a new spec.retry."));
        }
        catch (RestoreStopException stop)
        {
            return stop.Outcome;
        }
        catch (SnapshotException error)
        {
            return Of(RestoreReasons.Of(error));
        }
        catch (MySqlSessionException error)
        {
            return Of(RestoreReasons.Of(error, "the server"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Of(new RestoreOutcome.Blocked(Reasons.StorageUnusable, error.Message));
        }
        catch (Exception error) when (error is ActRefusedException or KubernetesException)
        {
            // This process must not act now, or the API server was unavailable: the next check starts from the observed
            // state.
            return new RestoreOutcome.Waits(Reasons.Pending, error.Message);
        }
    }

    // Counted from the start in the receipt, so that a successor does not start a new period.
    private TimeSpan Left()
    {
        var timeout = TimeLimit.Parse(_restore.Spec.Timeout);
        return Timers.Clamp(_session.Clock?.Left(timeout) ?? timeout);
    }

    private async Task<RestoreOutcome> RestoreAsync(CancellationToken cancellationToken)
    {
        _job.Activity = "Checking the snapshot and the server.";
        var work = await _preparation.LookAsync(cancellationToken);
        var begun = RestoreProgress.HasBegun(_restore.Status);
        var planOnly = _restore.Spec.Mode == RunMode.Plan && !begun;
        if (!planOnly)
        {
            await TakeOverAsync(work, cancellationToken);
            RequireServer(work);
        }

        if (_restore.Status?.Phase == SnapshotRestorePhases.Restoring)
        {
            // Sessions of a former attempt are ended; they do not count as sessions of others.
            await EndPredecessorsAsync(work, cancellationToken);
            work = work with { State = await work.Server.LookAsync(work.Names, cancellationToken) };
        }

        if (!planOnly)
        {
            RequireWitnesses(work);
        }

        await _job.CommitAsync(status => RestoreProgress.Planned(status, work), cancellationToken);
        if (work.Databases.All(d => RestoreGuards.IsDone(_restore.Status, d.Name)))
        {
            return Restored(work);
        }

        _preparation.Guard(work, planOnly);
        await _preparation.VerifyAsync(work, cancellationToken);
        if (planOnly)
        {
            return new RestoreOutcome.Planned(RestorePlanText.Of(_restore.Spec, work));
        }

        if (_job.StopAfterCurrent && !begun)
        {
            return new RestoreOutcome.Stopped("Nothing was changed.");
        }

        await ClaimAsync(work, cancellationToken);

        // The verification may have taken an hour, so the server is checked again before the decision.
        work = work with { State = await work.Server.LookAsync(work.Names, cancellationToken) };
        _preparation.Guard(work, planOnly: false);
        _preparation.RequireInTime(work.UpgradeUid);
        RequireWitnesses(work);
        await BeginAsync(work, cancellationToken);
        return await EachAsync(work, cancellationToken);
    }

    // What the databases say that this restore completed is taken over into status. The next job then continues from
    // there.
    private async Task TakeOverAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        var known = work.Databases
            .Where(d => !RestoreGuards.IsDone(_restore.Status, d.Name)
                && work.State.Databases.Any(s => s.Name == d.Name && RestoreEvidence.IsRestored(_restore, s.Witnesses)))
            .ToList();
        if (known.Count == 0)
        {
            return;
        }

        await _job.CommitAsync(
            status => known.Aggregate(
                RestoreProgress.Planned(status, work),
                static (s, database) => RestoreProgress.Restored(s, database, [])) with
            {
                Phase = SnapshotRestorePhases.Restoring,
            },
            cancellationToken);
        throw new RestoreStopException(Completed(string.Join(", ", known.Select(d => d.Name))));
    }

    private static RestoreOutcome.Waits Completed(string databases) => new(
        Reasons.Pending,
        $"The witness in {databases} says that this restore completed it. The status was older and was corrected. "
        + "Nothing was dropped.");

    private void RequireServer(RestoreWork work)
    {
        if (!work.Databases.All(d => RestoreGuards.IsDone(_restore.Status, d.Name))
            && RestoreEvidence.AgainstServer(_restore, work) is { } other)
        {
            throw new RestoreStopException(other);
        }
    }

    private void RequireWitnesses(RestoreWork work) => RequireWitnesses(
        work,
        [
            .. work.State.Databases
            .Where(d => !RestoreGuards.IsDone(_restore.Status, d.Name))
            .Select(d => new RestoreFinding(d.Name, d.Tables == 0, d.Witnesses)),
        ]);

    private void RequireWitnesses(RestoreWork work, IReadOnlyList<RestoreFinding> databases)
    {
        if (databases.FirstOrDefault(d => RestoreEvidence.IsRestored(_restore, d.Witnesses)) is { } done)
        {
            throw new RestoreStopException(Completed(done.Database));
        }

        if (RestoreEvidence.Against(_restore, work, databases) is { } unknown)
        {
            throw new RestoreStopException(unknown);
        }
    }

    private async Task ClaimAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        _services.Fence.EnsureMayAct();

        // Recorded in the receipt before they are taken, so that every claim can be released later.
        var names = RestoreClaims.Names(_restore, work.State, work.Names);
        await _job.CommitAsync(
            status =>
                status with
                {
                    Receipt = RestoreReceipt.With(status.Receipt, RestoreReceipt.Claims, string.Join(',', names)),
                },
            cancellationToken);
        if (await new RestoreClaims(_services)
            .TakeAsync(_restore, work.State, work.Names, work.UpgradeUid, cancellationToken) is { } busy)
        {
            throw new RestoreStopException(new RestoreOutcome.Waits(Reasons.TargetBusy, busy));
        }
    }

    // The witnesses come first: a database that a status calls begun and that has none was replaced since.
    private async Task BeginAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        _job.Unverified = work.Unverified;
        _services.Fence.EnsureMayAct();
        await work.Server.WitnessAsync(
            [
                .. work.State.Databases
                .Where(d => d.Exists && !RestoreGuards.IsDone(_restore.Status, d.Name))
                .Select(d => d.Name),
            ],
            RestoreEvidence.Witness(_restore, work.Manifest),
            cancellationToken);
        await _job.CommitAsync(
            status => RestoreProgress.Begun(status, work) with
            {
                Receipt = RestoreReceipt.With(status.Receipt, RestoreReceipt.Server, work.State.Identity),
            },
            cancellationToken);
    }

    // The name of this job was written to status before the job started, so the receipt that was read then has all
    // commits of earlier jobs.
    private async Task EndPredecessorsAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        _job.Activity = "Ending sessions that an earlier attempt left on the server.";
        var left = SessionReceipt.Of(_restore.Status?.Receipt);
        _services.Fence.EnsureMayAct();
        await work.Server.EndSessionsAsync(left, cancellationToken);
        foreach (var database in work.Names)
        {
            await _services.Loader.EndSessionsAsync(work.Location, work.Connection, database, cancellationToken);
        }

        if (left.Count > 0)
        {
            await _job.CommitAsync(status => Without(status, left), cancellationToken);
        }
    }

    private async Task<RestoreOutcome> EachAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        // Dropped databases come first: they must not stay dropped while the restore is paused.
        var left = work.Databases
            .Where(d => !RestoreGuards.IsDone(_restore.Status, d.Name))
            .OrderBy(d => RestoreGuards.IsGivenUp(_restore.Status, d.Name) ? 0 : 1)
            .ToList();
        foreach (var database in left)
        {
            if (_job.StopAfterCurrent && !RestoreGuards.IsGivenUp(_restore.Status, database.Name))
            {
                return new RestoreOutcome.Stopped($"{database.Name} and the databases after it were not started.");
            }

            await WithAttemptsAsync(work, database, cancellationToken);
            await _job.CommitAsync(
                status => RestoreProgress.Restored(status, database, _differences.Of(database.Name)),
                cancellationToken);
        }

        return Restored(work);
    }

    private RestoreOutcome.Restored Restored(RestoreWork work) => new(Sentences.Join(
        $"{work.Databases.Count} databases at {work.State.Address} were restored from snapshot "
            + $"{work.Manifest.Id} of {work.Manifest.StartedAt:u}: loaded and compared.",
        _differences.Describe()));

    private async Task WithAttemptsAsync(
        RestoreWork work, Clients.Snapshots.SnapshotDatabase database, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await OneAsync(work, database, cancellationToken);
                return;
            }
            catch (Exception error) when (
                attempt < Attempts && RestoreReasons.IsPassing(error) && !cancellationToken.IsCancellationRequested)
            {
                _job.Activity = $"{database.Name}: {Sentences.Close(error.Message)} Attempt {attempt + 1} of "
                    + $"{Attempts} starts in {pause.TotalSeconds:0} s.";
                await Task.Delay(pause, _services.Time, cancellationToken);
                pause = pause + pause < LongestPause ? pause + pause : LongestPause;
            }
        }
    }

    private async Task OneAsync(
        RestoreWork work, Clients.Snapshots.SnapshotDatabase database, CancellationToken cancellationToken)
    {
        _job.Activity = $"Restoring {database.Name}.";
        await _preparation.RequireSameAccessAsync(work, cancellationToken);

        // The server may still execute the last statement of a connection that broke.
        await work.Server.EndSessionsAsync([.. _sessions], cancellationToken);
        var sessions = await work.Server.SessionsAsync([database.Name], cancellationToken);
        if (work.UpgradeUid is not null)
        {
            // The plan stopped OMS, so no other session may use its databases. The commit checks that this job may
            // still act: after the end of the rollback the sessions would be those of OMS.
            await _job.CommitAsync(static status => status, cancellationToken);
            await RequireStoppedAsync(work, cancellationToken);
            _services.Fence.EnsureMayAct();
            await work.Server.EndSessionsAsync(
                [.. sessions.Select(s => new SessionReceipt(s.Id, s.Host))], cancellationToken);
        }
        else if (RestoreGuards.Sessions(work.State, [database.Name], sessions) is { } inUse)
        {
            throw new RestoreStopException(inUse);
        }

        // A cheap check for a dump that was damaged since it was read, at the last moment before the drop.
        var presence = await _services.Snapshotter.CheckPresenceAsync(work.Location, cancellationToken);
        if (presence.Findings.Where(f => f.Database == database.Name).ToList() is { Count: > 0 } damaged)
        {
            throw new RestoreStopException(new RestoreOutcome.Failed(
                Reasons.SnapshotInvalid,
                Sentences.Join(
                    Sentences.Join([.. damaged.Select(f => f.Message)]),
                    $"The files changed since they were verified. {database.Name} was not dropped.",
                    State())));
        }

        await _services.Loader.RestoreAsync(
            _preparation.Request(work, database.Name) with
            {
                AlreadyChecked = true,
                Witness = RestoreEvidence.Witness(_restore, work.Manifest),
                OnWarning = _differences.Add,
                OnDrop = (drop, token) => DropAsync(work, drop, token),
                OnSession = (loading, token) => LoadAsync(database.Name, loading, token),
            },
            cancellationToken);
    }

    private async Task RequireStoppedAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        if (await UpgradeLink.FindAsync(_services, _restore, cancellationToken) is not { } upgrade)
        {
            throw new RestoreStopException(new RestoreOutcome.Waits(
                Reasons.Pending, "The upgrade no longer waits for this restore. The restore is checked again."));
        }

        if (await _services.InUse(upgrade, cancellationToken) is { } inUse)
        {
            throw new RestoreStopException(new RestoreOutcome.Waits(
                Reasons.SessionsOpen,
                $"OMS may use the databases at {work.State.Address}, so no session was ended and nothing was dropped. "
                + $"{Sentences.Close(inUse)} If OMS works and the rollback is over in reality, end the upgrade "
                + $"{upgrade.Metadata.Name} with the annotation {Annotations.Abort}."));
        }
    }

    private async Task DropAsync(RestoreWork work, SnapshotDrop drop, CancellationToken cancellationToken)
    {
        RequireWitnesses(work, [new RestoreFinding(drop.Database, drop.IsEmpty, drop.Witnesses)]);
        if (drop.Existed
            && !_givenUp.Contains(drop.Database)
            && !RestoreGuards.IsGivenUp(_restore.Status, drop.Database)
            && !_restore.Spec.AllowDrop.Contains(drop.Database, StringComparer.Ordinal))
        {
            throw new RestoreStopException(new RestoreOutcome.Failed(
                Reasons.DropNotAllowed,
                Sentences.Join(
                    $"Database {drop.Database} with {drop.Tables} tables was created at {work.State.Address} after "
                        + "the check and is not in spec.allowDrop. It was not dropped.",
                    State())));
        }

        _services.Fence.EnsureMayAct();
        await _job.CommitAsync(
            status =>
                RestoreProgress.Dropping(
                    status,
                    drop.Database,
                    drop.Existed,
                    drop.Tables,
                    new SessionReceipt(drop.Session.ConnectionId, drop.Session.Host)),
            cancellationToken);
        _services.Fence.EnsureMayAct();
        _givenUp.Add(drop.Database);
    }

    // The loader reports each session before it locks or loads anything, so no unreported session does either.
    private async Task NotedAsync(SessionReceipt one, CancellationToken cancellationToken)
    {
        _sessions.Add(one);
        await _job.CommitAsync(
            status => status with { Receipt = RestoreReceipt.With(status.Receipt, one.Key, one.Host) },
            cancellationToken);
    }

    private async Task LoadAsync(string database, SnapshotSession loading, CancellationToken cancellationToken)
    {
        await _job.CommitAsync(
            status => RestoreProgress.Loading(status, database, new SessionReceipt(loading.ConnectionId, loading.Host)),
            cancellationToken);
        _services.Fence.EnsureMayAct();
    }

    // After a drop every failure is reported as RestoreFailed: an administrator must be told, and the message has the
    // state of the databases.
    private RestoreOutcome Of(RestoreOutcome outcome) =>
        (_givenUp.Count > 0 || RestoreProgress.HasHalf(_restore.Status), outcome) switch
        {
            (true, RestoreOutcome.Failed failed) =>
                new RestoreOutcome.Failed(Reasons.RestoreFailed, Sentences.Join(failed.Message, State())),
            _ => outcome,
        };

    private string State()
    {
        var given = _givenUp.Count > 0 ? string.Join(", ", _givenUp) : "";
        return given.Length > 0
            ? $"Dropped in this attempt: {given}. A retry loads the databases that are not restored yet."
            : "";
    }

    private static SnapshotRestoreStatus Without(SnapshotRestoreStatus status, IEnumerable<SessionReceipt> sessions)
    {
        var receipt = status.Receipt;
        foreach (var session in sessions)
        {
            receipt = RestoreReceipt.With(receipt, session.Key, null);
        }

        return status with { Receipt = receipt };
    }
}
