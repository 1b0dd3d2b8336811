using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Loads the databases of a snapshot into a scratch database, one after another.</summary>
internal sealed class RestoreTest(
    RestoreTestRequest request, LoadChecks checks, LoadRun run, ISnapshotSessions sessions)
{
    private readonly SnapshotLocation _location = request.Location;
    private readonly string _scratch = NameOf(request.Location.Id);

    /// <summary>Name of the scratch database of a snapshot.</summary>
    internal static string NameOf(string snapshotId) => "drydock_verify_" + SessionMarker.Hash(snapshotId, 8);

    internal async Task<SnapshotVerification> RunAsync(CancellationToken cancellationToken)
    {
        var manifest = await ManifestStore.RequireAsync(_location, cancellationToken).ConfigureAwait(false);
        foreach (var database in manifest.Databases)
        {
            await sessions.EndAsync(_location, request.Connection, database.Name + SessionMarker.ForTest, cancellationToken).ConfigureAwait(false);
        }

        await using var session = await LoadSession.OpenAsync(_location, request.Connection, _scratch, cancellationToken).ConfigureAwait(false);
        await RequireNoEventsAsync(manifest, session, cancellationToken).ConfigureAwait(false);
        await session.LockAsync(_location.Id, manifest.Databases[0].Name + SessionMarker.ForTest, SessionMarker.RestoreLock(_scratch), cancellationToken).ConfigureAwait(false);
        var record = new ScratchRecord(_scratch, session.Server.Key);
        await ClaimAsync(record, session, cancellationToken).ConfigureAwait(false);
        try
        {
            var findings = new List<SnapshotFinding>();
            foreach (var database in manifest.Databases)
            {
                findings.AddRange(await TestAsync(database, record, session, cancellationToken).ConfigureAwait(false));
            }

            return new SnapshotVerification(manifest, findings);
        }
        finally
        {
            await ClearAsync(manifest, record, session).ConfigureAwait(false);
        }
    }

    // What says something about the snapshot is a finding; what says something about the server, the storage or the
    // tools is thrown.
    private static bool IsOfTheSnapshot(SnapshotFailure failure) => failure is
        SnapshotFailure.Truncated or SnapshotFailure.ChecksumMismatch or SnapshotFailure.RowCountMismatch or SnapshotFailure.CatalogueMismatch
        or SnapshotFailure.NotFound or SnapshotFailure.LoadFailed or SnapshotFailure.InvalidRequest or SnapshotFailure.RefusedStatement;

    private async Task<IReadOnlyList<SnapshotFinding>> TestAsync(
        SnapshotDatabase database, ScratchRecord record, LoadSession session, CancellationToken cancellationToken)
    {
        var load = await DatabaseLoad.ReadAsync(
            new SnapshotLoadRequest
            {
                Location = _location,
                Connection = request.Connection,
                Database = database.Name,
                Target = _scratch,
                Threads = request.Threads,
                Identity = request.Identity,
                Progress = request.Progress,
                OnSession = request.OnSession,
            },
            SessionMarker.ForTest,
            cancellationToken).ConfigureAwait(false);
        try
        {
            using var rows = await checks.StageAsync(load, cancellationToken).ConfigureAwait(false);
            DumpCheck.ThrowIfAny(await LoadChecks.ServerAsync(load, session, cancellationToken).ConfigureAwait(false), $"Snapshot {_location.Id} cannot be tested");
            await session.RecreateAsync(database.CharacterSet, database.Collation, cancellationToken).ConfigureAwait(false);
            await record.StoreAsync(_location, record.MadeName(_location), cancellationToken).ConfigureAwait(false);
            await run.LoadAsync(load, rows, session, cancellationToken).ConfigureAwait(false);
            request.Progress?.Report(new SnapshotProgress(database.Name, SnapshotStage.Comparing, database.File.RawBytes, database.File.StoredBytes));
            var findings = await LoadRun.CompareAsync(load, session, cancellationToken).ConfigureAwait(false);
            if (findings.Count == 0)
            {
                request.Progress?.Report(new SnapshotProgress(database.Name, SnapshotStage.Loaded, database.File.RawBytes, database.File.StoredBytes));
            }

            return findings;
        }
        catch (SnapshotException e) when (IsOfTheSnapshot(e.Failure))
        {
            return [new SnapshotFinding(e.Failure, database.Name, e.Message)];
        }
    }

    // An event of the copy would run beside the real one, and what it names with a database's name is the real thing.
    private static async Task RequireNoEventsAsync(
        SnapshotManifest manifest, LoadSession session, CancellationToken cancellationToken)
    {
        var withEvents = manifest.Databases.Where(static d => d.Events.Count > 0).Select(static d => d.Name).ToList();
        if (withEvents.Count == 0)
        {
            return;
        }

        var scheduler = await session.AskAsync(c => MySqlServer.VariableAsync(c, "event_scheduler", cancellationToken)).ConfigureAwait(false);
        if (scheduler is "ON" or "1")
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                $"{string.Join(", ", withEvents)}: the snapshot has events and the server's event_scheduler is ON: it would run those of the test's copy as well. Test it on a server whose event_scheduler is OFF.");
        }
    }

    private async Task ClaimAsync(ScratchRecord record, LoadSession session, CancellationToken cancellationToken)
    {
        var there = await session.AskAsync(c => new CatalogueReader(c, "").ReadAsync(_scratch, countRows: false, cancellationToken)).ConfigureAwait(false);
        if (there is not null)
        {
            var made = await _location.Storage.StatAsync(record.MadeName(_location), cancellationToken).ConfigureAwait(false) is not null;
            var begun = await _location.Storage.StatAsync(record.BegunName(_location), cancellationToken).ConfigureAwait(false) is not null;
            if (!made && !(begun && there.IsEmpty))
            {
                throw new SnapshotException(
                    SnapshotFailure.AlreadyExists,
                    $"Database {_scratch} exists on {request.Connection.Describe()} and no restore test of snapshot {_location.Id} made it; rename or drop it by hand.");
            }
        }

        else
        {
            // A record without its database must not stand for one that somebody else makes from now on.
            await record.RemoveAsync(_location, cancellationToken).ConfigureAwait(false);
        }

        await record.StoreAsync(_location, record.BegunName(_location), cancellationToken).ConfigureAwait(false);
    }

    // On every exit. A lost session has lost its lock and may drop nothing: then another one takes the lock for it.
    private async Task ClearAsync(SnapshotManifest manifest, ScratchRecord record, LoadSession session)
    {
        try
        {
            await session.DropAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.ConnectionLost)
        {
            await using var other = await LoadSession.OpenAsync(_location, request.Connection, _scratch, CancellationToken.None).ConfigureAwait(false);
            await other.LockAsync(_location.Id, manifest.Databases[0].Name + SessionMarker.ForTest, SessionMarker.RestoreLock(_scratch), CancellationToken.None).ConfigureAwait(false);
            await other.DropAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await record.RemoveAsync(_location, CancellationToken.None).ConfigureAwait(false);
        foreach (var database in manifest.Databases)
        {
            await SessionRecords.ClearAsync(_location, database.Name + SessionMarker.ForTest, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
