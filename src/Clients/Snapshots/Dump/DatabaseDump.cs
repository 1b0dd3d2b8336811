namespace Drydock.Clients.Snapshots;

/// <summary>Dumps, verifies and publishes one database of a snapshot.</summary>
internal sealed class DatabaseDump(
    SnapshotRequest request,
    IDumpTool tool,
    SnapshotToolOptions options,
    IReadOnlyList<string> flags,
    MySqlServerIdentity server,
    TimeProvider time)
{
    private readonly SnapshotLocation _location = request.Location;
    private readonly DumpCodec _codec = new(options);
    private readonly SnapshotVerifier _verifier = new(options, time);

    private bool History => flags.Contains(MySqlDumpTool.History, StringComparer.Ordinal);

    internal async Task<SnapshotDatabase> RunAsync(string database, CancellationToken cancellationToken)
    {
        await using var session = await MySqlSession.OpenAsync(
            request.Connection.With(database: ""), cancellationToken);
        session.CommandTimeout = 0;
        var written = new ConcurrentBag<Written>();
        try
        {
            var names = new DumpNames(database, request.Recipients.Count > 0);
            await DumpAsync(database, names, written, session, cancellationToken);

            // After the dump, so that a change on the server during the dump shows in the counts. The stored files are
            // read back concurrently.
            var reading = ReadBackAsync(database, written, cancellationToken);
            var catalogue = await CountAsync(database, session, reading, cancellationToken);
            var result = Describe(catalogue, names, written);
            var findings = new List<SnapshotFinding>(await reading);
            CountedFile[] counted =
                [.. from w in written where w.Summary is not null select new CountedFile(w.File, w.Summary!)];
            findings.AddRange(DumpCheck.Contents(result, counted, database));
            DumpCheck.ThrowIfAny(
                findings, $"The dump of {database} differs from the server {request.Connection.Describe()}");
            foreach (var one in written)
            {
                await _location.Storage.PublishAsync(Partial(one), _location.Prefix + one.File.Name, cancellationToken);
            }

            new ProgressMeter(
                request.Progress,
                database,
                SnapshotStage.Published,
                time).Finish(result.File.RawBytes, result.File.StoredBytes);
            return result;
        }
        catch (SnapshotException)
        {
            foreach (var one in written)
            {
                await TidyAsync(Partial(one));
            }

            throw;
        }
    }

    private string Partial(Written one) => _location.Prefix + one.File.Name + StorageName.Partial;

    private async Task TidyAsync(string partial)
    {
        try
        {
            await _location.Storage.DeleteAsync(partial, CancellationToken.None);
        }
        catch (SnapshotException)
        {
            // The caller must see why the dump failed; the next attempt removes the file.
        }
    }

    private SnapshotDatabase Describe(DatabaseCatalogue catalogue, DumpNames names, IEnumerable<Written> written)
    {
        var files = written.Select(static w => w.File)
            .OrderBy(static f => f.Part)
            .ThenBy(static f => f.Name, StringComparer.Ordinal)
            .ToList();
        return new SnapshotDatabase
        {
            Name = catalogue.Name,
            CharacterSet = catalogue.CharacterSet,
            Collation = catalogue.Collation,
            File = files is [{ Part: SnapshotPart.Whole } only] ? only : Together(names, files),
            Files = files is [{ Part: SnapshotPart.Whole }] ? null : files,
            Tables = catalogue.Tables,
            Views = catalogue.Views,
            Routines = catalogue.Routines,
            Triggers = catalogue.Triggers,
            Events = catalogue.Events,
            Sequences = catalogue.Sequences,
            History = History,
        };
    }

    private static SnapshotFile Together(DumpNames names, IReadOnlyList<SnapshotFile> files) => new(
        names.Folder,
        "gzip",
        files.Sum(static f => f.StoredBytes),
        files.Sum(static f => f.RawBytes),
        DumpCheck.HashOf(files),
        files.Max(static f => f.LargestStatementBytes));

    private async Task DumpAsync(
        string database,
        DumpNames names,
        ConcurrentBag<Written> written,
        MySqlSession session,
        CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(request.Progress, database, SnapshotStage.Dumping, time);
        var records = new ConcurrentBag<string>();
        using var finding = new SemaphoreSlim(1, 1);
        var job = new DumpJob
        {
            Connection = request.Connection,
            Database = database,
            SnapshotId = _location.Id,
            Flags = flags,
            Threads = request.Threads,
            OnStarted = async (child, token) =>
            {
                await finding.WaitAsync(token);
                try
                {
                    await NoteSessionsAsync(child, session, database, records, token);
                }
                finally
                {
                    finding.Release();
                }
            },
        };
        var budget = new NameBudget();
        await tool.DumpAsync(
            job,
            (output, token) => StoreAsync(database, output, names, budget, written, meter, token),
            cancellationToken);
        foreach (var record in records)
        {
            await _location.Storage.DeleteAsync(record, cancellationToken);
        }

        meter.Finish(written.Sum(static w => w.File.RawBytes), written.Sum(static w => w.File.StoredBytes));
    }

    private async Task StoreAsync(
        string database,
        DumpOutput output,
        DumpNames names,
        NameBudget budget,
        ConcurrentBag<Written> written,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        var name = names.Of(output);
        if (written.Count >= SnapshotLimits.Files)
        {
            throw new SnapshotException(
                SnapshotFailure.DumpFailed,
                $"The dump of {database} has more than {SnapshotLimits.Files} files, the maximum of a snapshot. "
                    + "Use the tool MySqlDump, which writes one file.");
        }

        var stored = await _codec.WriteAsync(
            _location.Storage,
            _location.Prefix + name + StorageName.Partial,
            request.Recipients,
            output,
            budget,
            meter,
            cancellationToken);
        var toolName = output.Part == SnapshotPart.Rows && DumpNames.Encode(output.Name) != output.Name
            ? output.Name
            : null;
        written.Add(new Written(
            new SnapshotFile(
                name,
                "gzip",
                stored.StoredBytes,
                stored.RawBytes,
                stored.Sha256,
                stored.Summary?.LargestStatementBytes ?? 0,
                output.Part,
                toolName),
            stored.Summary));
    }

    private async Task<DatabaseCatalogue> CountAsync(
        string database, MySqlSession session, Task reading, CancellationToken cancellationToken)
    {
        try
        {
            var reader = new CatalogueReader(session, SessionMarker.Comment(_location.Id)) { CountsHistory = History };
            return await reader.ReadAsync(database, countRows: true, cancellationToken)
                ?? throw new SnapshotException(
                    SnapshotFailure.DatabaseMissing,
                    $"Database {database} disappeared from {request.Connection.Describe()} while it was dumped.");
        }
        catch
        {
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    // The rows were counted before compression, and the compressed bytes were decompressed again
    // (VerifyingStream). The hash of the bytes read back proves that the storage has the same bytes. Encrypted files
    // cannot be decrypted here.
    private async Task<IReadOnlyList<SnapshotFinding>> ReadBackAsync(
        string database, IEnumerable<Written> written, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(request.Progress, database, SnapshotStage.Verifying, time);
        var (findings, _) = await _verifier.ReadAsync(
            _location,
            database,
            written.Select(static w => w.File),
            StorageName.Partial,
            key: null,
            meter,
            cancellationToken);
        meter.Finish(written.Sum(static w => w.File.RawBytes), written.Sum(static w => w.File.StoredBytes));
        return findings;
    }

    private async Task NoteSessionsAsync(
        RunningTool child,
        MySqlSession session,
        string database,
        ConcurrentBag<string> records,
        CancellationToken cancellationToken)
    {
        await foreach (var found in SessionFinder.FindAsync(
            child,
            () => MySqlServer.SessionsAsync(session, cancellationToken),
            server.Key,
            request.Connection.UserID,
            _location.Id,
            database,
            time,
            cancellationToken))
        {
            records.Add(await SessionRecords.AddAsync(_location, found, cancellationToken));
            if (request.OnSession is not null)
            {
                await request.OnSession(found, cancellationToken);
            }
        }
    }

    private sealed record Written(SnapshotFile File, DumpSummary? Summary);
}

/// <summary>Sums the bytes of all files of one database and reports them with their rate, at most once per MiB.
/// Thread-safe.</summary>
internal sealed class ProgressMeter(
    IProgress<SnapshotProgress>? progress, string database, SnapshotStage stage, TimeProvider time)
{
    private const long Step = 1024 * 1024;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Lock _guard = new();
    private readonly Queue<(long At, long Raw)> _samples = [];
    private long _raw;
    private long _stored;
    private long _next;

    /// <summary>Adds bytes of SQL and bytes as stored.</summary>
    internal void Add(long raw, long stored)
    {
        if (progress is null)
        {
            return;
        }

        SnapshotProgress report;
        lock (_guard)
        {
            _raw += raw;
            _stored += stored;
            if (Math.Max(_raw, _stored) < _next)
            {
                return;
            }

            _next = Math.Max(_raw, _stored) + Step;
            report = new SnapshotProgress(database, stage, _raw, _stored, Rate());
        }

        progress.Report(report);
    }

    internal void Finish(long raw, long stored)
    {
        if (progress is null)
        {
            return;
        }

        double rate;
        lock (_guard)
        {
            _raw = raw;
            rate = Rate();
        }

        progress.Report(new SnapshotProgress(database, stage, raw, stored, rate));
    }

    private double Rate()
    {
        var now = time.GetTimestamp();
        _samples.Enqueue((now, _raw));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Window)
        {
            _samples.Dequeue();
        }

        var (at, raw) = _samples.Peek();
        var seconds = time.GetElapsedTime(at, now).TotalSeconds;
        return seconds > 0 ? Math.Max(0, (_raw - raw) / seconds) : 0;
    }
}

/// <summary>Names of the objects of one database's dump.</summary>
internal sealed class DumpNames(string database, bool encrypted)
{
    private readonly string _stem = $"{StorageName.Encode(database)}.{StorageName.Unique()}";

    internal string Folder => _stem;

    internal string Of(DumpOutput output) => output.Part switch
    {
        SnapshotPart.Whole => $"{_stem}.sql{Ending}",
        SnapshotPart.Rows or SnapshotPart.Metadata => $"{_stem}/rows/{Encode(output.Name)}{Ending}",
        _ => $"{_stem}/{output.Name}{Ending}",
    };

    private string Ending => encrypted ? ".gz.age" : ".gz";

    // The dots stay: they separate database, table, number and extension.
    internal static string Encode(string fileName) => string.Join('.', fileName.Split('.').Select(StorageName.Encode));
}

/// <summary>Limits the memory for the names of tables in all files of one database's dump. Thread-safe.</summary>
/// <param name="limit">Bytes.</param>
internal sealed class NameBudget(long limit = SnapshotLimits.NamesOfDump)
{
    // Bytes of a dictionary entry besides the text.
    private const int PerName = 96;

    private long _taken;

    /// <summary>Reserves memory for a name.</summary>
    /// <exception cref="SnapshotException">The limit is exceeded.</exception>
    internal void Take(string name)
    {
        if (Interlocked.Add(ref _taken, PerName + (2L * name.Length)) > limit)
        {
            throw new SnapshotException(
                SnapshotFailure.Truncated,
                $"The dump cannot be read: the names of its tables are longer than {limit} bytes in total.");
        }
    }
}
