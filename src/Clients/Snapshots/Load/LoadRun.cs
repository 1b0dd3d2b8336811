namespace Drydock.Clients.Snapshots;

/// <summary>Feeds the files of one database to mysql and compares the result: tables first, then the files of rows by
/// several clients side by side, then everything that may refer to them.</summary>
internal sealed class LoadRun(SnapshotToolOptions options, TimeProvider time)
{
    private static readonly byte[] Commit = "COMMIT;\n"u8.ToArray();

    private readonly ClientTool _client = new(options);
    private readonly DumpCodec _codec = new(options);
    private readonly SnapshotVerifier _verifier = new(options, time);

    /// <summary>Compares all files with the manifest, and whether they may be loaded into the target.</summary>
    internal Task<IReadOnlyList<SnapshotFinding>> CheckFilesAsync(
        DatabaseLoad load, CancellationToken cancellationToken) => _verifier.VerifyAsync(
        load.Location, load.Database, load.DecryptionKey, load.Target, load.Request.Progress, cancellationToken);

    /// <summary>Does the same before a load, unless it was just done.</summary>
    /// <exception cref="SnapshotException">Something is wrong with the snapshot.</exception>
    internal async Task RequireGoodFilesAsync(DatabaseLoad load, CancellationToken cancellationToken)
    {
        if (!load.Request.AlreadyChecked)
        {
            DumpCheck.ThrowIfAny(
                await CheckFilesAsync(load, cancellationToken), $"Snapshot {load.Location.Id} cannot be loaded");
        }
    }

    /// <summary>Loads into the empty target and compares; returns all differences.</summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> LoadAndCompareAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        await LoadAsync(load, session, cancellationToken);
        var expected = load.IsTest ? await DetachAsync(load, session, cancellationToken) : load.Database;
        Report(SnapshotStage.Comparing);

        // Another server version prints definitions differently.
        var sameVersion = session.Connection.Version == load.Manifest.Server.Version;
        var findings = await session.AskAsync(
            c => CompareAsync(c, expected, load.Target, sameVersion, cancellationToken), cancellationToken);
        if (findings.All(static f => f.IsWarning))
        {
            Report(SnapshotStage.Loaded);
        }

        return [.. session.Warnings(load.Database.Name), .. findings];

