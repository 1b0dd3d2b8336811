namespace Drydock.Clients.Snapshots;

/// <summary>Takes verified dumps of named databases and checks existing ones.</summary>
public class Snapshotter(IDumpTool? tool = null, TimeProvider? time = null, SnapshotToolOptions? options = null)
{
    private const int MostThreads = 64;

    // 1044, 1142, 1227: access denied; 1235, 1149, 1064: the server has no such statement (OceanBase).
    private static readonly int[] NotAllowed = [1044, 1142, 1227, 1235, 1149, 1064];

    private readonly SnapshotToolOptions _options = options ?? new SnapshotToolOptions();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly SnapshotSessions _sessions = new(time);

    private SnapshotVerifier Verifier => new(_options, _time);

    /// <summary>Dumps the databases in parallel, reads every file back from the storage, compares it with the server
    /// and publishes the manifest last. Before it starts, sessions left by an interrupted attempt under the same id are
    /// ended and that attempt's <c>*.partial</c> objects removed; its other objects are removed after the manifest is
    /// published. If the snapshot already exists with the same databases it is verified again and returned; published
    /// files are never changed.</summary>
    /// <exception cref="SnapshotException">The snapshot could not be taken and verified; no manifest exists
    /// then.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; children are killed, partial objects may
    /// remain.</exception>
    public virtual async Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        if (await ManifestStore.ReadAsync(request.Location, cancellationToken) is { } existing)
        {
            return await TakeAgainAsync(request, existing, cancellationToken);
        }

        if (await ManifestStore.IsRemovingAsync(request.Location, cancellationToken))
        {
            throw ManifestStore.BeingRemoved(request.Location);
        }

        var started = _time.GetUtcNow();
        await _sessions.EndAsync(request.Location, request.Connection, database: null, cancellationToken);
        await RemovePartialsAsync(request.Location, cancellationToken);
        var chosen = tool
            ?? (request.Tool == DumpToolKind.MyDumper ? new MyDumperTool(_options) : new MySqlDumpTool(_options));
        var (server, description) = await PrepareAsync(request, chosen, cancellationToken);
        var dump = new DatabaseDump(request, server, chosen, _options, description.Flags, _time);
        var dumped = new ConcurrentDictionary<string, ManifestDatabase>(StringComparer.Ordinal);

        // The first failure cancels the others, and is the one that is thrown.
        await Parallel.ForEachAsync(
            request.Databases,
            new ParallelOptions { MaxDegreeOfParallelism = request.Parallelism, CancellationToken = cancellationToken },
            async (database, token) => dumped[database] = await dump.RunAsync(database, token));
        var manifest = new SnapshotManifest
        {
            Format = SnapshotManifest.CurrentFormat,
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
            Databases = StoredDefinitions.Within(
                [.. request.Databases.Select(d => dumped[d])], encrypted: request.Recipients.Count > 0),
        };
        if (request.Definitions)
        {
            return manifest;
        }

