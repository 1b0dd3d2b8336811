using System.Globalization;
using System.IO.Compression;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <inheritdoc cref="ISnapshotLoader"/>
public sealed class SnapshotLoader(SnapshotToolOptions? options = null, ISnapshotSessions? sessions = null, TimeProvider? time = null) : ISnapshotLoader
{
    private readonly ClientTool _client = new(options ?? new SnapshotToolOptions());
    private readonly ISnapshotSessions _sessions = sessions ?? new SnapshotSessions(time);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SnapshotFinding>> CheckAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (_, database) = await RequireAsync(request, cancellationToken).ConfigureAwait(false);
        await using var connection = await OpenAsync(request.Connection, cancellationToken).ConfigureAwait(false);
        return await CheckAsync(request, database, connection, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task LoadAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (manifest, database) = await RequireAsync(request, cancellationToken).ConfigureAwait(false);
        var target = request.Target ?? database.Name;
        await using var connection = await OpenAsync(request.Connection, cancellationToken).ConfigureAwait(false);
        DumpCheck.ThrowIfAny(await CheckAsync(request, database, connection, cancellationToken).ConfigureAwait(false), $"Snapshot {request.Location.Id} cannot be loaded");
        await _sessions.EndAsync(request.Location, request.Connection, database.Name, cancellationToken).ConfigureAwait(false);
        await RequireEmptyAsync(request, target, connection, cancellationToken).ConfigureAwait(false);
        await FeedAsync(request, database, target, connection, cancellationToken).ConfigureAwait(false);

        request.Progress?.Report(new SnapshotProgress(database.Name, SnapshotStage.Comparing, database.File.RawBytes, database.File.StoredBytes));
        var sameVersion = connection.ServerVersion == manifest.Server.Version;
        DumpCheck.ThrowIfAny(
            await CompareAsync(connection, database, target, sameVersion, cancellationToken).ConfigureAwait(false), $"Database {target} was loaded and is not as snapshot {request.Location.Id} has it");
        request.Progress?.Report(new SnapshotProgress(database.Name, SnapshotStage.Loaded, database.File.RawBytes, database.File.StoredBytes));
    }

    /// <inheritdoc/>
    public async Task RecreateAsync(MySqlConnection connection, SnapshotDatabase database, string target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(database);
        var name = MySqlIdentifier.Quote(target);
        foreach (var sql in (string[])
        [
            $"DROP DATABASE IF EXISTS {name}",
            $"CREATE DATABASE {name} CHARACTER SET {CharsetName(database.CharacterSet)} COLLATE {CharsetName(database.Collation)}",
        ])
        {
            await using var command = new MySqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SnapshotFinding>> CompareAsync(MySqlConnection connection, SnapshotDatabase database, string target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(database);
        return CompareAsync(connection, database, target, definitions: true, cancellationToken);
    }

    private static async Task<IReadOnlyList<SnapshotFinding>> CompareAsync(
        MySqlConnection connection, SnapshotDatabase database, string target, bool definitions, CancellationToken cancellationToken)
    {
        var actual = await new CatalogueReader(connection, "").ReadAsync(target, countRows: true, cancellationToken).ConfigureAwait(false);
        return actual is null
            ? [new SnapshotFinding(SnapshotFailure.DatabaseMissing, database.Name, $"Database {target} does not exist.")]
            : CatalogueComparison.ServerAgainst(database, actual, definitions);
    }

    private static string CharsetName(string name) => name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        ? name
        : throw new SnapshotException(SnapshotFailure.ManifestInvalid, $"'{name}' is no character set or collation.");

    private static async Task<MySqlConnection> OpenAsync(MySqlConnectionStringBuilder options, CancellationToken cancellationToken)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder(options) { Database = "" });
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Wanted> RequireAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        var manifest = await ManifestStore.RequireAsync(request.Location, cancellationToken).ConfigureAwait(false);
        var database = manifest.Databases.FirstOrDefault(d => d.Name == request.Database)
            ?? throw new SnapshotException(
                SnapshotFailure.NotFound, $"Snapshot {request.Location.Id} has no database '{request.Database}'; it has {string.Join(", ", manifest.Databases.Select(static d => d.Name))}.");
        return new Wanted(manifest, database);
    }

