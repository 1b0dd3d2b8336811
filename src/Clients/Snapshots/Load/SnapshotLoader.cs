namespace Drydock.Clients.Snapshots;

public sealed class SnapshotLoader : ISnapshotLoader
{
    private readonly ISnapshotSessions _sessions;
    private readonly LoadChecks _checks;
    private readonly LoadRun _run;

    public SnapshotLoader(
        SnapshotToolOptions? options = null, ISnapshotSessions? sessions = null, TimeProvider? time = null)
    {
        options ??= new SnapshotToolOptions();
        var clock = time ?? TimeProvider.System;
        var coder = new DumpCodec(options);
        _sessions = sessions ?? new SnapshotSessions(time);
        _checks = new LoadChecks(coder, clock);
        _run = new LoadRun(coder, options, clock);
    }

    public async Task<IReadOnlyList<SnapshotFinding>> CheckAsync(
        SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var load = await DatabaseLoad.ReadAsync(request, keySuffix: "", cancellationToken).ConfigureAwait(false);
        var findings =
            new List<SnapshotFinding>(await _checks.FilesAsync(load, cancellationToken).ConfigureAwait(false));
        await using var session = await LoadSession.OpenAsync(
            request.Location, request.Connection, load.Target, cancellationToken).ConfigureAwait(false);
        findings.AddRange(await LoadChecks.ServerAsync(load, session, cancellationToken).ConfigureAwait(false));
        return findings;
    }

    public async Task LoadAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var load = await DatabaseLoad.ReadAsync(request, keySuffix: "", cancellationToken).ConfigureAwait(false);
        await _checks.RequireGoodFilesAsync(load, cancellationToken).ConfigureAwait(false);
        await using var session = await LoadSession.OpenAsync(
            request.Location, request.Connection, load.Target, cancellationToken).ConfigureAwait(false);
        DumpCheck.ThrowIfAny(
            await LoadChecks.ServerAsync(load, session, cancellationToken).ConfigureAwait(false),
            $"Snapshot {request.Location.Id} cannot be loaded");
        await _sessions.EndAsync(
            request.Location, request.Connection, load.Key, cancellationToken).ConfigureAwait(false);
        await RequireEmptyAsync(load, session, cancellationToken).ConfigureAwait(false);
        await _run.LoadAndCompareAsync(load, session, cancellationToken).ConfigureAwait(false);
    }

    public async Task RestoreAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var load = await DatabaseLoad.ReadAsync(request, keySuffix: "", cancellationToken).ConfigureAwait(false);
        await _checks.RequireGoodFilesAsync(load, cancellationToken).ConfigureAwait(false);

        // Sessions of an earlier attempt are ended first: one of them may hold the lock and would continue writing into
        // the new database.
        await _sessions.EndAsync(
            request.Location, request.Connection, load.Key, cancellationToken).ConfigureAwait(false);
        await using var session = await LoadSession.OpenAsync(
            request.Location, request.Connection, load.Target, cancellationToken).ConfigureAwait(false);
        DumpCheck.ThrowIfAny(
            await LoadChecks.ServerAsync(load, session, cancellationToken).ConfigureAwait(false),
            $"Snapshot {request.Location.Id} cannot be restored. Nothing was dropped");
        await session.LockAsync(
            request.Location.Id,
            load.Key,
            SessionMarker.RestoreLock(load.Target),
            cancellationToken).ConfigureAwait(false);
        if (request.OnDrop is not null)
        {
            var there = await session.AskAsync(
                c =>
                    new CatalogueReader(c, "").ReadAsync(
                        load.Target, countRows: false, cancellationToken)).ConfigureAwait(false);
            await request.OnDrop(
                new SnapshotDrop(
                    load.Target, there is not null, there?.Tables.Count ?? 0, session.LockName!, session.Session)
                {
                    IsEmpty = there?.IsEmpty ?? true,
                    Witnesses = await session.AskAsync(
                        c => RestoreWitness.ReadAsync(c, load.Target, cancellationToken)).ConfigureAwait(false),
                },
                cancellationToken).ConfigureAwait(false);
        }

        await session.RecreateAsync(
            load.Database.CharacterSet, load.Database.Collation, cancellationToken).ConfigureAwait(false);
        await WitnessAsync(RestoreWitnessState.Begun).ConfigureAwait(false);
        await _run.LoadAndCompareAsync(load, session, cancellationToken).ConfigureAwait(false);
        await WitnessAsync(RestoreWitnessState.Restored).ConfigureAwait(false);

        async Task WitnessAsync(RestoreWitnessState state)
        {
            if (request.Witness is { } witness)
            {
                await session.AskAsync(async c =>
                {
                    await (witness with { State = state }).WriteAsync(
                        c, load.Target, cancellationToken).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            }
        }
    }

    public async Task RecreateAsync(
        MySqlSession session, SnapshotDatabase database, string target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(database);
        foreach (var sql in LoadSession.RecreateStatements(database.CharacterSet, database.Collation, target))
        {
            await session.ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        MySqlSession session, SnapshotDatabase database, string target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(database);
        return LoadRun.CompareAsync(session, database, target, definitions: true, cancellationToken);
    }

    public async Task<SnapshotVerification> RestoreTestAsync(
        RestoreTestRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await new RestoreTest(
            request, _checks, _run, _sessions).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task RequireEmptyAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        var where = load.Request.Connection.Describe();
        var catalogue = await session.AskAsync(
            c =>
                new CatalogueReader(c, "").ReadAsync(
                    load.Target, countRows: false, cancellationToken)).ConfigureAwait(false)
            ?? throw new SnapshotException(
                SnapshotFailure.DatabaseMissing, $"Database {load.Target} does not exist on {where}. Create it first.");
        if (!catalogue.IsEmpty)
        {
            throw new SnapshotException(
                SnapshotFailure.AlreadyExists,
                $"Database {load.Target} on {where} is not empty, so nothing was loaded into it.");
        }
    }
}
