namespace Drydock.Clients.Snapshots;

/// <summary>Dumps, verifies and publishes one database of a snapshot.</summary>
internal sealed class DatabaseDump(
    SnapshotRequest request,
    MySqlServerIdentity server,
    IDumpTool tool,
    SnapshotToolOptions options,
    IReadOnlyList<string> flags,
    TimeProvider time)
{
    private readonly SnapshotLocation _location = request.Location;
    private readonly DumpCodec _codec = new(options);
    private readonly SnapshotVerifier _verifier = new(options, time);

    private bool History => flags.Contains(MySqlDumpTool.History, StringComparer.Ordinal);

    internal async Task<ManifestDatabase> RunAsync(string database, CancellationToken cancellationToken)
    {
        var written = new ConcurrentBag<CountedFile>();
        try
        {
            var names = new DumpNames(database, request.Recipients.Count > 0);
            await DumpAsync(database, names, written, cancellationToken);

            // After the dump, so that a change on the server during the dump shows in the counts. The stored files are
            // read back concurrently.
            var reading = ReadBackAsync(database, written, cancellationToken);
            var result = Describe(await CountAsync(database, reading, cancellationToken), names, written);
            DumpCheck.ThrowIfAny(
                [.. await reading, .. DumpCheck.Contents(result, [.. written], database)],
                $"The dump of {database} differs from the server {request.Connection.Describe()}");
            foreach (var (file, _) in written)
            {
                await _location.Storage.PublishAsync(Partial(file), _location.Prefix + file.Name, cancellationToken);
            }

            Meter(database, SnapshotStage.Published).Finish(result.File.RawBytes, result.File.StoredBytes);
            return result;
        }
        catch (SnapshotException)
        {
            foreach (var (file, _) in written)
            {
                try
                {
                    await _location.Storage.DeleteAsync(Partial(file), CancellationToken.None);
                }
                catch (SnapshotException)
                {
                    // The caller must see why the dump failed; the next attempt removes the file.
                }
            }

            throw;
        }
    }

    private ProgressMeter Meter(string database, SnapshotStage stage) => new(request.Progress, database, stage, time);

    private string Partial(SnapshotFile file) => _location.Prefix + file.Name + StorageName.Partial;

    private ManifestDatabase Describe(ManifestDatabase counted, DumpNames names, IEnumerable<CountedFile> written)
    {
        var files = written.Select(static w => w.File)
            .OrderBy(static f => f.Part)
            .ThenBy(static f => f.Name, StringComparer.Ordinal)
            .ToList();
        var whole = files is [{ Part: SnapshotPart.Whole } only] ? only : null;
        return counted with
        {
            File = whole ?? new SnapshotFile(
                names.Folder,
                "gzip",
                files.Sum(static f => f.StoredBytes),
                files.Sum(static f => f.RawBytes),
                DumpCheck.HashOf(files),
                files.Max(static f => f.LargestStatementBytes)),
            Files = whole is null ? files : null,
            History = History,
        };
    }

    private async Task DumpAsync(
        string database, DumpNames names, ConcurrentBag<CountedFile> written, CancellationToken cancellationToken)
    {
        var meter = Meter(database, SnapshotStage.Dumping);
        var job = new DumpJob
        {
            Connection = request.Connection,
            Database = database,
            SnapshotId = _location.Id,
            Flags = flags,
            Threads = request.Threads,
        };
        await tool.DumpAsync(job, StoreAsync, cancellationToken);
        meter.Finish(written.Sum(static w => w.File.RawBytes), written.Sum(static w => w.File.StoredBytes));

        async Task StoreAsync(DumpOutput output, CancellationToken token)
        {
            if (written.Count >= SnapshotLimits.Files)
            {
                throw new SnapshotException(
                    SnapshotFailure.DumpFailed,
                    $"The dump of {database} has more than {SnapshotLimits.Files} files, the maximum of a snapshot. "
                        + "Use the tool MySqlDump, which writes one file.");
            }

            written.Add(await _codec.WriteAsync(_location, names.Of(output), request.Recipients, output, meter, token));
        }
    }

    private async Task<ManifestDatabase> CountAsync(string database, Task reading, CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await MySqlSession.OpenAsync(
                request.Connection.With(database: ""), cancellationToken);
            session.CommandTimeout = 0;
            await RequireSameServerAsync(session, cancellationToken);
            var reader = new CatalogueReader(session, SessionMarker.Comment(_location.Id)) { CountsHistory = History };
            return await reader.ReadAsync(database, !request.Definitions, cancellationToken)
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

    // Every session resolves the name again. A dump of one server that is counted on another is of neither.
    private async Task RequireSameServerAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        var now = await MySqlServer.IdentifyAsync(session, cancellationToken);
        if (now.Identity != server.Identity)
        {
            throw new SnapshotException(
                SnapshotFailure.DumpFailed,
                $"{request.Connection.Describe()} was the server {server.Identity} when the dump began and is "
                    + $"{now.Identity} now (a failover, or a change of DNS), so the dump may be of either.");
        }
    }

    // The rows were counted before compression, and the compressed bytes were decompressed again (VerifyingStream). The
    // hash of the bytes read back proves that the storage has the same bytes.
    private async Task<IReadOnlyList<SnapshotFinding>> ReadBackAsync(
        string database, IReadOnlyCollection<CountedFile> written, CancellationToken cancellationToken)
    {
        var meter = Meter(database, SnapshotStage.Verifying);
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
        lock (_guard)
        {
            (_raw, _stored) = (_raw + raw, _stored + stored);
            if (Math.Max(_raw, _stored) >= _next)
            {
                _next = Math.Max(_raw, _stored) + Step;
                Report();
            }
        }
    }

    internal void Finish(long raw, long stored)
    {
        lock (_guard)
        {
            (_raw, _stored) = (raw, stored);
            Report();
        }
    }

    private void Report() => progress?.Report(new SnapshotProgress(database, stage, _raw, _stored, Rate()));

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
    internal string Folder { get; } = $"{StorageName.Encode(database)}.{StorageName.Unique()}";

    internal string Of(DumpOutput output) => output.Part switch
    {
        SnapshotPart.Whole => $"{Folder}.sql{Ending}",
        SnapshotPart.Rows => $"{Folder}/rows/{Encode(output.Name)}{Ending}",
        _ => $"{Folder}/{output.Name}{Ending}",
    };

    private string Ending => encrypted ? ".gz.age" : ".gz";

    // The dots stay: they separate database, table, number and extension.
    internal static string Encode(string fileName) => string.Join('.', fileName.Split('.').Select(StorageName.Encode));
}
