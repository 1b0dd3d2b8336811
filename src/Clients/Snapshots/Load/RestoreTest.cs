namespace Drydock.Clients.Snapshots;

/// <summary>Loads the databases of a snapshot into a scratch database, one after another.</summary>
internal sealed class RestoreTest(
    RestoreTestRequest request, LoadChecks checks, LoadRun run, ISnapshotSessions sessions)
{
    private readonly SnapshotLocation _location = request.Location;
    private readonly string _scratch = NameOf(request.Location.Id);

    internal static string NameOf(string snapshotId) => "drydock_verify_" + SessionMarker.Hash(snapshotId, 8);

    internal async Task<SnapshotVerification> RunAsync(CancellationToken cancellationToken)
    {
        var manifest = await ManifestStore.RequireAsync(_location, cancellationToken).ConfigureAwait(false);
        foreach (var database in manifest.Databases)
        {
            await sessions.EndAsync(
                _location,
                request.Connection,
                database.Name + SessionMarker.ForTest,
                cancellationToken).ConfigureAwait(false);
        }

        await using var session = await LoadSession.OpenAsync(
            _location, request.Connection, _scratch, cancellationToken).ConfigureAwait(false);
        await session.LockAsync(
            _location.Id,
            manifest.Databases[0].Name + SessionMarker.ForTest,
            SessionMarker.RestoreLock(_scratch),
            cancellationToken).ConfigureAwait(false);
        var record = new ScratchRecord(_scratch, session.Server.Key);
        await ClaimAsync(record, session, cancellationToken).ConfigureAwait(false);
        try
        {
            var findings = new List<SnapshotFinding>();
            foreach (var database in manifest.Databases)
            {
                findings.AddRange(await TestAsync(database, record, session, cancellationToken).ConfigureAwait(false));
            }

            return new SnapshotVerification(manifest, [.. findings.Where(static f => !f.IsWarning)])
            {
                Warnings = [.. findings.Where(static f => f.IsWarning)],
            };
        }
        finally
        {
            await ClearAsync(manifest, record, session).ConfigureAwait(false);
        }
    }

    // Failures of the snapshot become findings; failures of the server, the storage or the tools are thrown.
    private static bool IsOfTheSnapshot(SnapshotFailure failure) => failure is
        SnapshotFailure.Truncated
            or SnapshotFailure.ChecksumMismatch
            or SnapshotFailure.RowCountMismatch
            or SnapshotFailure.CatalogueMismatch
        or SnapshotFailure.NotFound
            or SnapshotFailure.LoadFailed
            or SnapshotFailure.InvalidRequest;

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
            await checks.RequireGoodFilesAsync(load, cancellationToken).ConfigureAwait(false);
            DumpCheck.ThrowIfAny(
                await LoadChecks.ServerAsync(load, session, cancellationToken).ConfigureAwait(false),
                $"Snapshot {_location.Id} cannot be tested");
            await session.RecreateAsync(
                database.CharacterSet, database.Collation, cancellationToken).ConfigureAwait(false);
            await record.StoreAsync(_location, record.MadeName(_location), cancellationToken).ConfigureAwait(false);
            await run.LoadAsync(load, session, cancellationToken).ConfigureAwait(false);
            request.Progress?.Report(
                new SnapshotProgress(
                    database.Name, SnapshotStage.Comparing, database.File.RawBytes, database.File.StoredBytes));
            var findings = await LoadRun.CompareAsync(load, session, cancellationToken).ConfigureAwait(false);
            if (findings.All(static f => f.IsWarning))
            {
                request.Progress?.Report(
                    new SnapshotProgress(
                        database.Name, SnapshotStage.Loaded, database.File.RawBytes, database.File.StoredBytes));
            }

            return findings;
        }
        catch (SnapshotException e) when (IsOfTheSnapshot(e.Failure))
        {
            return [new SnapshotFinding(e.Failure, database.Name, e.Message)];
        }
    }

    private async Task ClaimAsync(ScratchRecord record, LoadSession session, CancellationToken cancellationToken)
    {
        var there = await session.AskAsync(
            c =>
                new CatalogueReader(c, "").ReadAsync(
                    _scratch, countRows: false, cancellationToken)).ConfigureAwait(false);
        if (there is not null)
        {
            var made = await _location.Storage.StatAsync(
                record.MadeName(_location), cancellationToken).ConfigureAwait(false) is not null;
            var begun = await _location.Storage.StatAsync(
                record.BegunName(_location), cancellationToken).ConfigureAwait(false) is not null;
            if (!made && !(begun && there.IsEmpty))
            {
                throw new SnapshotException(
                    SnapshotFailure.AlreadyExists,
                    $"Database {_scratch} exists on {request.Connection.Describe()} and was not created by a restore "
                        + $"test of snapshot {_location.Id}. Rename or drop it manually.");
            }
        }

        else
        {
            // A record without its database must not match a database that another user creates later.
            await record.RemoveAsync(_location, cancellationToken).ConfigureAwait(false);
        }

        await record.StoreAsync(_location, record.BegunName(_location), cancellationToken).ConfigureAwait(false);
    }

    // Runs on every exit. A lost session has lost its lock and must not drop anything; another session then takes the
    // lock.
    private async Task ClearAsync(SnapshotManifest manifest, ScratchRecord record, LoadSession session)
    {
        try
        {
            await session.DropAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.ConnectionLost)
        {
            await using var other = await LoadSession.OpenAsync(
                _location, request.Connection, _scratch, CancellationToken.None).ConfigureAwait(false);
            await other.LockAsync(
                _location.Id,
                manifest.Databases[0].Name + SessionMarker.ForTest,
                SessionMarker.RestoreLock(_scratch),
                CancellationToken.None).ConfigureAwait(false);
            await other.DropAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await record.RemoveAsync(_location, CancellationToken.None).ConfigureAwait(false);
        foreach (var database in manifest.Databases)
        {
            await SessionRecords.ClearAsync(
                _location, database.Name + SessionMarker.ForTest, CancellationToken.None).ConfigureAwait(false);
        }
    }
}

