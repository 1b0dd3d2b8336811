using System.IO.Compression;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Dumps, verifies and publishes one database of a snapshot.</summary>
internal sealed class DatabaseDump(SnapshotRequest request, IDumpTool tool, IReadOnlyList<string> flags, MySqlServerIdentity server, TimeProvider time)
{
    private readonly SnapshotLocation _location = request.Location;

    internal async Task<SnapshotDatabase> RunAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(new MySqlConnectionStringBuilder(request.Connection) { Database = "" });
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        var name = $"{StorageName.Encode(database)}.{StorageName.Unique()}.sql.gz";
        var partial = _location.Prefix + name + StorageName.Partial;
        var file = await DumpAsync(database, name, partial, connection, cancellationToken).ConfigureAwait(false);

        // After the dump: had the server changed meanwhile, the counts would show it.
        var catalogue = await new CatalogueReader(connection, SessionMarker.Comment(_location.Id)).ReadAsync(database, countRows: true, cancellationToken).ConfigureAwait(false)
            ?? throw new SnapshotException(SnapshotFailure.DatabaseMissing, $"Database {database} went away from {request.Connection.Describe()} while it was dumped.");
        var meter = new ProgressMeter(request.Progress, database, SnapshotStage.Verifying);
        var stored = await StoredDumpReader.ReadAsync(_location.Storage, partial, meter, cancellationToken).ConfigureAwait(false);
        var result = Describe(catalogue, file with { LargestStatementBytes = stored.Summary.LargestStatementBytes });
        try
        {
            DumpCheck.ThrowIfAny(DumpCheck.Compare(result, stored), $"The dump of {database} is not what the server {request.Connection.Describe()} holds");
        }
        catch (SnapshotException)
        {
            await _location.Storage.DeleteAsync(partial, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await _location.Storage.PublishAsync(partial, _location.Prefix + name, cancellationToken).ConfigureAwait(false);
        new ProgressMeter(request.Progress, database, SnapshotStage.Published).Finish(result.File.RawBytes, result.File.StoredBytes);
        return result;
    }

    private static SnapshotDatabase Describe(DatabaseCatalogue catalogue, SnapshotFile file) => new()
    {
        Name = catalogue.Name,
        CharacterSet = catalogue.CharacterSet,
        Collation = catalogue.Collation,
        File = file,
        Tables = catalogue.Tables,
        Views = catalogue.Views,
        Routines = catalogue.Routines,
        Triggers = catalogue.Triggers,
        Events = catalogue.Events,
        Sequences = catalogue.Sequences,
    };

    private async Task<SnapshotFile> DumpAsync(string database, string name, string partial, MySqlConnection connection, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(request.Progress, database, SnapshotStage.Dumping);
        string? record = null;
        long raw = 0;
        await using var writer = await _location.Storage.CreateAsync(partial, cancellationToken).ConfigureAwait(false);
        await using var hashing = new HashingStream(writer.Content);
        var job = new DumpJob
        {
            Connection = request.Connection,
            Database = database,
            SnapshotId = _location.Id,
            Flags = flags,
            OnStarted = async (child, token) => record = await NoteSessionAsync(child, connection, database, token).ConfigureAwait(false),
        };
        try
        {
            await tool.DumpAsync(
                job,
                async (output, token) => raw = await CompressAsync(output, hashing, meter, token).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot write '{partial}' to {_location.Storage.Description}: {e.Message}", e);
        }

        if (record is not null)
        {
            await _location.Storage.DeleteAsync(record, cancellationToken).ConfigureAwait(false);
        }

        meter.Finish(raw, hashing.Bytes);
        return new SnapshotFile(name, "gzip", hashing.Bytes, raw, hashing.FinishHash(), LargestStatementBytes: 0);
    }

    private static async Task<long> CompressAsync(Stream output, HashingStream target, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var buffer = new byte[StoredDumpReader.BufferBytes];
        long raw = 0;
        await using var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);
        while (await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read && read > 0)
        {
            await gzip.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            raw += read;
            meter.Report(raw, target.Bytes);
        }

        return raw;
    }

    private async Task<string?> NoteSessionAsync(RunningTool child, MySqlConnection connection, string database, CancellationToken cancellationToken)
    {
        var session = await SessionFinder.FindAsync(child, connection, server, request.Connection.UserID, _location.Id, database, time, cancellationToken).ConfigureAwait(false);
        if (session is null)
        {
            return null;
        }

        var record = await SessionRecords.AddAsync(_location, session, cancellationToken).ConfigureAwait(false);
        if (request.OnSession is not null)
        {
            await request.OnSession(session, cancellationToken).ConfigureAwait(false);
        }

        return record;
    }
}
