using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// One job: looks, verifies, and restores database after database.
/// <para> Why a process that is frozen anywhere here and thawed late destroys nothing. Every drop and every load runs
/// in a server session that this object's status names before the statement is sent, and that write
/// (<see cref="RestoreJob.CommitAsync"/>) succeeds only while the status names this job. A successor first puts its own
/// job there. A commit of the old job before that is in the status that the successor then reads, so the successor
/// knows the session, ends it and waits until the server lists it no more; a commit after that is refused, and nothing
/// is sent. Sessions never reconnect, so a statement that a thawed process sends meets a closed session. Sessions that
/// were open and not yet committed hold the loader's named locks: they are ended by those, and if they were opened even
/// later, their commit is refused.
/// </para>
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

    /// <summary>Makes a run of a job.</summary>
    /// <param name="services">The world.</param>
    /// <param name="restore">The restore as it was when the job's name was written into its status.</param>
    /// <param name="job">The job.</param>
    /// <param name="session">What this process remembers of the restore.</param>
    public RestoreRun(RestoreServices services, SnapshotRestore restore, RestoreJob job, RestoreSession session)
    {
        _services = services;
        _restore = restore;
        _job = job;
        _session = session;
        _preparation = new RestorePreparation(services, restore, job, session, NotedAsync);
    }

    /// <summary>Runs to an outcome; throws only when cancelled.</summary>
    public async Task<RestoreOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var left = Left();
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan, _services.Time);
        if (left <= TimeSpan.Zero)
        {
            // Nothing more is looked at: a look that is quicker than any timer would otherwise wait for the next one
            // for ever.
            await limit.CancelAsync();
        }

        using var staging = new SnapshotStaging();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await RestoreAsync(staging, either.Token);
        }
        catch (Exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new RestoreOutcome.Failed(Reasons.RestoreFailed, $"not finished after {_restore.Spec.Timeout} (spec.timeout){State()}; raise it, then set a new spec.retry");
        }
        catch (RestoreStopException stop)
        {
            return stop.Outcome;
        }
        catch (SnapshotException error)
        {
            return Of(RestoreReasons.Of(error));
        }
        catch (MySqlException error)
        {
            return Of(RestoreReasons.Of(error, "the server"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Of(new RestoreOutcome.Blocked(Reasons.StorageUnusable, error.Message));
        }
        catch (TimeoutException error)
        {
            return new RestoreOutcome.Waits(Reasons.SessionsOpen, error.Message);
        }
        catch (Exception error) when (error is ActRefusedException or KubernetesException)
        {
            // Not this process's turn, or the API server was away: the next look starts from the world.
            return new RestoreOutcome.Waits(Reasons.Pending, error.Message);
        }
    }

    // From the beginning that is in the receipt, so that a successor does not begin to count anew.
    private TimeSpan Left()
    {
        var (now, timeout) = (_services.Time.GetUtcNow(), TimeLimit.Parse(_restore.Spec.Timeout));
        if (_restore.Status?.Receipt?.GetValueOrDefault(RestoreReceipt.Since) is not { } since)
        {
            return timeout;
        }

        var began = DateTimeOffset.Parse(since, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        var allowance = ClockSkew.Allowance(timeout, isOfOtherClock: since != _session.Since);
        return Timers.Clamp(began - now + timeout + allowance);
    }

    private static string Seconds(TimeSpan pause) => pause.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private async Task<RestoreOutcome> RestoreAsync(SnapshotStaging staging, CancellationToken cancellationToken)
    {
        _job.Activity = "looking at the snapshot and the server";
        var work = await _preparation.LookAsync(cancellationToken);
        var begun = RestoreProgressOf.HasBegun(_restore.Status);
        if (_restore.Status?.Phase == SnapshotRestorePhases.Restoring)
        {
            // Our own dead are no strangers.
            await EndPredecessorsAsync(work, cancellationToken);
            work = work with { Look = await work.Server.LookAsync(work.Names, cancellationToken) };
        }

        var planOnly = _restore.Spec.Mode == RunMode.Plan && !begun;
        work = work with { Staging = planOnly ? null : staging };
        await _job.CommitAsync(status => RestoreProgressOf.Planned(status, work), cancellationToken);
        _preparation.Guard(work, planOnly);
        await _preparation.VerifyAsync(work, cancellationToken);
        if (planOnly)
        {
            return new RestoreOutcome.Planned(PlanText(work));
        }

        if (_job.StopAfterCurrent && !begun)
        {
            return new RestoreOutcome.Stopped("nothing was changed");
        }

        await ClaimAsync(work, cancellationToken);

        // The verification may have taken an hour: what is decided on is what the server is now.
        work = work with { Look = await work.Server.LookAsync(work.Names, cancellationToken) };
        _preparation.Guard(work, planOnly: false);
        _preparation.RequireInTime(work.UpgradeUid);
        await BeginAsync(work, cancellationToken);
        return await EachAsync(work, cancellationToken);
    }

    private string PlanText(RestoreWork work)
    {
        var drops = work.Look.Databases.Where(d => d.Exists).ToList();
        var refused = drops.Where(d => !_restore.Spec.AllowDrop.Contains(d.Name, StringComparer.Ordinal)).Select(d => d.Name).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"snapshot {work.Manifest.Id} of {work.Manifest.StartedAt:u} is good; {work.Databases.Count} databases would be loaded at {work.Look.Address}, ")
            + (drops.Count == 0 ? "none would be dropped" : $"dropped before: {string.Join(", ", drops.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Name} ({d.Tables} tables)")))}")
            + (refused.Count == 0 ? "" : $". spec.allowDrop lacks {string.Join(", ", refused)}: with mode: Apply the restore would end there (DropNotAllowed)")
            + (work.Look.Sessions.Count == 0 ? "" : $". In use now: {string.Join("; ", work.Look.Sessions.Take(10).Select(x => x.Describe()))}")
            + (work.Look.SeesAllSessions ? "" : $". Sessions of other accounts cannot be seen: account {work.Look.Account} lacks PROCESS")
            + (work.Unverified is { } unverified ? $". {unverified} " : ". ")
            + "Nothing was changed";
    }

    private async Task ClaimAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        _services.Fence.EnsureMayAct();

        // In the receipt before it is taken, so that a claim is never left behind unknown.
        var names = RestoreClaims.Names(_restore, work.Look, work.Names);
        await _job.CommitAsync(status => status with { Receipt = RestoreReceipt.With(status.Receipt, RestoreReceipt.Claims, string.Join(',', names)) }, cancellationToken);
        if (await new RestoreClaims(_services).TakeAsync(_restore, work.Look, work.Names, work.UpgradeUid, cancellationToken) is { } busy)
        {
            throw new RestoreStopException(new RestoreOutcome.Waits(Reasons.TargetBusy, busy));
        }
    }

    private Task BeginAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        _job.Unverified = work.Unverified;
        return _job.CommitAsync(
            status => RestoreProgressOf.Begun(status, work) with
            {
                Receipt = RestoreReceipt.With(status.Receipt, RestoreReceipt.Server, work.Look.Identity),
            },
            cancellationToken);
    }

    // The job's name was put into status before the job began: whatever an earlier job committed is in the receipt that
    // was read then.
    private async Task EndPredecessorsAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        _job.Activity = "ending what an earlier attempt left on the server";
        var left = SessionReceipt.Of(_restore.Status?.Receipt);
        _services.Fence.EnsureMayAct();
        await work.Server.EndSessionsAsync(left, cancellationToken);
        foreach (var database in work.Names)
        {
            await _services.Sessions.EndAsync(work.Location, work.Connection, database, cancellationToken);
        }

        if (left.Count > 0)
        {
            await _job.CommitAsync(status => Without(status, left), cancellationToken);
        }
    }

    private async Task<RestoreOutcome> EachAsync(RestoreWork work, CancellationToken cancellationToken)
    {
        // What is dropped already comes first: it must not stay so when the restore is paused.
        var left = work.Databases
            .Where(d => !RestoreGuards.IsDone(_restore.Status, d.Name))
            .OrderBy(d => RestoreGuards.IsGivenUp(_restore.Status, d.Name) ? 0 : 1)
            .ToList();
        foreach (var database in left)
        {
            if (_job.StopAfterCurrent && !RestoreGuards.IsGivenUp(_restore.Status, database.Name))
            {
                return new RestoreOutcome.Stopped($"{database.Name} and what follows were not begun");
            }

            await WithAttemptsAsync(work, database, cancellationToken);
            await _job.CommitAsync(status => RestoreProgressOf.Restored(status, database), cancellationToken);
        }

        return new RestoreOutcome.Restored(string.Create(
            CultureInfo.InvariantCulture, $"{work.Databases.Count} databases at {work.Look.Address} are as snapshot {work.Manifest.Id} of {work.Manifest.StartedAt:u} has them: loaded and compared"));
    }

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
            catch (Exception error) when (attempt < Attempts && RestoreReasons.IsPassing(error) && !cancellationToken.IsCancellationRequested)
            {
                _job.Activity = string.Create(CultureInfo.InvariantCulture, $"{database.Name}: {error.Message} Attempt {attempt + 1} of {Attempts} in {Seconds(pause)} s");
                await Task.Delay(pause, _services.Time, cancellationToken);
                pause = pause + pause < LongestPause ? pause + pause : LongestPause;
            }
        }
    }

    private async Task OneAsync(
        RestoreWork work, Clients.Snapshots.SnapshotDatabase database, CancellationToken cancellationToken)
    {
        _job.Activity = $"restoring {database.Name}";
        await _preparation.RequireSameAccessAsync(work, cancellationToken);

        // A connection that broke on this side may still carry out its last statement on the other.
        await work.Server.EndSessionsAsync([.. _sessions], cancellationToken);
        var sessions = await work.Server.SessionsAsync([database.Name], cancellationToken);
        if (work.UpgradeUid is not null)
        {
            // OMS is stopped by plan: no session on its databases is rightful. Asked once more whether this is still
            // our turn: after the way back has ended they would be OMS's own.
            await _job.CommitAsync(static status => status, cancellationToken);
            _services.Fence.EnsureMayAct();
            await work.Server.EndSessionsAsync([.. sessions.Select(s => new SessionReceipt(s.Id, s.Host))], cancellationToken);
        }
        else if (RestoreGuards.Sessions(work.Look, [database.Name], sessions) is { } inUse)
        {
            throw new RestoreStopException(inUse);
        }

        // Cheap, and the last moment at which a dump that was damaged since it was read costs nothing.
        var presence = await _services.Snapshotter.CheckPresenceAsync(work.Location, cancellationToken);
        if (presence.Findings.Where(f => f.Database == database.Name).ToList() is { Count: > 0 } damaged)
        {
            throw new RestoreStopException(new RestoreOutcome.Failed(
                Reasons.SnapshotInvalid, $"{string.Join("; ", damaged.Select(f => f.Message))} The files changed since they were verified; {database.Name} was not dropped{State()}"));
        }

        await _services.Loader.RestoreAsync(
            _preparation.Request(work, database.Name) with
            {
                AlreadyChecked = true,
                OnDrop = (drop, token) => DropAsync(work, drop, token),
                OnSession = (loading, token) => LoadAsync(database.Name, loading, token),
            },
            cancellationToken);
    }

    private async Task DropAsync(RestoreWork work, SnapshotDrop drop, CancellationToken cancellationToken)
    {
        if (drop.Existed && !_givenUp.Contains(drop.Database) && !RestoreGuards.IsGivenUp(_restore.Status, drop.Database) && !_restore.Spec.AllowDrop.Contains(drop.Database, StringComparer.Ordinal))
        {
            throw new RestoreStopException(new RestoreOutcome.Failed(
                Reasons.DropNotAllowed, string.Create(CultureInfo.InvariantCulture, $"database {drop.Database} appeared at {work.Look.Address} with {drop.Tables} tables meanwhile and is not in spec.allowDrop; it was not dropped{State()}")));
        }

        _services.Fence.EnsureMayAct();
        await _job.CommitAsync(
            status => RestoreProgressOf.Dropping(status, drop.Database, drop.Existed, drop.Tables, new SessionReceipt(drop.Session.ConnectionId, drop.Session.Host)),
            cancellationToken);
        _services.Fence.EnsureMayAct();
        _givenUp.Add(drop.Database);
    }

    // The loader tells of each session before it locks or loads anything; one that was not told of cannot be there.
    private async Task NotedAsync(SessionReceipt one, CancellationToken cancellationToken)
    {
        _sessions.Add(one);
        await _job.CommitAsync(status => status with { Receipt = RestoreReceipt.With(status.Receipt, one.Key, one.Host) }, cancellationToken);
    }

    private async Task LoadAsync(string database, SnapshotSession loading, CancellationToken cancellationToken)
    {
        await _job.CommitAsync(status => RestoreProgressOf.Loading(status, database, new SessionReceipt(loading.ConnectionId, loading.Host)), cancellationToken);
        _services.Fence.EnsureMayAct();
    }

    // Once something is dropped a failure is one whatever kind it is of: a person must know, and the message says what
    // state things are in.
    private RestoreOutcome Of(RestoreOutcome outcome) => (_givenUp.Count > 0 || RestoreProgressOf.HasHalf(_restore.Status), outcome) switch
    {
        (true, RestoreOutcome.Failed failed) => new RestoreOutcome.Failed(Reasons.RestoreFailed, $"{failed.Message}{State()}"),
        _ => outcome,
    };

    private string State()
    {
        var given = _givenUp.Count > 0 ? string.Join(", ", _givenUp) : "";
        return given.Length > 0 ? $" (dropped in this attempt: {given}; a retry loads what is not restored anew)" : "";
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