/// <summary>Which snapshot to load for a test, and on which server.</summary>
public sealed record RestoreTestRequest
{
    public const string ScratchDatabases = @"drydock\_verify\_%";

    public required SnapshotLocation Location { get; init; }

    /// <summary>How to reach the server; its <c>Database</c> is not used. The user needs all privileges on
    /// <see cref="ScratchDatabases"/>.</summary>
    public required MySqlOptions Connection { get; init; }

    /// <summary>Clients that load the rows side by side, for a snapshot of several files. Default 4.</summary>
    public int Threads { get; init; } = 4;

    public string? Identity { get; init; }

    /// <summary>Receives bytes and stages.</summary>
    public IProgress<SnapshotProgress>? Progress { get; init; }

    public Func<SnapshotSession, CancellationToken, Task>? OnSession { get; init; }

    public override string ToString() => $"{Location.Prefix} on {Connection.Describe()}";
}

/// <summary>Records that a scratch database on a server belongs to this snapshot: stored before the database is
/// created, and again under another name after it was created.</summary>
/// <param name="Database">Its name.</param>
/// <param name="ServerKey">On which server.</param>
internal sealed record ScratchRecord(string Database, string ServerKey)
{
    private string Stem => $"{Database}.{SessionMarker.Hash(ServerKey, 12)}";

    /// <summary>It may have been created: only an empty database is accepted as it.</summary>
    internal string BegunName(SnapshotLocation location) => $"{location.Prefix}verify/{Stem}.begun.json";

    internal string MadeName(SnapshotLocation location) => $"{location.Prefix}verify/{Stem}.made.json";

    internal async Task StoreAsync(SnapshotLocation location, string name, CancellationToken cancellationToken)
    {
        if (await location.Storage.StatAsync(name, cancellationToken).ConfigureAwait(false) is not null)
        {
            return;
        }

        await using var writer = await location.Storage.CreateAsync(name, cancellationToken).ConfigureAwait(false);
        await JsonSerializer.SerializeAsync(
            writer.Content, this, SnapshotJson.Default.ScratchRecord, cancellationToken).ConfigureAwait(false);
        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    internal async Task RemoveAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        await location.Storage.DeleteAsync(MadeName(location), cancellationToken).ConfigureAwait(false);
        await location.Storage.DeleteAsync(BegunName(location), cancellationToken).ConfigureAwait(false);
    }
}
