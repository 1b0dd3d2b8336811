namespace Drydock.Clients.Snapshots;

public sealed class Snapshotter(
    IDumpTool? tool = null,
    ISnapshotSessions? sessions = null,
    TimeProvider? time = null,
    SnapshotToolOptions? options = null) : ISnapshotter
{
    private const int MostThreads = 64;

    private readonly SnapshotToolOptions _options = options ?? new SnapshotToolOptions();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ISnapshotSessions _sessions = sessions ?? new SnapshotSessions(time);

    private DumpCodec Coder => new(_options);

    private SnapshotVerifier Verifier => new(Coder, _time);

    public async Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        if (await ManifestStore.ReadAsync(request.Location, cancellationToken).ConfigureAwait(false) is { } existing)
        {
            return await TakeAgainAsync(request, existing, cancellationToken).ConfigureAwait(false);
        }

        if (await ManifestStore.IsRemovingAsync(request.Location, cancellationToken).ConfigureAwait(false))
        {
            throw ManifestStore.BeingRemoved(request.Location);
        }

        var started = _time.GetUtcNow();
        await _sessions.EndAsync(request.Location, request.Connection, cancellationToken).ConfigureAwait(false);
        await RemovePartialsAsync(request.Location, cancellationToken).ConfigureAwait(false);
        var chosen = tool
            ?? (request.Tool == DumpToolKind.MyDumper ? new MyDumperTool(_options) : new MySqlDumpTool(_options));
        var (server, description) = await PrepareAsync(request, chosen, cancellationToken).ConfigureAwait(false);
        var dump = new DatabaseDump(request, chosen, Coder, description.Flags, server, _time);
        var databases = StoredDefinitions.Within(
            await DumpAllAsync(request, dump, cancellationToken).ConfigureAwait(false),
            encrypted: request.Recipients.Count > 0);
        var manifest = new SnapshotManifest
        {
            Format = request.Recipients.Count > 0 || databases.Any(static d => d.Files is not null)
                ? SnapshotManifest.CurrentFormat
                : SnapshotManifest.FirstFormat,
            Id = request.Location.Id,
            StartedAt = started,
            CreatedAt = _time.GetUtcNow(),
            Server = new SnapshotServer(server.Key, server.Kind.ToString(), server.Version),
            Tool = description,
            Encryption = request.Recipients.Count > 0
                ? new SnapshotEncryption(SnapshotEncryption.Age, request.Recipients)
                : null,
            Owner = request.Owner,
            Series = request.Series,
            Databases = databases,
        };
        await ManifestStore.PublishAsync(request.Location, manifest, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    public Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        return ManifestStore.ReadAsync(location, cancellationToken);
    }

    public Task<SnapshotVerification> VerifyAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        VerifyAsync(location, identity: null, progress: null, cancellationToken);

    public async Task<SnapshotVerification> VerifyAsync(
        SnapshotLocation location,
        string? identity,
        IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        var manifest = await ManifestStore.RequireAsync(location, cancellationToken).ConfigureAwait(false);
        return await Verifier.VerifyAsync(
            location, manifest, identity, progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task<SnapshotVerification> CheckPresenceAsync(
        SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        var manifest = await ManifestStore.RequireAsync(location, cancellationToken).ConfigureAwait(false);
        return await SnapshotVerifier.CheckPresenceAsync(location, manifest, cancellationToken).ConfigureAwait(false);
    }

    public Task<SnapshotListing> ListAsync(ISnapshotStorage storage, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(path);
        return SnapshotLister.ListAsync(storage, path, cancellationToken);
    }

    public Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        return ManifestStore.RemoveAsync(location, cancellationToken);
    }

    private async Task<SnapshotManifest> TakeAgainAsync(
        SnapshotRequest request, SnapshotManifest existing, CancellationToken cancellationToken)
    {
        var id = request.Location.Id;
        if (request.Owner is { } owner && existing.Owner != owner)
        {
            throw new SnapshotException(
                SnapshotFailure.AlreadyExists,
                $"Snapshot {id} already exists in {request.Location.Storage.Description} and belongs to "
                    + $"{Describe(existing.Owner)}, not to {Describe(owner)}. "
                    + "Use another spec.pathPrefix or another storage.");
        }

        if (!existing.Databases
            .Select(static d => d.Name)
            .Order(StringComparer.Ordinal)
            .SequenceEqual(request.Databases.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            throw new SnapshotException(
                SnapshotFailure.AlreadyExists,
                $"Snapshot {id} exists with databases "
                    + $"{string.Join(", ", existing.Databases.Select(static d => d.Name))}, requested were "
                    + $"{string.Join(", ", request.Databases)}. Use another id.");
        }

        var verification = await Verifier.VerifyAsync(
            request.Location, existing, identity: null, request.Progress, cancellationToken).ConfigureAwait(false);
        DumpCheck.ThrowIfAny(verification.Findings, $"Snapshot {id} exists and is damaged, so use another id");
        return existing;
    }

    private static string Describe(SnapshotOwner? owner) =>
        owner is null ? "no BackupSnapshot" : $"BackupSnapshot {owner.Namespace}/{owner.Name} (uid {owner.Uid})";

    private static void Check(SnapshotRequest request)
    {
        StorageName.Check(request.Location);
        if (request.Databases.Count == 0
            || request.Databases.Distinct(StringComparer.Ordinal).Count() != request.Databases.Count
            || request.Databases.Any(string.IsNullOrEmpty))
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                $"Databases [{string.Join(", ", request.Databases)}]: list at least one, each only once.");
        }

        if (request.Parallelism < 1)
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                string.Create(
                    CultureInfo.InvariantCulture, $"Parallelism {request.Parallelism}: expected at least 1."));
        }

        if (request.Threads is < 1 or > MostThreads)
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                string.Create(
                    CultureInfo.InvariantCulture, $"Threads {request.Threads}: expected 1 to {MostThreads}."));
        }

        AgeTool.Check(request.Recipients);
    }

    private static async Task RemovePartialsAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        await location.Storage.AbandonUnfinishedAsync(location.Prefix, cancellationToken).ConfigureAwait(false);
        await location.Storage.AbandonUnfinishedAsync(location.Prefix, cancellationToken).ConfigureAwait(false);
        foreach (var entry in await location.Storage.ListAsync(
            location.Prefix, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Name.EndsWith(StorageName.Partial, StringComparison.Ordinal))
            {
                await location.Storage.DeleteAsync(entry.Name, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<Prepared> PrepareAsync(
        SnapshotRequest request, IDumpTool chosen, CancellationToken cancellationToken)
    {
        await using var session = await MySqlSession.OpenAsync(
            request.Connection.With(database: ""), cancellationToken).ConfigureAwait(false);
        session.CommandTimeout = 0;
        var server = await MySqlServer.IdentifyAsync(session, cancellationToken).ConfigureAwait(false);
        var marker = SessionMarker.Comment(request.Location.Id);
        var reader = new CatalogueReader(session, marker);
        var catalogues = new List<DatabaseCatalogue>();
        foreach (var database in request.Databases)
        {
            catalogues.Add(await reader.ReadAsync(database, countRows: false, cancellationToken).ConfigureAwait(false)
                ?? throw new SnapshotException(
                    SnapshotFailure.DatabaseMissing,
                    $"There is no database '{database}' on {request.Connection.Describe()}, or "
                        + $"{request.Connection.UserID} may not see it."));
        }

        var mayLock = request.Tool == DumpToolKind.MyDumper
            && await TableLocks.MayLockAsync(session, catalogues, cancellationToken).ConfigureAwait(false);
        var scope = new DumpScope(
            server.Kind,
            catalogues.Exists(static c => c.Routines.Count > 0),
            catalogues.Exists(static c => c.Triggers.Count > 0),
            catalogues.Exists(static c => c.Events.Count > 0),
            mayLock)
        {
            Versioned = [.. catalogues.SelectMany(static c => c.Versioned.Select(t => $"{c.Name}.{t}"))],
            TakesHistory = await TakeHistoryAsync().ConfigureAwait(false),
        };
        var description = await chosen.DescribeAsync(scope, cancellationToken).ConfigureAwait(false);
        foreach (var database in description.IsOfMariaDb ? request.Databases : [])
        {
            var tables = await TableSelection.ReadAsync(
                session, database, marker, cancellationToken).ConfigureAwait(false);
            if (tables.Refusal(database, server.Kind, request.Tool) is { } refusal)
            {
                throw new SnapshotException(SnapshotFailure.DumpFailed, refusal);
            }
        }

        return new Prepared(server, description);

        async Task<bool> TakeHistoryAsync()
        {
            foreach (var catalogue in catalogues.Where(static c => c.Versioned.Count > 0))
            {
                if (!await reader.TakesHistoryAsync(catalogue.Name, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private static async Task<IReadOnlyList<SnapshotDatabase>> DumpAllAsync(
        SnapshotRequest request, DatabaseDump dump, CancellationToken cancellationToken)
    {
        var results = new ConcurrentDictionary<string, SnapshotDatabase>(StringComparer.Ordinal);

        // The first failure cancels the others, and is the one that is thrown.
        await Parallel.ForEachAsync(
            request.Databases,
            new ParallelOptions { MaxDegreeOfParallelism = request.Parallelism, CancellationToken = cancellationToken },
            async (database, token) =>
                results[database] = await dump.RunAsync(database, token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. request.Databases.Select(d => results[d])];
    }

    private sealed record Prepared(MySqlServerIdentity Server, SnapshotTool Tool);
}

/// <summary>Where one snapshot lives: objects <c>[Path/]Id/…</c> in a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Path">Folder inside the storage, may be empty.</param>
/// <param name="Id">The snapshot's id, unique in that folder: letters, digits, <c>. _ -</c>, at most 128.</param>
public sealed record SnapshotLocation(ISnapshotStorage Storage, string Path, string Id)
{
    public string Prefix => PrefixOf(Path, Id);

    /// <summary>Name of the manifest object; the snapshot exists if this object exists.</summary>
    public string ManifestName => $"{Prefix}manifest.json";

    public static string PrefixOf(string path, string id)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length == 0 ? $"{id}/" : $"{path.Trim('/')}/{id}/";
    }
}