        await ManifestStore.PublishAsync(request.Location, manifest, cancellationToken);
        await RemoveUnnamedAsync(request.Location, manifest, cancellationToken);
        return manifest;
    }

    /// <summary>Reads the manifest; null if there is no such snapshot. Does not read the files.</summary>
    public virtual Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        ManifestStore.ReadAsync(location, cancellationToken);

    /// <summary>Reads every file again and compares size, SHA-256, trailer, row counts and object lists with the
    /// manifest. Of an encrypted snapshot without its identity only size and SHA-256 are compared; its contents were
    /// counted during the dump.</summary>
    /// <param name="identity">The age identity, a secret; null: none.</param>
    /// <param name="progress">Receives the bytes processed.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>,
    /// <see cref="SnapshotFailure.ManifestInvalid"/> or <see cref="SnapshotFailure.IdentityMissing"/>: the identity
    /// does not match.</exception>
    public virtual async Task<DumpVerification> VerifyAsync(
        SnapshotLocation location,
        string? identity,
        IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken) => await Verifier.VerifyAsync(
        location,
        await ManifestStore.RequireAsync(location, cancellationToken),
        identity,
        progress,
        cancellationToken);

    public virtual async Task<DumpVerification> CheckPresenceAsync(
        SnapshotLocation location, CancellationToken cancellationToken) => await SnapshotVerifier.CheckPresenceAsync(
        location, await ManifestStore.RequireAsync(location, cancellationToken), cancellationToken);

    /// <summary>Deletes a snapshot with all its objects; deleting a missing one is not an error. First the manifest is
    /// renamed to <c>manifest.removing.json</c>, so that the snapshot no longer exists for its users; then the files
    /// are removed, and that object last. An interrupted removal is finished by the next call.</summary>
    public virtual Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        ManifestStore.RemoveAsync(location, cancellationToken);

    /// <summary>Refuses a snapshot that another object has taken: only its own is continued.</summary>
    /// <param name="owner">The object; null takes that of any.</param>
    public static void RequireOwner(SnapshotLocation location, SnapshotManifest existing, SnapshotOwner? owner)
    {
        if (owner is not null && existing.Owner != owner)
        {
            throw new SnapshotException(
                SnapshotFailure.ForeignSnapshot,
                $"Snapshot {location.Id} already exists in {location.Storage.Description} and belongs to "
                    + $"{Describe(existing.Owner)}, not to {Describe(owner)}. "
                    + "Use another spec.pathPrefix or another storage.");
        }
    }

    private async Task<SnapshotManifest> TakeAgainAsync(
        SnapshotRequest request, SnapshotManifest existing, CancellationToken cancellationToken)
    {
        var id = request.Location.Id;
        RequireOwner(request.Location, existing, request.Owner);
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
            request.Location, existing, identity: null, request.Progress, cancellationToken);
        DumpCheck.ThrowIfAny(verification.Findings, $"Snapshot {id} exists and is damaged, so use another id");
        return existing;
    }

    private static string Describe(SnapshotOwner? owner) =>
        owner is null ? "no BackupSnapshot" : $"BackupSnapshot {owner.Namespace}/{owner.Name} (uid {owner.Uid})";

    private static void Check(SnapshotRequest request)
    {
        StorageName.Check(request.Location);
        Require(
            request.Databases.Count > 0
                && request.Databases.Distinct(StringComparer.Ordinal).Count() == request.Databases.Count
                && !request.Databases.Any(string.IsNullOrEmpty),
            $"Databases [{string.Join(", ", request.Databases)}]: list at least one, each only once.");
        Require(request.Parallelism >= 1, $"Parallelism {request.Parallelism}: expected at least 1.");
        Require(request.Threads is >= 1 and <= MostThreads, $"Threads {request.Threads}: expected 1 to {MostThreads}.");
        AgeTool.Check(request.Recipients);

        static void Require(bool isGood, string problem)
        {
            if (!isGood)
            {
                throw new SnapshotException(SnapshotFailure.InvalidRequest, problem);
            }
        }
    }

    private static async Task RemovePartialsAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        await location.Storage.AbandonUnfinishedAsync(location.Prefix, cancellationToken);
        foreach (var entry in await location.Storage.ListAsync(location.Prefix, cancellationToken))
        {
            if (entry.Name.EndsWith(StorageName.Partial, StringComparison.Ordinal))
            {
                await location.Storage.DeleteAsync(entry.Name, cancellationToken);
            }
        }
    }

    // Databases that an attempt under this id had finished when its process died. After the manifest, which is the only
    // one there can be: a process that was frozen cannot publish another that names them.
    private static async Task RemoveUnnamedAsync(
        SnapshotLocation location, SnapshotManifest manifest, CancellationToken cancellationToken)
    {
        var prefix = location.Prefix;
        var named = manifest.Databases.SelectMany(static d => d.StoredFiles)
            .Select(f => prefix + f.Name)
            .ToHashSet(StringComparer.Ordinal);
        try
        {
            foreach (var entry in await location.Storage.ListAsync(prefix, cancellationToken))
            {
                if (!named.Contains(entry.Name)
                    && !entry.Name.StartsWith($"{prefix}manifest.", StringComparison.Ordinal)
                    && !entry.Name.StartsWith(SessionRecords.Folder(location), StringComparison.Ordinal))
                {
                    await location.Storage.DeleteAsync(entry.Name, cancellationToken);
                }
            }
        }
        catch (SnapshotException)
        {
            // The snapshot is complete. They are removed together with it.
        }
    }

    private static async Task<(MySqlServerIdentity Server, SnapshotTool Tool)> PrepareAsync(
        SnapshotRequest request, IDumpTool chosen, CancellationToken cancellationToken)
    {
        await using var session = await MySqlSession.OpenAsync(
            request.Connection.With(database: ""), cancellationToken);
        session.CommandTimeout = 0;
        var server = await MySqlServer.IdentifyAsync(session, cancellationToken);
        var marker = SessionMarker.Comment(request.Location.Id);
        var reader = new CatalogueReader(session, marker);
        var catalogues = new List<ManifestDatabase>();
        foreach (var database in request.Databases)
        {
            catalogues.Add(await reader.ReadAsync(database, countRows: false, cancellationToken)
                ?? throw new SnapshotException(
                    SnapshotFailure.DatabaseMissing,
                    $"There is no database '{database}' on {request.Connection.Describe()}, or "
                        + $"{request.Connection.UserID} may not see it."));
        }

        // A dump of definitions has no digits to lose.
        var questions = (await DumpQuestion.ReadAsync(session, request.Databases, marker, cancellationToken))
            .Where(q => !request.Definitions || q.Failure != SnapshotFailure.DumpLosesDigits)
            .ToList();
        if (questions.FindAll(q => !q.IsIn(request.Acknowledged)) is { Count: > 0 } open)
        {
            throw new SnapshotException(
                open[0].Failure,
                Sentences.Join(
                    [
                        .. open.Take(10).Select(static q => q.Message),
                        "Nothing was dumped. If you accept this, add "
                            + $"{Sentences.List([.. open.Select(static q => q.Word)], 10)} to spec.acknowledge, then "
                            + "annotate drydock.dev/retry with a new value.",
                    ]));
        }

        var mayLock = request.Tool == DumpToolKind.MyDumper
            && await MayLockAsync(session, catalogues, cancellationToken);
        var scope = new DumpScope(
            server.Kind,
            catalogues.Exists(static c => c.Routines.Count > 0),
            catalogues.Exists(static c => c.Triggers.Count > 0),
            catalogues.Exists(static c => c.Events.Count > 0),
            mayLock)
        {
            Versioned = [.. reader.Versioned.Select(static v => $"{v.Database}.{v.Table}")],
            TakesHistory = await TakesHistoryAsync(),
            Hides = questions.Any(static q => q.Failure == SnapshotFailure.ObjectsHidden),
            Definitions = request.Definitions,
        };
        var description = await chosen.DescribeAsync(scope, cancellationToken);
        foreach (var catalogue in catalogues)
        {
            var tables = description.IsOfMariaDb && !request.Definitions
                ? await TableSelection.ReadAsync(session, catalogue.Name, marker, cancellationToken)
                : null;
            if (DatabaseObjects.Refusal(catalogue, tables, server.Kind, request.Tool) is { } refusal)
            {
                throw new SnapshotException(SnapshotFailure.DumpFailed, refusal);
            }
        }

        var floats = questions.FindAll(static q => q.Failure == SnapshotFailure.DumpLosesDigits);
        return (server, floats.Count == 0 ? description : description with
        {
            Consistency = $"{description.Consistency}; {SnapshotTool.WithSixDigits} "
                + Sentences.List([.. floats.Select(static q => q.Subject)], 10),
        });

        async Task<bool> TakesHistoryAsync()
        {
            var taken = true;
            foreach (var name in reader.Versioned.Select(static v => v.Database).Distinct(StringComparer.Ordinal))
            {
                taken = taken && await reader.TakesHistoryAsync(name, cancellationToken);
            }

            return taken;
        }
    }

    // Whether the user may lock tables for reading, tried on one table of each database. A lock that conflicts with
    // another session for one second is still permitted.
    private static async Task<bool> MayLockAsync(
        MySqlSession session, List<ManifestDatabase> databases, CancellationToken cancellationToken)
    {
        const int LockWaitTimeout = 1205;
        await RunAsync("SET SESSION lock_wait_timeout=1", [1193, 1232, .. NotAllowed]);
        foreach (var database in databases.Where(static d => d.Tables.Count > 0))
        {
            var table = $"{MySqlIdentifier.Quote(database.Name)}.{MySqlIdentifier.Quote(database.Tables[0].Name)}";
            var refused = await RunAsync($"LOCK TABLES {table} READ", [LockWaitTimeout, .. NotAllowed]);
            await RunAsync("UNLOCK TABLES", NotAllowed);
            if (refused is not (0 or LockWaitTimeout))
            {
                return false;
            }
        }

        return true;

        async Task<int> RunAsync(string sql, int[] expected)
        {
            try
            {
                await session.ExecuteAsync(sql, cancellationToken);
                return 0;
            }
            catch (MySqlSessionException e) when (expected.Contains(e.Number))
            {
                return e.Number;
            }
        }
    }
}

/// <summary>Where one snapshot lives: objects <c>[Path/]Id/…</c> in a storage.</summary>
/// <param name="Path">Folder inside the storage, may be empty.</param>
/// <param name="Id">The snapshot's id, unique in that folder: letters, digits, <c>. _ -</c>, at most 128.</param>
public sealed record SnapshotLocation(ISnapshotStorage Storage, string Path, string Id)
{
    public string Prefix => PrefixOf(Path, Id);

    /// <summary>Name of the manifest object; the snapshot exists if this object exists.</summary>
    public string ManifestName => $"{Prefix}manifest.json";

    public static string PrefixOf(string path, string id) => path.Length == 0 ? $"{id}/" : $"{path.Trim('/')}/{id}/";
}
