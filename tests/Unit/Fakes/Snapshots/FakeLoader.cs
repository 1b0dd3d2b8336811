using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Loads as the real one does: notes each session in the storage before it locks or loads, asks before the drop, drops
/// in the session that holds the lock, loads in another. Every line is a point at which the operator may die or freeze.
/// </summary>
internal sealed class FakeLoader(FakeServer server, FakeSnapshots snapshots, RestoreLife life) : SnapshotLoader
{
    /// <summary>What a load comes to instead.</summary>
    public Func<string, Exception?>? Fault { get; set; }

    /// <summary>What people do while a database is loaded.</summary>
    public Func<string, Task>? Meanwhile { get; set; }

    public List<string> Checked { get; } = [];

    /// <summary>Definitions that the server prints differently after a load.</summary>
    public List<SnapshotFinding> Warnings { get; } = [];

    /// <summary>The password by which each database was loaded last.</summary>
    public Dictionary<string, string> Passwords { get; } = new(StringComparer.Ordinal);

    public override async Task<IReadOnlyList<SnapshotFinding>> CheckAsync(
        SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        await life.PassAsync($"check {request.Database}");
        Checked.Add(request.Database);
        return snapshots.Damaged.Contains(request.Database)
            ? [new SnapshotFinding(
                SnapshotFailure.ChecksumMismatch, request.Database, $"{request.Database}: SHA-256 differs.")]
            : [];
    }

    public override async Task RestoreAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        var database = request.Database;
        Passwords[database] = request.Connection.Password;
        await EndSessionsAsync(request.Location, request.Connection, database, cancellationToken);
        var leading = server.Connect("drc");
        FakeSession? loading = null;
        try
        {
            var session = new SnapshotSession(request.Location.Id, database, leading.Id, leading.Host, "key");
            await life.PassAsync($"before note {database}");
            await NoteAsync(request, session, cancellationToken);
            await life.PassAsync($"before lock {database}");
            if (!server.Lock(leading, $"restore.{database}"))
            {
                throw new SnapshotException(SnapshotFailure.Busy, $"another session restores {database}");
            }

            await life.PassAsync($"locked {database}");
            var there = server.Databases.ContainsKey(database);
            if (request.OnDrop is not null)
            {
                var isEmpty = !there || server.Databases[database].Length == 0;
                await request.OnDrop(
                    new SnapshotDrop(
                        database, there, isEmpty ? 0 : 7, isEmpty, server.WitnessesIn(database), server.Identity),
                    cancellationToken);
            }

            await life.PassAsync($"before drop {database}");
            server.Drop(leading, database);
            await life.PassAsync($"dropped {database}");
            Witness(RestoreWitnessState.Begun);
            await life.PassAsync($"witnessed {database}");
            loading = server.Connect("drc", database);
            if (!server.Lock(loading, $"load.{database}"))
            {
                throw new SnapshotException(
                    SnapshotFailure.LoadFailed,
                    "Another session is loading this database of this snapshot. End that session first.");
            }

            var second = new SnapshotSession(request.Location.Id, database, loading.Id, loading.Host, "key");
            await life.PassAsync($"before load note {database}");
            await NoteAsync(request, second, cancellationToken);
            if (request.OnSession is not null)
            {
                await request.OnSession(second, cancellationToken);
            }

            await life.PassAsync($"before load {database}");
            server.In(loading, () => server.Databases[database] = "half");
            request.Progress?.Report(new SnapshotProgress(database, SnapshotStage.Loading, 1 << 20, 1 << 18, 2 << 20));
            await life.PassAsync($"mid load {database}");
            if (Meanwhile is not null)
            {
                await Meanwhile(database);
            }

            if (Fault?.Invoke(database) is { } fault)
            {
                throw fault;
            }

            server.In(loading, () => server.Databases[database] = snapshots.ContentOf(database));
            await life.PassAsync($"loaded {database}");
            if (server.In(leading, () => server.Databases[database]) != snapshots.ContentOf(database))
            {
                throw new SnapshotException(
                    SnapshotFailure.RowCountMismatch,
                    $"Database {database} was loaded and is not as the snapshot has it");
            }

            foreach (var warning in Warnings.Where(w => w.Database == database))
            {
                request.OnWarning?.Invoke(warning);
            }

            await life.PassAsync($"compared {database}");
            Witness(RestoreWitnessState.Restored);
            await life.PassAsync($"completed {database}");

            void Witness(RestoreWitnessState state) => server.In(leading, () =>
            {
                server.Witness(database, request.Witness! with { State = state });
                return true;
            });
        }
        finally
        {
            // The sessions of a process that died or was cut off stay until the server or somebody ends them.
            if (!life.IsDead)
            {
                server.End(leading, killed: false);
                if (loading is not null)
                {
                    server.End(loading, killed: false);
                }
            }
        }
    }

    public override Task<DumpVerification> RestoreTestAsync(
        RestoreTestRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("a restore tests nothing");

    // By the lock of a load, as the real one: the lock of a restore does not say whose it is.
    public override async Task EndSessionsAsync(
        SnapshotLocation location, MySqlOptions connection, string database, CancellationToken cancellationToken)
    {
        await life.PassAsync($"end loads {database}");
        foreach (var session in server.Sessions.Where(s => s.Locks.Contains($"load.{database}")).ToList())
        {
            server.End(session, killed: true);
        }
    }

    private static async Task NoteAsync(
        SnapshotLoadRequest request, SnapshotSession session, CancellationToken cancellationToken)
    {
        await using var note = await request.Location.Storage.CreateAsync(
            $"{request.Location.Prefix}sessions/{session.ConnectionId}.json", cancellationToken);
        await JsonSerializer.SerializeAsync(note.Content, new
        {
            snapshotId = session.SnapshotId,
            database = session.Database,
            connectionId = session.ConnectionId,
            host = session.Host,
            serverKey = session.ServerKey
        }, cancellationToken: cancellationToken);
        await note.CompleteAsync(cancellationToken);
    }
}
