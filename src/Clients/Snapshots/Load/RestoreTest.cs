namespace Drydock.Clients.Snapshots;

/// <summary>Loads the databases of a snapshot into a scratch database, one after another.</summary>
internal sealed class RestoreTest(RestoreTestRequest request, LoadRun run, SnapshotSessions sessions)
{
    private readonly SnapshotLocation _location = request.Location;
    private readonly string _scratch = NameOf(request.Location.Id);

    internal static string NameOf(string snapshotId) => "drydock_verify_" + SessionMarker.Hash(snapshotId, 8);

    internal async Task<SnapshotVerification> RunAsync(CancellationToken cancellationToken)
    {
        var manifest = await ManifestStore.RequireAsync(_location, cancellationToken);
        foreach (var database in manifest.Databases)
        {
            await sessions.EndAsync(
                _location, request.Connection, database.Name + SessionMarker.ForTest, cancellationToken);
        }

        var key = manifest.Databases[0].Name + SessionMarker.ForTest;
        await using var session = await LoadSession.OpenAsync(
            _location, request.Connection, _scratch, cancellationToken);
        await session.LockAsync(key, cancellationToken);
        await RequireOwnAsync(session, cancellationToken);
        try
        {
            var findings = new List<SnapshotFinding>();
            foreach (var database in manifest.Databases)
            {
                findings.AddRange(await TestAsync(database, session, cancellationToken));
            }

            return new SnapshotVerification(manifest, [.. findings.Where(static f => !f.IsWarning)])
            {
                Warnings = [.. findings.Where(static f => f.IsWarning)],
            };
        }
        finally
        {
            await ClearAsync(manifest, session);
        }
    }

    private async Task<IReadOnlyList<SnapshotFinding>> TestAsync(
        SnapshotDatabase database, LoadSession session, CancellationToken cancellationToken)
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
            cancellationToken);
        try
        {
            await run.RequireGoodFilesAsync(load, cancellationToken);
            DumpCheck.ThrowIfAny(
                await session.CheckServerAsync(load, cancellationToken), $"Snapshot {_location.Id} cannot be tested");
            await session.RecreateAsync(database.CharacterSet, database.Collation, cancellationToken);
            await session.WitnessAsync(
                new RestoreWitness(_scratch, "restore test", _location.Id, RestoreWitnessState.Begun),
                cancellationToken);
            return await run.LoadAndCompareAsync(load, session, cancellationToken);
        }
        catch (SnapshotException e) when (e.Failure is SnapshotFailure.Truncated
            or SnapshotFailure.ChecksumMismatch
            or SnapshotFailure.RowCountMismatch
            or SnapshotFailure.CatalogueMismatch
            or SnapshotFailure.NotFound
            or SnapshotFailure.LoadFailed
            or SnapshotFailure.InvalidRequest)
        {
            // Failures of the server, the storage or the tools are thrown.
            return [new SnapshotFinding(e.Failure, database.Name, e.Message)];
        }
    }

    // An empty database is taken for one whose test died before it left its witness.
    private async Task RequireOwnAsync(LoadSession session, CancellationToken cancellationToken)
    {
        var there = await session.AskAsync(
            c => new CatalogueReader(c, "").ReadAsync(_scratch, countRows: false, cancellationToken),
            cancellationToken);
        var witnesses = await session.AskAsync(
            c => RestoreWitness.ReadAsync(c, _scratch, cancellationToken), cancellationToken);
        if (there is { IsEmpty: false } && !witnesses.Any(w => w.Snapshot == _location.Id))
        {
            throw new SnapshotException(
                SnapshotFailure.AlreadyExists,
                $"Database {_scratch} exists on {request.Connection.Describe()} and was not created by a restore "
                    + $"test of snapshot {_location.Id}. Rename or drop it manually.");
        }
    }

    // Runs on every exit. A lost session has lost its lock and must not drop anything; another session then takes the
    // lock.
    private async Task ClearAsync(SnapshotManifest manifest, LoadSession session)
    {
        try
        {
            await session.DropAsync(CancellationToken.None);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.ConnectionLost)
        {
            await using var other = await LoadSession.OpenAsync(
                _location, request.Connection, _scratch, CancellationToken.None);
            await other.LockAsync(manifest.Databases[0].Name + SessionMarker.ForTest, CancellationToken.None);
            await other.DropAsync(CancellationToken.None);
        }

        foreach (var database in manifest.Databases)
        {
            await SessionRecords.ClearAsync(_location, database.Name + SessionMarker.ForTest, CancellationToken.None);
        }
    }
}
