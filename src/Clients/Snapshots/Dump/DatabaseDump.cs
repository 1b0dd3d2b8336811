using System.Collections.Concurrent;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Dumps, verifies and publishes one database of a snapshot.</summary>
internal sealed class DatabaseDump(
    SnapshotRequest request,
    IDumpTool tool,
    ObjectCoder coder,
    IReadOnlyList<string> flags,
    MySqlServerIdentity server,
    TimeProvider time)
{
    private const int ReadBackParallelism = 4;

    private readonly SnapshotLocation _location = request.Location;

    internal async Task<SnapshotDatabase> RunAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(new MySqlConnectionStringBuilder(request.Connection) { Database = "" });
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        var written = new ConcurrentBag<Written>();
        try
        {
            var names = new DumpNames(database, request.Recipients.Count > 0);
            await DumpAsync(database, names, written, connection, cancellationToken).ConfigureAwait(false);

            // After the dump: had the server changed meanwhile, the counts would show it. What was stored is read back
            // meanwhile.
            var reading = ReadBackAsync(database, written, cancellationToken);
            var catalogue = await CountAsync(database, connection, reading, cancellationToken).ConfigureAwait(false);
            var result = Describe(catalogue, names, written);
            var findings = new List<SnapshotFinding>(await reading.ConfigureAwait(false));
            findings.AddRange(DumpCheck.Contents(result, [.. written.Select(static w => (w.File, w.Summary))]));
            DumpCheck.ThrowIfAny(findings, $"The dump of {database} is not what the server {request.Connection.Describe()} holds");
            foreach (var one in written)
            {
                await _location.Storage.PublishAsync(one.Partial, _location.Prefix + one.File.Name, cancellationToken).ConfigureAwait(false);
            }

            new ProgressMeter(request.Progress, database, SnapshotStage.Published, time).Finish(result.File.RawBytes, result.File.StoredBytes);
            return result;
        }
        catch (SnapshotException)
        {
            foreach (var one in written)
            {
                await TidyAsync(one.Partial).ConfigureAwait(false);
            }

            throw;
        }
    }

    private async Task TidyAsync(string partial)
    {
        try
        {
            await _location.Storage.DeleteAsync(partial, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SnapshotException)
        {
            // Why the dump failed is what must be told; the file goes with the next attempt.
        }
    }

    private static SnapshotDatabase Describe(DatabaseCatalogue catalogue, DumpNames names, IEnumerable<Written> written)
    {
        var files = written.Select(static w => w.File).OrderBy(static f => f.Part).ThenBy(static f => f.Name, StringComparer.Ordinal).ToList();
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
        };
    }

    private static SnapshotFile Together(DumpNames names, IReadOnlyList<SnapshotFile> files) => new(
        names.Folder, "gzip", files.Sum(static f => f.StoredBytes), files.Sum(static f => f.RawBytes), DumpCheck.HashOf(files), files.Max(static f => f.LargestStatementBytes));

    private async Task DumpAsync(
        string database,
        DumpNames names,
        ConcurrentBag<Written> written,
        MySqlConnection connection,
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
                await finding.WaitAsync(token).ConfigureAwait(false);
                try
                {
                    await NoteSessionsAsync(child, connection, database, records, token).ConfigureAwait(false);
                }
                finally
                {
                    finding.Release();
                }
            },
        };
        var budget = new NameBudget();
        await tool.DumpAsync(job, (output, token) => StoreAsync(database, output, names, budget, written, meter, token), cancellationToken).ConfigureAwait(false);
        foreach (var record in records)
        {
            await _location.Storage.DeleteAsync(record, cancellationToken).ConfigureAwait(false);
        }

        meter.Finish(written.Sum(static w => w.File.RawBytes), written.Sum(static w => w.File.StoredBytes));
    }

    private async Task StoreAsync(
        string database, DumpOutput output, DumpNames names, NameBudget budget, ConcurrentBag<Written> written, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var name = names.Of(output);
        var partial = _location.Prefix + name + StorageName.Partial;
        if (written.Count >= SnapshotLimits.Files)
        {
            throw new SnapshotException(SnapshotFailure.DumpFailed, FormattableString.Invariant(
                $"The dump of {database} has more than {SnapshotLimits.Files} files, which is the most that a snapshot may have; take it with the tool MySqlDump, which makes one file."));
        }

        var scanner = new DumpScanner(output.Part, database, budget);
        var stored = await coder.WriteAsync(
            _location.Storage, partial, request.Recipients, scanner, output.Head, output.Content, meter, cancellationToken).ConfigureAwait(false);
        var toolName = output.Part == SnapshotPart.Rows && DumpNames.Encode(output.Name) != output.Name ? output.Name : null;
        written.Add(new Written(
            partial,
            new SnapshotFile(name, "gzip", stored.StoredBytes, stored.RawBytes, stored.Sha256, stored.Summary.LargestStatementBytes, output.Part, toolName),
            stored.Summary));
    }

    private async Task<DatabaseCatalogue> CountAsync(
        string database, MySqlConnection connection, Task reading, CancellationToken cancellationToken)
    {
        try
        {
            return await new CatalogueReader(connection, SessionMarker.Comment(_location.Id)).ReadAsync(database, countRows: true, cancellationToken).ConfigureAwait(false)
                ?? throw new SnapshotException(SnapshotFailure.DatabaseMissing, $"Database {database} went away from {request.Connection.Describe()} while it was dumped.");
        }
        catch
        {
            await reading.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }
    }

    // The statements were counted on their way in, and what was compressed was opened again (ProvingStream). That the
    // same bytes lie in the storage is shown by the hash of what comes out of it; what is encrypted could be opened by
    // nobody here.
    private async Task<IReadOnlyList<SnapshotFinding>> ReadBackAsync(
        string database, IEnumerable<Written> written, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(request.Progress, database, SnapshotStage.Verifying, time);
        var budget = new NameBudget();
        var findings = new ConcurrentQueue<SnapshotFinding>();
        await Parallel.ForEachAsync(
            written,
            new ParallelOptions { MaxDegreeOfParallelism = ReadBackParallelism, CancellationToken = cancellationToken },
            async (one, token) =>
            {
                var reading = new FileReading(one.File, database, budget);
                var stored = await coder.ReadAsync(_location.Storage, one.Partial, reading, default, ReadDepth.Stored, sink: null, meter, token).ConfigureAwait(false);
                foreach (var finding in DumpCheck.Stored(database, one.File, stored, opened: false))
                {
                    findings.Enqueue(finding);
                }
            }).ConfigureAwait(false);
        meter.Finish(written.Sum(static w => w.File.RawBytes), written.Sum(static w => w.File.StoredBytes));
        return [.. findings];
    }

    private async Task NoteSessionsAsync(
        RunningTool child,
        MySqlConnection connection,
        string database,
        ConcurrentBag<string> records,
        CancellationToken cancellationToken)
    {
        await foreach (var session in SessionFinder.FindAsync(child, connection, server, request.Connection.UserID, _location.Id, database, time, cancellationToken).ConfigureAwait(false))
        {
            records.Add(await SessionRecords.AddAsync(_location, session, cancellationToken).ConfigureAwait(false));
            if (request.OnSession is not null)
            {
                await request.OnSession(session, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private sealed record Written(string Partial, SnapshotFile File, DumpSummary Summary);
}
