namespace Drydock.Clients.Snapshots;

/// <summary>Feeds the files of one database to mysql and compares the result: tables first, then the files of rows by
/// several clients side by side, then everything that may refer to them.</summary>
internal sealed class LoadRun(DumpCodec coder, SnapshotToolOptions options, TimeProvider time)
{
    private static readonly byte[] Commit = "COMMIT;\n"u8.ToArray();

    private readonly ClientTool _client = new(options);

    /// <summary>Loads into the empty target and compares.</summary>
    internal async Task LoadAndCompareAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        await LoadAsync(load, session, cancellationToken).ConfigureAwait(false);
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

    internal async Task LoadAsync(DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(load.Request.Progress, load.Database.Name, SnapshotStage.Loading, time);
        using var sessions = new LoadedBy(load, session);
        await SqlAsync(
            load,
            [.. load.FilesOf(SnapshotPart.Whole, SnapshotPart.Tables)],
            sessions,
            meter,
            cancellationToken).ConfigureAwait(false);
        await RowsAsync(load, sessions, meter, cancellationToken).ConfigureAwait(false);
        await SqlAsync(
            load,
            [.. load.FilesOf(SnapshotPart.OtherRows, SnapshotPart.Routines, SnapshotPart.Views)],
            sessions,
            meter,
            cancellationToken).ConfigureAwait(false);
        meter.Finish(load.Database.File.RawBytes, load.Database.File.StoredBytes);
        await sessions.ForgetAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        // Another server version prints definitions differently.
        var sameVersion = session.Connection.Version == load.Manifest.Server.Version;
        var expected = load.IsTest
            ? load.Database with
            {
                Events = [.. load.Database.Events.Select(static e => new SnapshotObject(e.Name, null))],
            }
            : load.Database;
        return session.AskAsync(c => CompareAsync(c, expected, load.Target, sameVersion, cancellationToken));
    }

    internal static async Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        MySqlSession session,
        SnapshotDatabase database,
        string target,
        bool definitions,
        CancellationToken cancellationToken)
    {
        var reader = new CatalogueReader(session, "") { CountsHistory = database.History };
        var actual = await reader.ReadAsync(target, countRows: true, cancellationToken).ConfigureAwait(false);
        return actual is null
            ? [
                new SnapshotFinding(
                    SnapshotFailure.DatabaseMissing, database.Name, $"Database {target} does not exist.")]
            : CatalogueComparison.ServerAgainst(database, actual, definitions);
    }

    private async Task SqlAsync(
        DatabaseLoad load,
        IReadOnlyList<SnapshotFile> files,
        LoadedBy sessions,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        if (files.Count == 0)
        {
            return;
        }

        await _client.RunAsync(
            load.Request.Connection,
            load.Target,
            ClientOpening.Of(sessions.Leader, SessionMarker.LoadLock(load.Location.Id, load.Key)),
            id => sessions.AddAsync(id, cancellationToken),
            async input =>
            {
                foreach (var file in files)
                {
                    await FeedAsync(load, file, input, meter, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    // Every client takes the next file of one queue. The first failure ends all clients, and is the one that is thrown.
    private async Task RowsAsync(
        DatabaseLoad load, LoadedBy sessions, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var files = new ConcurrentQueue<SnapshotFile>(load.FilesOf(SnapshotPart.Rows));
        var clients = Math.Min(load.Request.Threads, files.Count);
        if (clients == 0)
        {
            return;
        }

        await Parallel.ForEachAsync(
            Enumerable.Range(0, clients),
            new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = cancellationToken },
            async (_, token) => await _client.RunAsync(
                load.Request.Connection,
                load.Target,
                ClientOpening.OfRows(sessions.Leader, SessionMarker.LoaderLock(load.Location.Id, load.Key)),
                id => sessions.AddAsync(id, token),
                async input =>
                {
                    while (files.TryDequeue(out var file))
                    {
                        await FeedAsync(load, file, input, meter, token).ConfigureAwait(false);
                        await ConsumerException.WriteAsync(input, Commit, token).ConfigureAwait(false);
                    }
                },
                token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FeedAsync(
        DatabaseLoad load, SnapshotFile file, Stream input, ProgressMeter meter, CancellationToken cancellationToken)
    {
        ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken token) =>
            ConsumerException.WriteAsync(input, piece, token);
        var events = load.IsTest && load.Database.Events.Count > 0 ? new DisabledEvents(WriteAsync) : null;
        var stored = await coder.ReadAsync(
            load.Location.Storage,
            load.Location.Prefix + file.Name,
            new DumpReadRequest(file, new NameBudget()),
            load.DecryptionKey,
            ReadDepth.Decoded,
            events is null ? WriteAsync : events.WriteAsync,
            meter,
            cancellationToken).ConfigureAwait(false);
        if (events is not null)
        {
            await events.FinishAsync(cancellationToken).ConfigureAwait(false);
        }

        DumpCheck.ThrowIfAny(
            [.. DumpCheck.Stored(load.Database.Name, file, stored, opened: true)],
            $"Database {load.Target} is loaded only partly, because its file changed between its verification and "
                + "the load");
    }

    /// <summary>The sessions that load, recorded in the storage until the load has ended.</summary>
    private sealed class LoadedBy(DatabaseLoad load, LoadSession leader) : IDisposable
    {
        private readonly SemaphoreSlim _one = new(1, 1);
        private readonly List<string> _records = [];

        internal LoadSession Leader => leader;

        public void Dispose() => _one.Dispose();

        /// <summary>Records one; the leading session answers one question at a time.</summary>
        internal async Task AddAsync(ulong id, CancellationToken cancellationToken)
        {
            await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var listed = await leader.AskAsync(
                    c => MySqlServer.SessionsAsync(c, cancellationToken)).ConfigureAwait(false);
                var host = listed.FirstOrDefault(s => s.Id == id)?.Host ?? "";
                var session = new SnapshotSession(load.Location.Id, load.Key, id, host, leader.Server.Key);
                _records.Add(
                    await SessionRecords.AddAsync(load.Location, session, cancellationToken).ConfigureAwait(false));
                if (load.Request.OnSession is not null)
                {
                    await load.Request.OnSession(session, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                _one.Release();
            }
        }

        internal async Task ForgetAsync(CancellationToken cancellationToken)
        {
            foreach (var record in _records)
            {
                await load.Location.Storage.DeleteAsync(record, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>The consumer of a stored object's content failed, not the storage.</summary>
internal sealed class ConsumerException(IOException inner) : Exception(inner.Message, inner)
{
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
