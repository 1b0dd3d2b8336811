namespace Drydock.Clients.Snapshots;

/// <summary>Loads the databases of a snapshot into a scratch database, one after another.</summary>
internal sealed class RestoreTest(RestoreTestRequest request, LoadRun run, SnapshotSessions sessions)
{
    private readonly SnapshotLocation _location = request.Location;
    private readonly string _scratch = NameOf(request.Location.Id);

    internal static string NameOf(string snapshotId) => "drydock_verify_" + SessionMarker.Hash(snapshotId, 8);

    internal async Task<DumpVerification> RunAsync(CancellationToken cancellationToken)
    {
        var manifest = request.Manifest ?? await ManifestStore.RequireAsync(_location, cancellationToken);
        List<string> names = [.. manifest.Databases.Select(static d => d.Name)];
        await using var session = await OpenAsync(names, cancellationToken);
        await RequireOwnAsync(session, cancellationToken);
        try
        {
            var findings = new List<SnapshotFinding>();
            foreach (var database in manifest.Databases)
            {
                findings.AddRange(await TestAsync(manifest, database, session, cancellationToken));
            }

            return new DumpVerification(manifest, [.. findings.Where(static f => !f.IsWarning)])
            {
                Warnings = [.. findings.Where(static f => f.IsWarning)],
            };
        }
        finally
        {
            await ClearAsync(names, session);
        }
    }

    /// <summary>Drops what a test left whose process died.</summary>
    internal async Task ClearAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(names, cancellationToken);
        if (await RequireOwnAsync(session, cancellationToken))
        {
            await ClearAsync(names, session);
        }
    }

    private async Task<LoadSession> OpenAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await sessions.EndAsync(_location, request.Connection, name + SessionMarker.ForTest, cancellationToken);
        }

        var session = await LoadSession.OpenAsync(_location, request.Connection, _scratch, cancellationToken);
        try
        {
            await session.LockAsync(names[0] + SessionMarker.ForTest, cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<SnapshotFinding>> TestAsync(
        SnapshotManifest manifest,
        ManifestDatabase database,
        LoadSession session,
        CancellationToken cancellationToken)
    {
        var load = DatabaseLoad.Of(
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
            manifest,
            SessionMarker.ForTest);
        try
        {
            await run.RequireGoodFilesAsync(load, cancellationToken);
            DumpCheck.ThrowIfAny(
                await session.CheckServerAsync(load, cancellationToken), $"Snapshot {_location.Id} cannot be tested");
            await session.RecreateAsync(database.CharacterSet, database.Collation, cancellationToken);
            await session.WitnessAsync(
                new RestoreWitness(_scratch, "restore test", _location.Id, RestoreWitnessState.Begun),
                cancellationToken);
            var findings = await run.LoadAndCompareAsync(load, session, cancellationToken);
            return request.Checksums.Count == 0
                ? findings
                : [.. findings, .. await CompareAsync(database.Name, session, cancellationToken)];
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

    private async Task<IEnumerable<SnapshotFinding>> CompareAsync(
        string database, LoadSession session, CancellationToken cancellationToken)
    {
        var loaded = await session.AskAsync(
            c => ContentChecksums.ReadAsync(c, _scratch, cancellationToken), cancellationToken);
        return loaded
            .Where(t => request.Checksums.GetValueOrDefault($"{database}.{t.Key}") is { } sum && sum != t.Value)
            .Select(t => new SnapshotFinding(
                SnapshotFailure.ContentMismatch,
                database,
                $"{database}.{t.Key}: the loaded rows have other values than those of the server. If the operator was "
                    + "restarted after the dump, clients may have written to the table since: take another snapshot."));
    }

    // An empty database is taken for one whose test died before it left its witness. False: there is none.
    private async Task<bool> RequireOwnAsync(LoadSession session, CancellationToken cancellationToken)
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

        return there is not null;
    }

    // Runs on every exit. A lost session has lost its lock and must not drop anything; another session then takes the
    // lock.
    private async Task ClearAsync(IReadOnlyList<string> names, LoadSession session)
    {
        try
        {
            await session.DropAsync(CancellationToken.None);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.ConnectionLost)
        {
            await using var other = await OpenAsync(names, CancellationToken.None);
            await other.DropAsync(CancellationToken.None);
        }

        foreach (var name in names)
        {
            await SessionRecords.ClearAsync(_location, name + SessionMarker.ForTest, CancellationToken.None);
        }
    }
}
