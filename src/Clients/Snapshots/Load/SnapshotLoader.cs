namespace Drydock.Clients.Snapshots;

/// <summary>Restores one database of a snapshot.</summary>
public class SnapshotLoader(SnapshotToolOptions? options = null, TimeProvider? time = null)
{
    private readonly SnapshotSessions _sessions = new(time);
    private readonly LoadRun _run = new(options ?? new SnapshotToolOptions(), time ?? TimeProvider.System);

    /// <summary>Checks whether <see cref="RestoreAsync"/> can succeed, without changing anything: the stored files
    /// verify (and decrypt with the identity), the server accepts the longest statement, knows the character set and is
    /// writable. Must be called before anything is dropped.</summary>
    /// <returns>The problems; empty if there are none.</returns>
    /// <exception cref="SnapshotException">The snapshot or database does not exist, or a tool or the identity is
    /// missing.</exception>
    public virtual async Task<IReadOnlyList<SnapshotFinding>> CheckAsync(
        SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        var load = await DatabaseLoad.ReadAsync(request, keySuffix: "", cancellationToken);
        await using (var session = await LoadSession.OpenAsync(
            request.Location, request.Connection, load.Target, cancellationToken))
        {
            // All files are not read again while the server waits for a repair.
            if (await session.CheckServerAsync(load, cancellationToken) is { Count: > 0 } refusals)
            {
                return refusals;
            }
        }

        return await _run.CheckFilesAsync(load, cancellationToken);
    }

    /// <summary>Restores the database as it is in the snapshot, whatever it contains now: checks
    /// (<see cref="CheckAsync"/>), takes a named lock, ends sessions of an earlier attempt, calls
    /// <see cref="SnapshotLoadRequest.OnDrop"/>, drops and creates the database in the session that holds the lock,
    /// loads and compares. May be repeated after any failure: the next attempt drops a partly loaded
    /// database.</summary>
    /// <exception cref="SnapshotException">The target is not equal to the snapshot.
    /// <see cref="SnapshotFailure.ReadOnlyServer"/>, <see cref="SnapshotFailure.Busy"/> and all findings of the check
    /// are thrown before the drop.</exception>
    public virtual async Task RestoreAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        var load = await DatabaseLoad.ReadAsync(request, keySuffix: "", cancellationToken);
        await _run.RequireGoodFilesAsync(load, cancellationToken);

        // Sessions of an earlier attempt are ended first: one of them may hold the lock and would continue writing into
        // the new database.
        await _sessions.EndAsync(request.Location, request.Connection, load.Key, cancellationToken);
        await using var session = await LoadSession.OpenAsync(
            request.Location, request.Connection, load.Target, cancellationToken);
        DumpCheck.ThrowIfAny(
            await session.CheckServerAsync(load, cancellationToken),
            $"Snapshot {request.Location.Id} cannot be restored. Nothing was dropped");
        await session.LockAsync(load.Key, cancellationToken);
        if (request.OnDrop is not null)
        {
            var there = await session.AskAsync(
                c => new CatalogueReader(c, "").ReadAsync(load.Target, countRows: false, cancellationToken),
                cancellationToken);
            var witnesses = await session.AskAsync(
                c => RestoreWitness.ReadAsync(c, load.Target, cancellationToken), cancellationToken);
            await request.OnDrop(
                new SnapshotDrop(
                    load.Target,
                    there is not null,
                    there?.Tables.Count ?? 0,
                    there?.IsEmpty ?? true,
                    witnesses,
                    session.Server.Identity),
                cancellationToken);
            if (there is not null && request.Witness is { } first)
            {
                // One that was created since the restore began has none yet.
                await session.WitnessAsync(first with { State = RestoreWitnessState.Begun }, cancellationToken);
            }
        }

        await session.RecreateAsync(load.Database.CharacterSet, load.Database.Collation, cancellationToken);
        if (request.Witness is { } begun)
        {
            await session.WitnessAsync(begun with { State = RestoreWitnessState.Begun }, cancellationToken);
        }

        var findings = await _run.LoadAndCompareAsync(load, session, cancellationToken);
        DumpCheck.ThrowIfAny(
            [.. findings.Where(static f => !f.IsWarning)],
            $"Database {load.Target} was loaded and differs from snapshot {load.Location.Id}");
        foreach (var warning in findings)
        {
            request.OnWarning?.Invoke(warning);
        }

        if (request.Witness is { } restored)
        {
            await session.WitnessAsync(restored with { State = RestoreWitnessState.Restored }, cancellationToken);
        }
    }

    /// <summary>Loads every database of the snapshot, one after another, into the scratch database
    /// <c>drydock_verify_…</c> of the server, compares it and drops it, on every exit, including one left by an earlier
    /// attempt. Changes nothing else on the server.</summary>
    /// <returns>The manifest and the differences.</returns>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.AlreadyExists"/>: a database of that name exists
    /// that no test created; <see cref="SnapshotFailure.Busy"/>: another test of this snapshot runs; other failures,
    /// which do not concern the snapshot (server, storage, tools).</exception>
    public virtual Task<DumpVerification> RestoreTestAsync(
        RestoreTestRequest request, CancellationToken cancellationToken) =>
        new RestoreTest(request, _run, _sessions).RunAsync(cancellationToken);

    /// <summary>Ends the sessions of a test of these databases whose process died, and drops its scratch
    /// database.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.AlreadyExists"/>: no test of this snapshot
    /// created it.</exception>
    public virtual Task ClearTestAsync(
        RestoreTestRequest request, IReadOnlyList<string> databases, CancellationToken cancellationToken) =>
        new RestoreTest(request, _run, _sessions).ClearAsync(databases, cancellationToken);

    /// <summary>Checksums of the contents of databases, by <c>database.table</c>.</summary>
    public virtual async Task<IReadOnlyDictionary<string, string>> ReadChecksumsAsync(
        MySqlOptions connection, IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        await using var session = await MySqlSession.OpenAsync(connection.With(database: ""), cancellationToken);
        session.CommandTimeout = 0;
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var database in databases)
        {
            foreach (var (table, sum) in await ContentChecksums.ReadAsync(session, database, cancellationToken))
            {
                all[$"{database}.{table}"] = sum;
            }
        }

        return all;
    }

    /// <summary>Ends the sessions that an earlier process left loading one database of this snapshot, and waits until
    /// the server no longer lists them.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SessionRemains"/> after 30 seconds.</exception>
    public virtual Task EndSessionsAsync(
        SnapshotLocation location, MySqlOptions connection, string database, CancellationToken cancellationToken) =>
        _sessions.EndAsync(location, connection, database, cancellationToken);
}
