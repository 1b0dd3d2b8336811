namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// One job of a restore:
/// <list type="number">
/// <item>The snapshot and the server are read.</item>
/// <item>If databases say that this restore completed them, status takes that over, and the next job continues from
/// there.</item>
/// <item>If an earlier job had begun, its sessions are ended, and the server is read again.</item>
/// <item>The databases must have the witnesses that status expects, and the plan is written to status.</item>
/// <item>The guards are checked: what may be dropped, what the server lacks, and sessions of others.</item>
/// <item>Every file that is left is read and compared with the manifest; a restore that is not approved waits
/// here.</item>
/// <item>The databases are claimed, so that no upgrade and no other restore works on them.</item>
/// <item>The server, the guards, the witnesses and the deadline are checked again.</item>
/// <item>Each database that exists gets the witness of this restore, and status says that the restore has begun.</item>
/// <item>One database after the other is dropped and loaded, those that are dropped already first; each is written to
/// status before its drop and after its load.</item>
/// </list>
/// <para>Why a process that is frozen anywhere here and continues late destroys nothing: every drop and every load runs
/// in a server session that this object's status names before the statement is sent, and that write
/// (<see cref="RestoreJob.CommitAsync"/>) succeeds only while the status names this job. A successor first writes its
/// own job there. If the old job committed before that, the successor reads the session in the status, ends it and
/// waits until the server no longer lists it. If the old job commits later, the commit is refused and nothing is sent.
/// Sessions never reconnect, so a statement that a frozen process sends late meets a closed session. Sessions that were
/// opened and not yet committed hold the loader's named locks: the successor ends them by those locks, and if they were
/// opened even later, their commit is refused.</para>
/// </summary>
internal sealed class RestoreRun(
    SnapshotServices services,
    SnapshotRestore restore,
    RestoreJob job,
    RestoreSession session,
    RestoreLook look,
    RestoreWork found,
    CancellationToken cancellationToken)
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // A restore may wait for days while files are damaged or overwritten; files that were read recently are not read
    // again at every check.
    private static readonly TimeSpan VerificationHolds = TimeSpan.FromHours(1);

    private readonly ILogger _logger = services.Loggers.CreateLogger<RestoreRun>();
    private readonly ConcurrentBag<SessionReceipt> _sessions = [];
    private readonly ConcurrentQueue<SnapshotFinding> _differences = [];
    private RestoreWork _work = found;

    public static async Task<RestoreOutcome> RunAsync(
        SnapshotServices services,
        SnapshotRestore restore,
        RestoreJob job,
        RestoreSession session,
        CancellationToken cancellationToken)
    {
        job.Activity = "Checking the snapshot and the server.";
        var look = new RestoreLook(services, restore, cancellationToken);
        var work = await look.ReadAsync();
        return await new RestoreRun(services, restore, job, session, look, work, cancellationToken).RunAsync();
    }

    private async Task<RestoreOutcome> RunAsync()
    {
        var storage = new RestoreReadOnlyStorage(_work.Location.Storage, NotedAsync);
        _work = _work with { Location = _work.Location with { Storage = storage } };
        var begun = RestoreProgress.HasBegun(restore.Status);
        var word = RestoreApproval.WordFor(restore, _work);
        var planOnly = _work.Upgrade is null && !begun && !RestoreApproval.IsGiven(restore, word);
        var accepted = new List<string>();
        try
        {
            await RequireAsync(planOnly, accepted);
        }
        catch (RestoreStopException) when (RestoreApproval.HasNew(restore))
        {
            await CommitAsync(Recorded);
            throw;
        }

        await CommitAsync(status => Recorded(RestoreProgress.Planned(status, _work)));
        if (!Left().Any())
        {
            return Restored();
        }

        RestoreGuards.Require(_work, restore, planOnly);
        await VerifyAsync();
        if (planOnly)
        {
            return _work.Held(restore);
        }

        if (job.StopAfterCurrent && !begun)
        {
            return RestoreOutcome.Stopped("Nothing was changed.");
        }

        await ClaimAsync();

        // The verification may have taken an hour, so the server is checked again before the decision.
        await LookAgainAsync();
        if (_work.Upgrade is null && !begun && RestoreApproval.WordFor(restore, _work) != word)
        {
            throw RestoreStopException.Waits(
                Reasons.Pending,
                $"What would be restored at {_work.State.Address} changed while it was checked. It is checked again.");
        }

        RestoreGuards.Require(_work, restore, planOnly: false);
        RestoreApproval.RequireInTime(services, restore);
        RequireWitnesses();
        await BeginAsync();
        return await EachAsync();

        SnapshotRestoreStatus Recorded(SnapshotRestoreStatus status) =>
            RestoreApproval.Record(restore, status, word, accepted, services.Time.GetUtcNow());
    }

    private async Task RequireAsync(bool planOnly, List<string> accepted)
    {
        if (!planOnly)
        {
            await TakeOverAsync();
            if (Left().Any() && RestoreEvidence.RequireServer(restore, _work) is { } server)
            {
                accepted.Add(server);
            }
        }

        if (restore.Status?.Phase == SnapshotRestorePhases.Restoring)
        {
            // Sessions of a former attempt are ended; they do not count as sessions of others.
            await EndPredecessorsAsync();
            await LookAgainAsync();
        }

        if (!planOnly && RequireWitnesses() is { } found)
        {
            accepted.Add(found);
        }
    }

    private Task CommitAsync(Func<SnapshotRestoreStatus, SnapshotRestoreStatus> change) =>
        job.CommitAsync(change, cancellationToken);

    private async Task LookAgainAsync()
    {
        var state = await _work.Server.LookAsync(_work.Names, cancellationToken);
        RequireSameServer(state.Identity);
        _work = _work with { State = state };
    }

    // Everything that was checked, claimed and witnessed is about the server of the first look. Another one may answer
    // at its address since, after a failover or a change of DNS: the next job decides about that.
    private void RequireSameServer(string identity)
    {
        if (identity != _work.State.Identity)
        {
            throw RestoreStopException.Waits(
                Reasons.Pending,
                $"{_work.State.Address} is now the server {identity} and was {_work.State.Identity} when this check "
                + "began. Nothing was dropped on the other server. The restore is checked again.");
        }
    }

    private IEnumerable<ManifestDatabase> Left() =>
        _work.Databases.Where(d => !RestoreGuards.IsDone(restore.Status, d.Name));

    private bool IsPending(string database) =>
        RestoreGuards.StateOf(restore.Status, database) == RestoreState.Pending;

    // What the databases say that this restore completed is taken over into status. The next job then continues from
    // there.
    private async Task TakeOverAsync()
    {
        var known = Left()
            .Where(d => _work.State.Databases.Any(
                s => s.Name == d.Name && RestoreEvidence.IsRestored(restore, s.Witnesses)))
            .ToList();
        if (known.Count > 0)
        {
            await CommitAsync(status => known.Aggregate(
                RestoreProgress.Planned(status, _work),
                static (s, database) => RestoreProgress.Restored(s, database, [])) with
            {
                Phase = SnapshotRestorePhases.Restoring,
            });
            throw RestoreEvidence.Completed(known.Select(d => d.Name));
        }
    }

    private string? RequireWitnesses() => RestoreEvidence.Require(
        restore,
        _work,
        [
            .. _work.State.Databases
                .Where(d => !RestoreGuards.IsDone(restore.Status, d.Name))
                .Select(d => new RestoreFinding(d.Name, d.Tables == 0, d.Witnesses)),
        ],
        RestoreStatusComposer.IsRestoring(restore.Status),
        job.Dropped);

    // One Lease for each of its databases on its server, with the same name as the claim of an upgrade that uses the
    // database as its metadata database: so two restores of one database exclude each other, and so do an upgrade and a
    // restore of its database. A restore that is the rollback of an upgrade uses the claim of that upgrade. All claims
    // are taken or none; a restore that has started keeps the claims it has: a half restored database stays claimed, so
    // that no other object works on it.
    private async Task ClaimAsync()
    {
        services.Fence.EnsureMayAct();
        var names = _work.Names.SelectMany(d => Target(d).Names(restore.Metadata.Namespace))
            .Union(RestoreReceipt.ClaimsOf(restore.Status), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();

        // Recorded in the receipt before they are taken, so that every claim can be released later, also those of a
        // server that an earlier job found at the same address.
        await CommitAsync(status => RestoreReceipt.Set(status, (RestoreReceipt.Claims, string.Join(',', names))));

        // The upgrades are checked after the claims are stored: an upgrade also stores its claim first and then checks
        // for others, so at least one of the two sees the other.
        var begun = RestoreProgress.HasBegun(restore.Status);
        if ((await HolderAsync(keep: begun) ?? await UpgradeAsync()) is not { } busy)
        {
            return;
        }

        if (!begun)
        {
            await services.Claims.ReleaseAsync(names, restore.Metadata.Uid!, cancellationToken);
        }

        throw RestoreStopException.Waits(Reasons.TargetBusy, busy);
    }

    private ClaimTarget Target(string database) =>
        new(ClaimTarget.IdentityOf(_work.State.Identity, database), _work.State.Facts.Addresses);

    // Every restore takes them in the same order, so that two restores never wait for each other.
    private async Task<string?> HolderAsync(bool keep)
    {
        foreach (var target in _work.Names.Order(StringComparer.Ordinal).Select(Target))
        {
            if (!await IsLentAsync(target)
                && await services.Claims.ClaimAsync(
                    target,
                    restore,
                    restore.Metadata.Annotation(Annotations.Adopt),
                    keep,
                    cancellationToken) is { } holder)
            {
                return $"{holder} holds {target.Identity}. " + (holder.IsGone
                    ? "It no longer exists. Check the database, then take it over with the annotation "
                        + $"{Annotations.Adopt}={holder.Uid}."
                    : "The restore continues automatically when it finishes or is deleted.");
            }
        }

        return null;
    }

    // The upgrade holds the claim on the databases of its own rollback, perhaps under other addresses than the restore
    // uses.
    private async Task<bool> IsLentAsync(ClaimTarget target)
    {
        foreach (var name in _work.Upgrade is null ? [] : target.Names(restore.Metadata.Namespace))
        {
            var claim = await services.Kubernetes.GetAsync<V1Lease>(name, services.Claims.Namespace, cancellationToken);
            if (claim?.Spec?.HolderIdentity == _work.UpgradeUid)
            {
                return true;
            }
        }

        return false;
    }

    // An upgrade claims only its rm database; its status names the other databases that it works on. One that names
    // none may work on all.
    private async Task<string?> UpgradeAsync()
    {
        var here = Target(_work.Names[0]);
        var claiming = new ListOptions
        {
            Keep = static entity => ((OmsUpgrade)entity).Status?.Target?.Claim is null ? null : entity,
        };
        var upgrades = await services.Scope.ListAsync<OmsUpgrade>(services.Kubernetes, claiming, cancellationToken);
        foreach (var upgrade in upgrades.Items.Where(
            u => u.Metadata.Uid != _work.UpgradeUid && u.Status?.Target?.Claim is not null))
        {
            var theirs = upgrade.Status!.Target!.Databases;
            var common = theirs.Count == 0
                ? _work.Names
                : theirs.Intersect(_work.Names, StringComparer.OrdinalIgnoreCase).ToList();
            if (common.Count > 0
                && ClaimTarget.Of(upgrade.Status.Target) is { } there
                && here.IsOnServerOf(there, restore.Metadata.Namespace, upgrade.Metadata.Namespace))
            {
                return $"{OmsUpgrade.KindName} {upgrade.Metadata.Namespace}/{upgrade.Metadata.Name} works on "
                    + $"{string.Join(", ", common)}. The restore continues automatically when that upgrade finishes or "
                    + "is deleted.";
            }
        }

        return null;
    }

    // The witnesses come first: a database that a status calls begun and that has none was replaced since.
    private async Task BeginAsync()
    {
        job.Unverified = _work.Unverified;
        services.Fence.EnsureMayAct();
        await _work.Server.WitnessAsync(
            [
                .. _work.State.Databases
                    .Where(d => d.Exists && !RestoreGuards.IsDone(restore.Status, d.Name))
                    .Select(d => d.Name),
            ],
            RestoreEvidence.Witness(restore, _work.Manifest),
            cancellationToken);
        await CommitAsync(status => RestoreReceipt.Set(
            RestoreProgress.Begun(status, _work), (RestoreReceipt.Server, _work.State.Identity)));
    }

    // The name of this job was written to status before the job started, so the receipt that was read then has all
    // commits of earlier jobs.
    private async Task EndPredecessorsAsync()
    {
        job.Activity = "Ending sessions that an earlier attempt left on the server.";
        var left = SessionReceipt.Of(restore.Status?.Receipt);
        services.Fence.EnsureMayAct();
        await _work.Server.EndSessionsAsync(left, cancellationToken);
        foreach (var database in _work.Names)
        {
            await services.Loader.EndSessionsAsync(_work.Location, _work.Connection, database, cancellationToken);
        }

        if (left.Count > 0)
        {
            await CommitAsync(status => RestoreReceipt.Set(status, [.. left.Select(s => (s.Key, (string?)null))]));
        }
    }

    private async Task<RestoreOutcome> EachAsync()
    {
        // Dropped databases come first: they must not stay dropped while the restore is paused.
        foreach (var database in Left().OrderBy(d => IsPending(d.Name)).ToList())
        {
            if (job.StopAfterCurrent && IsPending(database.Name))
            {
                return RestoreOutcome.Stopped($"{database.Name} and the databases after it were not started.");
            }

            await WithAttemptsAsync(database);
            var differences = _differences.Where(f => f.Database == database.Name).Select(f => f.Message).ToList();
            await CommitAsync(status => RestoreProgress.Restored(status, database, differences));
        }

        return Restored();
    }

    private RestoreOutcome Restored() => new(
        RestoreEnd.Restored,
        Reasons.Succeeded,
        Sentences.Join(
            $"Restored {Sentences.Count(_work.Databases.Count, "database", "databases")} at {_work.State.Address} from "
                + $"snapshot {_work.Manifest.Id} of {_work.Manifest.StartedAt:u}: loaded and compared.",
            _work.Manifest.Tool.Omission is { } omission ? $"They were dumped {omission}." : null,
            OutsideKey.Describe(_work.State.OutsideKeys),
            _differences.IsEmpty
                ? ""
                : $"The load has {Sentences.Count(_differences.Count, "warning", "warnings")}, for instance of "
                    + "definitions that are printed differently: read status.databases[].differences."));

    private async Task WithAttemptsAsync(ManifestDatabase database)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await OneAsync(database);
                return;
            }
            catch (Exception error) when (
                attempt < Attempts && RestoreReasons.IsPassing(error) && !cancellationToken.IsCancellationRequested)
            {
                job.Activity = $"{database.Name}: {Sentences.Close(error.Message)} Attempt {attempt + 1} of "
                    + $"{Attempts} starts in {pause.TotalSeconds:0} s.";
                await Task.Delay(pause, services.Time, cancellationToken);
                pause = pause + pause < LongestPause ? pause + pause : LongestPause;
            }
        }
    }

    private async Task OneAsync(ManifestDatabase database)
    {
        job.Activity = $"Restoring {database.Name}.";
        await RequireSameAccessAsync();

        // The server may still execute the last statement of a connection that broke.
        await _work.Server.EndSessionsAsync([.. _sessions], cancellationToken);
        var sessions = await _work.Server.SessionsAsync([database.Name], cancellationToken);
        if (_work.Upgrade is not null)
        {
            // The plan stopped OMS, so no other session may use its databases. The commit checks that this job may
            // still act: after the end of the plan the sessions would be those of OMS.
            await CommitAsync(static status => status);
            await RequireStoppedAsync();
            services.Fence.EnsureMayAct();
            await _work.Server.EndSessionsAsync(
                [.. sessions.Select(s => new SessionReceipt(s.Id, s.Host))], cancellationToken);
        }
        else
        {
            RestoreGuards.RequireUnused(_work.State, [database.Name], sessions);
        }

        // A cheap check for a dump that was damaged since it was read, at the last moment before the drop.
        var presence = await services.Snapshotter.CheckPresenceAsync(_work.Location, cancellationToken);
        if (presence.Findings.Where(f => f.Database == database.Name).ToList() is { Count: > 0 } damaged)
        {
            throw RestoreStopException.Failed(
                Reasons.SnapshotInvalid,
                Sentences.Join(
                    Sentences.Join([.. damaged.Select(f => f.Message)]),
                    $"The files changed since they were verified. {database.Name} was not dropped.",
                    job.DroppedText));
        }

        await services.Loader.RestoreAsync(
            Request(database.Name) with
            {
                AlreadyChecked = true,
                Witness = RestoreEvidence.Witness(restore, _work.Manifest),
                OnWarning = finding =>
                {
                    _differences.Enqueue(finding);
                    JobLog.Differs(_logger, restore.Metadata.Namespace, restore.Metadata.Name, finding.Message);
                },
                OnDrop = (drop, _) => DropAsync(drop),
                OnSession = async (_, token) =>
                {
                    await job.CommitAsync(status => RestoreProgress.Loading(status, database.Name), token);
                    services.Fence.EnsureMayAct();
                },
            },
            cancellationToken);
    }

    private async Task RequireStoppedAsync()
    {
        if (await UpgradeLink.FindAsync(services.Kubernetes, restore, cancellationToken) is not { } upgrade)
        {
            throw RestoreStopException.Waits(
                Reasons.Pending, "The upgrade no longer waits for this restore. The restore is checked again.");
        }

        if (await services.InUse(upgrade, cancellationToken) is { } inUse)
        {
            throw RestoreStopException.Waits(
                Reasons.SessionsOpen,
                $"OMS may use the databases at {_work.State.Address}, so no session was ended and nothing was dropped. "
                + $"{Sentences.Close(inUse)} If OMS works and needs no restore, end the upgrade "
                + $"{upgrade.Metadata.Name} with the annotation {Annotations.Abort}.");
        }
    }

    private async Task DropAsync(SnapshotDrop drop)
    {
        RequireSameServer(drop.Server);
        if (drop.Existed
            && !job.Dropped.Contains(drop.Database)
            && IsPending(drop.Database)
            && _work.Upgrade is null
            && !(RestoreGuards.MayDrop(restore, _work, drop.Database)
                && _work.State.Databases.Any(d => d.Name == drop.Database && d.Exists)))
        {
            throw RestoreStopException.Failed(
                Reasons.DropNotAllowed,
                Sentences.Join(
                    $"Database {drop.Database} with {drop.Tables} tables was created at {_work.State.Address} after "
                        + "the check. It was not dropped.",
                    job.DroppedText));
        }

        RestoreEvidence.Require(
            restore,
            _work,
            [new RestoreFinding(drop.Database, drop.IsEmpty, drop.Witnesses)],
            begun: true,
            job.Dropped);
        services.Fence.EnsureMayAct();
        await CommitAsync(status => RestoreProgress.Dropping(status, drop));
        services.Fence.EnsureMayAct();
        job.Dropped.Add(drop.Database);
    }

    // The loader reports each session before it locks or loads anything, so no unreported session does either.
    private async Task NotedAsync(SessionReceipt one, CancellationToken cancellationToken)
    {
        _sessions.Add(one);
        await job.CommitAsync(status => RestoreReceipt.Set(status, (one.Key, one.Host)), cancellationToken);
    }

    /// <summary>Ends the job between two databases if the Secret of the server was changed, so that the next job uses
    /// the new one. A missing or unusable Secret ends nothing: its namespace may be being deleted, and a half restored
    /// database is finished first.</summary>
    /// <exception cref="RestoreStopException">The Secret was changed.</exception>
    private async Task RequireSameAccessAsync()
    {
        MySqlOptions now;
        try
        {
            now = await look.ConnectAsync(_work.Target);
        }
        catch (SnapshotException)
        {
            return;
        }

        var was = _work.Connection;
        if ((now.Describe(), now.Password, now.Tls) != (was.Describe(), was.Password, was.Tls))
        {
            throw RestoreStopException.Waits(
                Reasons.Pending,
                $"The Secret {_work.Target.CredentialsSecretRef.Name} of the server was changed. The restore checks "
                + "the server again and continues with the new values.");
        }
    }

    /// <summary>Reads every file that is still to be restored completely and compares it with the manifest. Files that
    /// this process verified within the last hour are not read again.</summary>
    /// <exception cref="RestoreStopException">A file does not match the manifest, or the server would not accept
    /// it.</exception>
    private async Task VerifyAsync()
    {
        var left = Left().ToList();
        var key =
            $"{_work.Location.Prefix} {_work.Manifest.CreatedAt:O} {_work.State.Identity} "
            + $"{string.Join(',', left.Select(d => $"{d.Name}={d.File.Sha256}"))}";
        if (session.Verified == key && services.Time.GetElapsedTime(session.VerifiedAt) < VerificationHolds)
        {
            return;
        }

        var findings = new List<SnapshotFinding>();
        foreach (var database in left)
        {
            job.Activity = $"Reading the files of {database.Name} ({left.IndexOf(database) + 1} of {left.Count}).";
            findings.AddRange(await services.Loader.CheckAsync(Request(database.Name), cancellationToken));
        }

        if (findings.Count > 0)
        {
            throw Against(findings);
        }

        (session.Verified, session.VerifiedAt) = (key, services.Time.GetTimestamp());
    }

    private SnapshotLoadRequest Request(string database) => new()
    {
        Location = _work.Location,
        Connection = _work.Connection,
        Database = database,
        Threads = restore.Spec.Threads,
        Identity = _work.Identity,
        Progress = job,
    };

    private RestoreStopException Against(List<SnapshotFinding> findings)
    {
        var text = Sentences.Join([.. findings.Take(10).Select(f => f.Message)]);
        return findings.Exists(f => f.Failure is SnapshotFailure.Truncated or SnapshotFailure.ChecksumMismatch
            or SnapshotFailure.RowCountMismatch or SnapshotFailure.CatalogueMismatch or SnapshotFailure.NotFound
            or SnapshotFailure.ManifestInvalid)
            ? RestoreStopException.Failed(
                Reasons.SnapshotInvalid,
                Sentences.Join(
                    text,
                    RestoreProgress.HasBegun(restore.Status)
                        ? "Repair the files, or delete this object and restore from another snapshot."
                        : "Nothing was changed. Restore from another snapshot."))
            : findings[0].Failure == SnapshotFailure.PacketTooLarge
                ? RestoreStopException.Blocked(Reasons.AccessDenied, text)
                : new RestoreStopException(RestoreReasons.Of(findings[0].Failure, text));
    }
}
