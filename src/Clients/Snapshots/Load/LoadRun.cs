using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Feeds the files of one database to mysql and myloader, in order, and compares the result.</summary>
internal sealed class LoadRun(DumpCodec coder, SnapshotToolOptions options, TimeProvider time)
{
    private readonly ClientTool _client = new(options);
    private readonly MyLoader _loader = new(options, time);

    /// <summary>Loads into the empty target and compares.</summary>
    internal async Task LoadAndCompareAsync(
        DatabaseLoad load, StagedRows? rows, LoadSession session, CancellationToken cancellationToken)
    {
        await LoadAsync(load, rows, session, cancellationToken).ConfigureAwait(false);
        var file = load.Database.File;
        load.Request.Progress?.Report(
            new SnapshotProgress(load.Database.Name, SnapshotStage.Comparing, file.RawBytes, file.StoredBytes));
        var findings = await CompareAsync(load, session, cancellationToken).ConfigureAwait(false);
        DumpCheck.ThrowIfAny(
            [.. findings.Where(static f => !f.IsWarning)],
            $"Database {load.Target} was loaded and differs from snapshot {load.Location.Id}");
        foreach (var warning in findings)
        {
            load.Request.OnWarning?.Invoke(warning);
        }

        load.Request.Progress?.Report(
            new SnapshotProgress(load.Database.Name, SnapshotStage.Loaded, file.RawBytes, file.StoredBytes));
    }

    internal async Task LoadAsync(
        DatabaseLoad load, StagedRows? rows, LoadSession session, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(load.Request.Progress, load.Database.Name, SnapshotStage.Loading, time);
        var records = new List<string>();
        await SqlAsync(
            load,
            [.. load.FilesOf(SnapshotPart.Whole, SnapshotPart.Tables)],
            session,
            meter,
            records,
            cancellationToken).ConfigureAwait(false);
        if (rows is not null)
        {
            var indexes = await DeferredIndexes.TakeOffAsync(load, session, cancellationToken).ConfigureAwait(false);
            await _loader.RunAsync(
                load,
                rows,
                session,
                (child, token) => NoteAsync(load, child, session, records, token),
                meter,
                cancellationToken).ConfigureAwait(false);
            await indexes.RecreateAsync(cancellationToken).ConfigureAwait(false);
        }

        await SqlAsync(
            load,
            [.. load.FilesOf(SnapshotPart.OtherRows, SnapshotPart.Routines, SnapshotPart.Views)],
            session,
            meter,
            records,
            cancellationToken).ConfigureAwait(false);
        meter.Finish(load.Database.File.RawBytes, load.Database.File.StoredBytes);
        foreach (var record in records)
        {
            await load.Location.Storage.DeleteAsync(record, cancellationToken).ConfigureAwait(false);
        }
    }

    internal static Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        // Another server version prints definitions differently.
        var sameVersion = session.Connection.ServerVersion == load.Manifest.Server.Version;
        return session.AskAsync(c => CompareAsync(c, load.Database, load.Target, sameVersion, cancellationToken));
    }

    internal static async Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        MySqlConnection connection,
        SnapshotDatabase database,
        string target,
        bool definitions,
        CancellationToken cancellationToken)
    {
        var actual = await new CatalogueReader(connection, "").ReadAsync(
            target, countRows: true, cancellationToken).ConfigureAwait(false);
        return actual is null
            ? [
                new SnapshotFinding(
                    SnapshotFailure.DatabaseMissing, database.Name, $"Database {target} does not exist.")]
            : CatalogueComparison.ServerAgainst(database, actual, definitions);
    }

    private async Task SqlAsync(
        DatabaseLoad load,
        IReadOnlyList<SnapshotFile> files,
        LoadSession session,
        ProgressMeter meter,
        List<string> records,
        CancellationToken cancellationToken)
    {
        if (files.Count == 0)
        {
            return;
        }

        await _client.RunAsync(
            load.Request.Connection,
            load.Target,
            ClientOpening.Of(session, SessionMarker.LoadLock(load.Location.Id, load.Key)),
            id => NoteAsync(load, id, session, records, cancellationToken),
            async input =>
            {
                foreach (var file in files)
                {
                    await FeedAsync(load, file, input, meter, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task FeedAsync(
        DatabaseLoad load, SnapshotFile file, Stream input, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var stored = await coder.ReadAsync(
            load.Location.Storage,
            load.Location.Prefix + file.Name,
            new DumpReadRequest(file, load.Nameable, new NameBudget()),
            load.DecryptionKey,
            ReadDepth.Scanned,
            (piece, token) => ConsumerException.WriteAsync(input, piece, token),
            meter,
            cancellationToken).ConfigureAwait(false);
        DumpCheck.ThrowIfAny(
            [.. DumpCheck.Stored(load.Database.Name, file, stored, opened: true)],
            $"Database {load.Target} is loaded only partly, because its file changed between its verification and "
                + "the load");
    }

    private static async Task NoteAsync(
        DatabaseLoad load, ulong id, LoadSession session, List<string> records, CancellationToken cancellationToken)
    {
        var live = (
            await session.AskAsync(
                c => MySqlServer.SessionsAsync(c, cancellationToken)).ConfigureAwait(false)).FirstOrDefault(s =>
                s.Id == id);
        await NoteAsync(
            load,
            new SnapshotSession(load.Location.Id, load.Key, id, live?.Host ?? "", session.Server.Key),
            records,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task NoteAsync(
        DatabaseLoad load,
        RunningTool child,
        LoadSession session,
        List<string> records,
        CancellationToken cancellationToken)
    {
        var found = SessionFinder.FindAsync(
            child,
            () => session.AskAsync(c => MySqlServer.SessionsAsync(c, cancellationToken)),
            session.Server.Key,
            load.Request.Connection.UserID,
            load.Location.Id,
            load.Key,
            time,
            cancellationToken);
        await foreach (var one in found.ConfigureAwait(false))
        {
            await NoteAsync(load, one, records, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task NoteAsync(
        DatabaseLoad load, SnapshotSession session, List<string> records, CancellationToken cancellationToken)
    {
        records.Add(await SessionRecords.AddAsync(load.Location, session, cancellationToken).ConfigureAwait(false));
        if (load.Request.OnSession is not null)
        {
            await load.Request.OnSession(session, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>
/// The consumer of a stored object's content failed, not the storage.
/// </summary>
internal sealed class ConsumerException(IOException inner) : Exception(inner.Message, inner)
{
    /// <summary>Writes to <paramref name="stream"/>, distinguishing its failures from those of the source.</summary>
    internal static async ValueTask WriteAsync(
        Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new ConsumerException(e);
        }
    }
}
