using Drydock.Clients.MySql;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A database server: databases with a content, sessions, named locks. A session that was ended does nothing any more.
/// </summary>
internal sealed class FakeServer
{
    private readonly Lock _lock = new();
    private ulong _ids = 10;

    public string Identity { get; set; } = "uuid:0b6f";

    public bool ReadOnly { get; set; }

    public bool NamedLocks { get; set; } = true;

    public bool FunctionsNeedSuper { get; set; }

    public bool Unreachable { get; set; }

    public long? FreeBytes { get; set; }

    public List<string> Grants { get; } = ["GRANT ALL PRIVILEGES ON *.* TO `drc`@`%` WITH GRANT OPTION"];

    public List<string> Definers { get; } = [];

    /// <summary>Foreign keys from other databases.</summary>
    public List<OutsideKey> OutsideKeys { get; } = [];

    /// <summary>Databases and what they hold.</summary>
    public SortedDictionary<string, string> Databases { get; } = new(StringComparer.Ordinal);

    /// <summary>What restores left in the databases.</summary>
    public Dictionary<string, List<RestoreWitness>> Witnesses { get; } = new(StringComparer.Ordinal);

    public List<FakeSession> Sessions { get; } = [];

    /// <summary>Drops carried out, in order.</summary>
    public List<string> Drops { get; } = [];

    /// <summary>Sessions that somebody ended.</summary>
    public List<string> Ended { get; } = [];

    public FakeSession Connect(string user, string? database = null, string? program = null)
    {
        lock (_lock)
        {
            var id = ++_ids;
            var session = new FakeSession(
                id, user, string.Create(CultureInfo.InvariantCulture, $"192.0.2.9:{40000 + id}"), program)
            {
                Database = database
            };
            Sessions.Add(session);
            return session;
        }
    }

    public void End(FakeSession session, bool killed)
    {
        lock (_lock)
        {
            if (Sessions.Remove(session) && killed)
            {
                Ended.Add($"{session.User}:{session.Database}");
            }
        }
    }

    /// <summary>Does something in a session, if it still lives.</summary>
    public T In<T>(FakeSession session, Func<T> act)
    {
        lock (_lock)
        {
            return Sessions.Contains(session)
                ? act()
                : throw new SnapshotException(
                    SnapshotFailure.ConnectionLost, "ERROR 2013: Lost connection to server during query");
        }
    }

    public bool Lock(FakeSession session, string name) => In(session, () =>
    {
        if (Sessions.Exists(s => s != session && s.Locks.Contains(name)))
        {
            return false;
        }

        session.Locks.Add(name);
        return true;
    });

    public void Drop(FakeSession session, string database) => In(session, () =>
    {
        Drops.Add(database);
        Replace(database, "");
        return true;
    });

    /// <summary>The database is dropped, created and filled; by people, without a witness.</summary>
    public void Replace(string database, string content)
    {
        lock (_lock)
        {
            Databases[database] = content;
            Witnesses.Remove(database);
        }
    }

    /// <summary>Adds a row unless it is there, as the primary key has it.</summary>
    public void Witness(string database, RestoreWitness witness)
    {
        lock (_lock)
        {
            var rows = Witnesses.TryGetValue(database, out var there) ? there : (Witnesses[database] = []);
            if (Databases.ContainsKey(database)
                && !rows.Exists(r => r.Restore == witness.Restore && r.State == witness.State))
            {
                rows.Add(witness with { At = "2026-01-01 00:00:00" });
            }
        }
    }

    public IReadOnlyList<RestoreWitness> WitnessesIn(string database)
    {
        lock (_lock)
        {
            return [.. Witnesses.GetValueOrDefault(database) ?? []];
        }
    }

    private int TablesIn(string database) => Databases.GetValueOrDefault(database) is { Length: > 0 } ? 7 : 0;

    public ServerState Look(IReadOnlyCollection<string> databases)
    {
        lock (_lock)
        {
            return Unreachable
                ? throw new MySqlSessionException("Can't connect", 2003)
                : new ServerState
                {
                    Facts = new ServerFacts
                    {
                        Identity = Identity,
                        Address = "drc@db.example:3306",
                        Account = "drc@%",
                        NamedLocks = NamedLocks,
                        FunctionsNeedSuper = FunctionsNeedSuper,
                        FreeBytes = FreeBytes,
                        Grants = new GrantList(Grants),
                        ReadOnly = ReadOnly,
                    },
                    Databases = [.. databases.Select(
                        d => new ServerDatabase(d, Databases.ContainsKey(d), TablesIn(d), 0, Definers)
                        {
                            Witnesses = WitnessesIn(d)
                        })],
                    OutsideKeys = [.. OutsideKeys],
                    Sessions = [.. Sessions.Where(s => s.Database is not null && databases.Contains(s.Database))
                        .Select(s => s.Seen())],
                };
        }
    }
}