        void Report(SnapshotStage stage) => load.Request.Progress?.Report(new SnapshotProgress(
            load.Database.Name, stage, load.Database.File.RawBytes, load.Database.File.StoredBytes));
    }

    internal async Task LoadAsync(DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(load.Request.Progress, load.Database.Name, SnapshotStage.Loading, time);
        SnapshotPart[][] phases =
        [
            [SnapshotPart.Whole, SnapshotPart.Tables],
            [SnapshotPart.Rows],
            [SnapshotPart.OtherRows, SnapshotPart.Routines, SnapshotPart.Views],
        ];
        foreach (var parts in phases)
        {
            await LoadAsync(load, session, parts, meter, cancellationToken);
        }

        meter.Finish(load.Database.File.RawBytes, load.Database.File.StoredBytes);
        await session.ForgetClientsAsync(cancellationToken);
    }

    internal static async Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        MySqlSession session,
        ManifestDatabase database,
        string target,
        bool definitions,
        CancellationToken cancellationToken)
    {
        var reader = new CatalogueReader(session, "") { CountsHistory = database.History };
        var actual = await reader.ReadAsync(target, countRows: true, cancellationToken);
        return actual is null
            ? [new(SnapshotFailure.DatabaseMissing, database.Name, $"Database {target} does not exist.")]
            : CatalogueComparison.ServerAgainst(database, actual, definitions);
    }

    // MariaDB writes the name of the database into a default that is the next value of a sequence: a row of the copy
    // would take its value from the original. The rows of a dump have all values, so the defaults are not needed.
    private static async Task<ManifestDatabase> DetachAsync(
        DatabaseLoad load, LoadSession session, CancellationToken cancellationToken)
    {
        var defaults = await session.AskAsync(
            c => c.RowsAsync(
                "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = @db AND "
                    + "COLUMN_DEFAULT LIKE '%nextval(%' AND VERSION() LIKE '%MariaDB%'",
                cancellationToken,
                ("@db", load.Target)),
            cancellationToken);
        if (defaults.Count > 0)
        {
            await session.ExecuteAsync("SET SESSION system_versioning_alter_history=KEEP", cancellationToken);
        }

        foreach (var column in defaults)
        {
            await session.ExecuteAsync(
                $"ALTER TABLE {MySqlIdentifier.Quote(load.Target)}.{MySqlIdentifier.Quote(column[0]!)} ALTER COLUMN "
                    + $"{MySqlIdentifier.Quote(column[1]!)} DROP DEFAULT",
                cancellationToken);
        }

        return load.Database with
        {
            Events = [.. load.Database.Events.Select(static e => new SnapshotObject(e.Name, null))],
            Tables =
            [
                .. load.Database.Tables.Select(
                    t => defaults.Exists(d => d[0] == t.Name) ? t with { DefinitionSha256 = null } : t),
            ],
        };
    }

    // Every client takes the next file of one queue. The first failure ends all clients, and is the one that is thrown.
    private async Task LoadAsync(
        DatabaseLoad load,
        LoadSession session,
        SnapshotPart[] parts,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        var rows = parts is [SnapshotPart.Rows];
        var files = new ConcurrentQueue<SnapshotFile>(
            load.Database.StoredFiles.Where(f => parts.Contains(f.Part))
                .OrderBy(static f => f.Part)
                .ThenBy(static f => f.Name, StringComparer.Ordinal));
        if (files.IsEmpty)
        {
            return;
        }

        var clients = Math.Min(rows ? load.Request.Threads : 1, files.Count);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, clients),
            new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = cancellationToken },
            async (_, token) => await _client.RunAsync(
                load.Request.Connection,
                load.Target,
                session.Opening(SessionMarker.LoadLock(load.Location.Id, load.Key), rows),
                session.NotSwitchedOff,
                id => session.AddClientAsync(load, id, token),
                async input =>
                {
                    while (files.TryDequeue(out var file))
                    {
                        await FeedAsync(load, file, input, meter, token);
                        if (rows)
                        {
                            await ConsumerException.WriteAsync(input, Commit, token);
                        }
                    }
                },
                token));
    }

    private async Task FeedAsync(
        DatabaseLoad load, SnapshotFile file, Stream input, ProgressMeter meter, CancellationToken cancellationToken)
    {
        ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken token) =>
            ConsumerException.WriteAsync(input, piece, token);
        var events = load.IsTest && load.Database.Events.Count > 0 ? new DisabledEvents(WriteAsync) : null;
        var stored = await _codec.ReadAsync(
            load.Location.Storage,
            load.Location.Prefix + file.Name,
            file,
            load.DecryptionKey,
            events is null ? WriteAsync : events.WriteAsync,
            meter,
            cancellationToken);
        if (events is not null)
        {
            await events.FinishAsync(cancellationToken);
        }

        DumpCheck.ThrowIfAny(
            [.. DumpCheck.Stored(load.Database.Name, file, stored, opened: true)],
            $"Database {load.Target} is loaded only partly, because its file changed between its verification and "
                + "the load");
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
            await stream.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException e)
        {
            throw new ConsumerException(e);
        }
    }
}

/// <summary>One load of one database: the request and the resolved details.</summary>
/// <param name="Key">Distinguishes its sessions from those of other loads.</param>
internal sealed record DatabaseLoad(
    SnapshotLoadRequest Request, SnapshotManifest Manifest, ManifestDatabase Database, string Target, string Key)
{
    internal SnapshotLocation Location => Request.Location;

    /// <summary>Whether it is loaded for a test beside the original, whose events run.</summary>
    internal bool IsTest => Key.EndsWith(SessionMarker.ForTest, StringComparison.Ordinal);

    internal DecryptionKey DecryptionKey => DecryptionKey.Of(Manifest, Request.Identity);

    internal static async Task<DatabaseLoad> ReadAsync(
        SnapshotLoadRequest request, string keySuffix, CancellationToken cancellationToken) =>
        Of(request, await ManifestStore.RequireAsync(request.Location, cancellationToken), keySuffix);

    internal static DatabaseLoad Of(SnapshotLoadRequest request, SnapshotManifest manifest, string keySuffix)
    {
        var database = manifest.Databases.FirstOrDefault(d => d.Name == request.Database)
            ?? throw new SnapshotException(
                SnapshotFailure.NotFound,
                $"Snapshot {request.Location.Id} has no database '{request.Database}'; "
                    + $"it has {string.Join(", ", manifest.Databases.Select(static d => d.Name))}.");
        var load =
            new DatabaseLoad(request, manifest, database, request.Target ?? database.Name, database.Name + keySuffix);
        if (!load.DecryptionKey.CanOpen)
        {
            throw new SnapshotException(
                SnapshotFailure.IdentityMissing,
                $"Snapshot {request.Location.Id} is encrypted. Set the age identity of one of its recipients "
                    + $"({string.Join(", ", manifest.Encryption!.Recipients)}).");
        }

        return load;
    }
}