    private static async Task<IReadOnlyList<SnapshotFinding>> CheckAsync(
        SnapshotLoadRequest request, SnapshotDatabase database, MySqlConnection connection, CancellationToken cancellationToken)
    {
        var findings = new List<SnapshotFinding>(
            await Snapshotter.VerifyDatabaseAsync(request.Location, database, request.Progress, cancellationToken).ConfigureAwait(false));
        var limit = await MySqlServer.VariableAsync(connection, "max_allowed_packet", cancellationToken).ConfigureAwait(false);
        if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= database.File.LargestStatementBytes)
        {
            findings.Add(new SnapshotFinding(SnapshotFailure.PacketTooLarge, database.Name, string.Create(
                CultureInfo.InvariantCulture,
                $"{database.Name}: the longest statement of the dump has {database.File.LargestStatementBytes} bytes, max_allowed_packet of {request.Connection.Describe()} is {bytes}; set it higher.")));
        }

        return findings;
    }

    private static async Task RequireEmptyAsync(SnapshotLoadRequest request, string target, MySqlConnection connection, CancellationToken cancellationToken)
    {
        var catalogue = await new CatalogueReader(connection, "").ReadAsync(target, countRows: false, cancellationToken).ConfigureAwait(false)
            ?? throw new SnapshotException(SnapshotFailure.DatabaseMissing, $"Database {target} does not exist on {request.Connection.Describe()}; create it first.");
        if (!catalogue.IsEmpty)
        {
            throw new SnapshotException(SnapshotFailure.AlreadyExists, $"Database {target} on {request.Connection.Describe()} is not empty; nothing is loaded over it.");
        }
    }

    private async Task FeedAsync(SnapshotLoadRequest request, SnapshotDatabase database, string target, MySqlConnection connection, CancellationToken cancellationToken)
    {
        var server = await MySqlServer.IdentifyAsync(connection, cancellationToken).ConfigureAwait(false);
        string? record = null;
        await _client.RunAsync(
            request.Connection,
            target,
            server.Kind == MySqlServerKind.OceanBase ? null : SessionMarker.LoadLock(request.Location.Id, database.Name),
            async id => record = await NoteAsync(request, database.Name, id, server, connection, cancellationToken).ConfigureAwait(false),
            input => CopyAsync(request, database, input, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (record is not null)
        {
            await request.Location.Storage.DeleteAsync(record, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string> NoteAsync(
        SnapshotLoadRequest request, string database, ulong id, MySqlServerIdentity server, MySqlConnection connection, CancellationToken cancellationToken)
    {
        var live = (await MySqlServer.SessionsAsync(connection, cancellationToken).ConfigureAwait(false)).FirstOrDefault(s => s.Id == id);
        var session = new SnapshotSession(request.Location.Id, database, id, live?.Host ?? "", server.Key);
        var record = await SessionRecords.AddAsync(request.Location, session, cancellationToken).ConfigureAwait(false);
        if (request.OnSession is not null)
        {
            await request.OnSession(session, cancellationToken).ConfigureAwait(false);
        }

        return record;
    }

    private static async Task CopyAsync(SnapshotLoadRequest request, SnapshotDatabase database, Stream input, CancellationToken cancellationToken)
    {
        var storage = request.Location.Storage;
        var meter = new ProgressMeter(request.Progress, database.Name, SnapshotStage.Loading);
        await using var file = await storage.OpenReadAsync(request.Location.Prefix + database.File.Name, cancellationToken).ConfigureAwait(false);
        await using var hashing = new HashingStream(file);
        await using var gzip = new GZipStream(hashing, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[StoredDumpReader.BufferBytes];
        long raw = 0;
        while (await gzip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read && read > 0)
        {
            await input.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            raw += read;
            meter.Report(raw, hashing.Bytes);
        }

        var sha256 = hashing.FinishHash();
        if (sha256 != database.File.Sha256)
        {
            throw new SnapshotException(SnapshotFailure.ChecksumMismatch, $"{database.File.Name} changed between its verification and the load: SHA-256 {sha256}, expected {database.File.Sha256}.");
        }
    }

    private sealed record Wanted(SnapshotManifest Manifest, SnapshotDatabase Database);
}
