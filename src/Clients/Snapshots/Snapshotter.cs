using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <inheritdoc cref="ISnapshotter"/>
public sealed class Snapshotter(IDumpTool? tool = null, ISnapshotSessions? sessions = null, TimeProvider? time = null) : ISnapshotter
{
    private const int VerifyParallelism = 4;

    private readonly IDumpTool _tool = tool ?? new MySqlDumpTool();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ISnapshotSessions _sessions = sessions ?? new SnapshotSessions(time);

    /// <inheritdoc/>
    public async Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        if (await ManifestStore.ReadAsync(request.Location, cancellationToken).ConfigureAwait(false) is { } existing)
        {
            return await TakeAgainAsync(request, existing, cancellationToken).ConfigureAwait(false);
        }

        var started = _time.GetUtcNow();
        await _sessions.EndAsync(request.Location, request.Connection, cancellationToken).ConfigureAwait(false);
        await RemovePartialsAsync(request.Location, cancellationToken).ConfigureAwait(false);
        var (server, description) = await PrepareAsync(request, cancellationToken).ConfigureAwait(false);
        var databases = await DumpAllAsync(request, server, description.Flags, cancellationToken).ConfigureAwait(false);
        var manifest = new SnapshotManifest
        {
            Id = request.Location.Id,
            StartedAt = started,
            CreatedAt = _time.GetUtcNow(),
            Server = new SnapshotServer(server.Key, server.Kind.ToString(), server.Version),
            Tool = description,
            Databases = databases,
        };
        await ManifestStore.PublishAsync(request.Location, manifest, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    /// <inheritdoc/>
    public Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        return ManifestStore.ReadAsync(location, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<SnapshotVerification> VerifyAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        var manifest = await ManifestStore.RequireAsync(location, cancellationToken).ConfigureAwait(false);
        return await VerifyAsync(location, manifest, progress: null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<SnapshotVerification> CheckPresenceAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        var manifest = await ManifestStore.RequireAsync(location, cancellationToken).ConfigureAwait(false);
        var findings = new List<SnapshotFinding>();
        foreach (var database in manifest.Databases)
        {
            var found = await location.Storage.StatAsync(location.Prefix + database.File.Name, cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                findings.Add(DumpCheck.Missing(database, location.Storage));
            }
            else if (found.Bytes != database.File.StoredBytes)
            {
                findings.Add(new SnapshotFinding(SnapshotFailure.ChecksumMismatch, database.Name, string.Create(
                    CultureInfo.InvariantCulture, $"{database.File.Name} has {found.Bytes} bytes, expected {database.File.StoredBytes}.")));
            }
        }

        return new SnapshotVerification(manifest, findings);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        StorageName.Check(location);
        await location.Storage.DeleteAsync(location.ManifestName, cancellationToken).ConfigureAwait(false);
        foreach (var entry in await location.Storage.ListAsync(location.Prefix, cancellationToken).ConfigureAwait(false))
        {
            await location.Storage.DeleteAsync(entry.Name, cancellationToken).ConfigureAwait(false);
        }
    }

    internal static async Task<IReadOnlyList<SnapshotFinding>> VerifyDatabaseAsync(
        SnapshotLocation location, SnapshotDatabase database, IProgress<SnapshotProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var meter = new ProgressMeter(progress, database.Name, SnapshotStage.Verifying);
            var stored = await StoredDumpReader.ReadAsync(location.Storage, location.Prefix + database.File.Name, meter, cancellationToken).ConfigureAwait(false);
            return DumpCheck.Compare(database, stored);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
        {
            return [DumpCheck.Missing(database, location.Storage)];
        }
    }

    private static async Task<SnapshotVerification> VerifyAsync(
        SnapshotLocation location, SnapshotManifest manifest, IProgress<SnapshotProgress>? progress, CancellationToken cancellationToken)
    {
        var findings = new ConcurrentDictionary<string, IReadOnlyList<SnapshotFinding>>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            manifest.Databases,
            new ParallelOptions { MaxDegreeOfParallelism = VerifyParallelism, CancellationToken = cancellationToken },
            async (database, token) => findings[database.Name] = await VerifyDatabaseAsync(location, database, progress, token).ConfigureAwait(false)).ConfigureAwait(false);
        return new SnapshotVerification(manifest, [.. manifest.Databases.SelectMany(d => findings[d.Name])]);
    }

    private static async Task<SnapshotManifest> TakeAgainAsync(SnapshotRequest request, SnapshotManifest existing, CancellationToken cancellationToken)
    {
        var id = request.Location.Id;
        if (!existing.Databases.Select(static d => d.Name).Order(StringComparer.Ordinal).SequenceEqual(request.Databases.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            throw new SnapshotException(
                SnapshotFailure.AlreadyExists,
                $"Snapshot {id} exists with databases {string.Join(", ", existing.Databases.Select(static d => d.Name))}, asked for were {string.Join(", ", request.Databases)}; use another id.");
        }

        var verification = await VerifyAsync(request.Location, existing, request.Progress, cancellationToken).ConfigureAwait(false);
        DumpCheck.ThrowIfAny(verification.Findings, $"Snapshot {id} exists and is damaged; use another id");
        return existing;
    }

    private static void Check(SnapshotRequest request)
    {
        StorageName.Check(request.Location);
        if (request.Databases.Count == 0 || request.Databases.Distinct(StringComparer.Ordinal).Count() != request.Databases.Count || request.Databases.Any(string.IsNullOrEmpty))
        {
            throw new SnapshotException(SnapshotFailure.InvalidRequest, $"Databases [{string.Join(", ", request.Databases)}]: name at least one, each once.");
        }

        if (request.Parallelism < 1)
        {
            throw new SnapshotException(SnapshotFailure.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"Parallelism {request.Parallelism}: at least 1."));
        }
    }

    private static async Task RemovePartialsAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        foreach (var entry in await location.Storage.ListAsync(location.Prefix, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Name.EndsWith(StorageName.Partial, StringComparison.Ordinal))
            {
                await location.Storage.DeleteAsync(entry.Name, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<Prepared> PrepareAsync(SnapshotRequest request, CancellationToken cancellationToken)
    {
        await using var connection = new MySqlConnection(new MySqlConnectionStringBuilder(request.Connection) { Database = "" });
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        var server = await MySqlServer.IdentifyAsync(connection, cancellationToken).ConfigureAwait(false);
        var reader = new CatalogueReader(connection, SessionMarker.Comment(request.Location.Id));
        var catalogues = new List<DatabaseCatalogue>();
        foreach (var database in request.Databases)
        {
            catalogues.Add(await reader.ReadAsync(database, countRows: false, cancellationToken).ConfigureAwait(false)
                ?? throw new SnapshotException(SnapshotFailure.DatabaseMissing, $"There is no database '{database}' on {request.Connection.Describe()}, or {request.Connection.UserID} may not see it."));
        }

        var scope = new DumpScope(
            server.Kind, catalogues.Exists(static c => c.Routines.Count > 0), catalogues.Exists(static c => c.Triggers.Count > 0), catalogues.Exists(static c => c.Events.Count > 0));
        return new Prepared(server, await _tool.DescribeAsync(scope, cancellationToken).ConfigureAwait(false));
    }

    private async Task<IReadOnlyList<SnapshotDatabase>> DumpAllAsync(
        SnapshotRequest request, MySqlServerIdentity server, IReadOnlyList<string> flags, CancellationToken cancellationToken)
    {
        var dump = new DatabaseDump(request, _tool, flags, server, _time);
        var results = new ConcurrentDictionary<string, SnapshotDatabase>(StringComparer.Ordinal);

        // The first failure cancels the others, and is the one that is thrown.
        await Parallel.ForEachAsync(
            request.Databases,
            new ParallelOptions { MaxDegreeOfParallelism = request.Parallelism, CancellationToken = cancellationToken },
            async (database, token) => results[database] = await dump.RunAsync(database, token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. request.Databases.Select(d => results[d])];
    }

    private sealed record Prepared(MySqlServerIdentity Server, SnapshotTool Tool);
}
