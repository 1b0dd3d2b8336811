namespace Drydock.Reconcilers.Snapshots;

/// <summary>The requests of a restore to its server (MySQL, MariaDB or OceanBase), besides those of
/// <see cref="SnapshotLoader"/>.</summary>
internal class SqlRestoreServer(MySqlOptions options, TimeProvider time)
{
    /// <summary>Reads the state of the server and of these databases. Changes nothing.</summary>
    /// <exception cref="MySqlSessionException">The server cannot be reached, or refuses a query.</exception>
    public virtual async Task<ServerState> LookAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        var comparer = await NamesAsync(session, cancellationToken);
        var facts = await ServerFacts.ReadAsync(session, options, options.Describe(), cancellationToken);
        var found = new List<ServerDatabase>();
        foreach (var database in databases)
        {
            found.Add(await DatabaseAsync(session, database, comparer, cancellationToken));
        }

        return new ServerState
        {
            Facts = facts,
            Databases = found,
            Sessions = await SessionsAsync(session, databases, comparer, cancellationToken),
            OutsideKeys = await ServerFacts.OutsideKeysAsync(session, databases, cancellationToken),
        };
    }

    /// <summary>Sessions that have one of these databases selected; those of other accounts only where the account has
    /// PROCESS.</summary>
    public virtual async Task<IReadOnlyList<ListedSession>> SessionsAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        return await SessionsAsync(
            session, databases, await NamesAsync(session, cancellationToken), cancellationToken);
    }

    /// <summary>Ends the sessions whose id and address both match, and waits until the server no longer lists them:
    /// their statements have then ended or will never start. Returns those that existed.</summary>
    /// <exception cref="MySqlSessionException">1095: no privilege to end another account's session.</exception>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SessionRemains"/>: some sessions still exist
    /// after 30 seconds; the message names them.</exception>
    public virtual async Task<IReadOnlyList<ListedSession>> EndSessionsAsync(
        IReadOnlyCollection<SessionReceipt> sessions, CancellationToken cancellationToken)
    {
        if (sessions.Count == 0)
        {
            return [];
        }

        await using var session = await OpenAsync(cancellationToken);
        return await SnapshotSessions.EndAsync(
            session,
            FindAsync,
            (found, seconds) => $"These sessions still exist on {options.Describe()} {seconds} s after KILL: "
                + $"{string.Join(", ", found.Select(static s => s.Describe()))}. End them manually.",
            time,
            cancellationToken);

        async Task<IReadOnlyList<ListedSession>> FindAsync() =>
        [
            .. (await MySqlServer.SessionsAsync(session, cancellationToken))
                .Where(s => !s.IsOwn && sessions.Contains(new SessionReceipt(s.Id, s.Host))),
        ];
    }

    /// <summary>Adds the witness to the existing ones of these databases.</summary>
    public virtual async Task WitnessAsync(
        IReadOnlyCollection<string> databases, RestoreWitness witness, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        foreach (var database in databases)
        {
            await witness.WriteAsync(session, database, cancellationToken);
        }
    }

    private static async Task<StringComparer> NamesAsync(MySqlSession session, CancellationToken cancellationToken) =>
        await MySqlServer.VariableAsync(session, "lower_case_table_names", cancellationToken) is "1" or "2"
            ? StringComparer.OrdinalIgnoreCase
            : StringComparer.Ordinal;

    private static async Task<ServerDatabase> DatabaseAsync(
        MySqlSession session, string database, StringComparer comparer, CancellationToken cancellationToken)
    {
        // Compared here: whether the server compares names by case depends on collation and settings.
        var names = await session.RowsAsync(
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE LOWER(SCHEMA_NAME) = LOWER(@db)",
            cancellationToken,
            ("@db", database));
        if (names.Select(r => r[0]).FirstOrDefault(n => comparer.Equals(n, database)) is not { } name)
        {
            return new ServerDatabase(database, Exists: false, 0, 0, []);
        }

        var size = await session.RowsAsync(
            "SELECT COUNT(*), COALESCE(SUM(COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0)), 0) FROM "
            + "information_schema.TABLES WHERE TABLE_SCHEMA = @db AND TABLE_TYPE = 'BASE TABLE' "
            + $"AND TABLE_NAME <> '{RestoreWitness.Table}'",
            cancellationToken,
            ("@db", name));
        return new ServerDatabase(
            database,
            Exists: true,
            (int)decimal.Parse(size[0][0] ?? "0", CultureInfo.InvariantCulture),
            (long)decimal.Parse(size[0][1] ?? "0", CultureInfo.InvariantCulture),
            await ServerFacts.DefinersAsync(session, name, cancellationToken))
        {
            Witnesses = await RestoreWitness.ReadAsync(session, name, cancellationToken),
        };
    }

    private static async Task<IReadOnlyList<ListedSession>> SessionsAsync(
        MySqlSession session,
        IReadOnlyCollection<string> databases,
        StringComparer comparer,
        CancellationToken cancellationToken)
    {
        var sessions = (await MySqlServer.SessionsAsync(session, cancellationToken))
            .Where(s => !s.IsOwn && s.Database is not null && databases.Contains(s.Database, comparer))
            .OrderBy(s => s.Id)
            .ToList();
        if (sessions.Count == 0)
        {
            return [];
        }

        var programs = (await ServerFacts.ToldAsync(
            session,
            "SELECT PROCESSLIST_ID, ATTR_VALUE FROM performance_schema.session_connect_attrs WHERE ATTR_NAME = "
            + "'program_name'",
            cancellationToken))
            .ToLookup(row => row[0], row => row[1], StringComparer.Ordinal);
        return [
            .. sessions.Select(s => s with
            {
                Program = programs[s.Id.ToString(CultureInfo.InvariantCulture)].LastOrDefault(),
            }),
        ];
    }

    private Task<MySqlSession> OpenAsync(CancellationToken cancellationToken) =>
        MySqlSession.OpenAsync(options.With(database: ""), cancellationToken);
}

/// <summary>A session as stored in <c>status.receipt</c>. Ids start again after a server restart, so the address is
/// part of the identity.</summary>
/// <param name="Id">CONNECTION_ID().</param>
/// <param name="Host">The client address as the server sees it.</param>
internal sealed record SessionReceipt(ulong Id, string Host)
{
    private const string Prefix = "session/";

    public string Key => $"{Prefix}{Id}";

    public static IReadOnlyList<SessionReceipt> Of(SortedDictionary<string, string>? receipt) =>
    [
        .. (receipt ?? []).Where(e => e.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(
            e => ulong.TryParse(
                e.Key.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? new SessionReceipt(id, e.Value)
                : null).OfType<SessionReceipt>(),
    ];
}

/// <summary>The state of a server at one time.</summary>
internal sealed record ServerState
{
    public required ServerFacts Facts { get; init; }

    public string Identity => Facts.Identity;

    public string Address => Facts.Address;

    public required IReadOnlyList<ServerDatabase> Databases { get; init; }

    public required IReadOnlyList<ListedSession> Sessions { get; init; }

    public IReadOnlyList<OutsideKey> OutsideKeys { get; init; } = [];

    public bool SeesAllSessions => Facts.Grants.SeesAllSessions;
}

/// <summary>A database on the server.</summary>
/// <param name="Name">Name as requested.</param>
/// <param name="Tables">Number of base tables.</param>
/// <param name="Bytes">Bytes of data and indexes, as the server estimates them.</param>
/// <param name="Definers">Accounts that its views, routines, triggers and events run as, <c>user@host</c>.</param>
internal sealed record ServerDatabase(string Name, bool Exists, int Tables, long Bytes, IReadOnlyList<string> Definers)
{
    /// <summary>What restores left in it.</summary>
    public IReadOnlyList<RestoreWitness> Witnesses { get; init; } = [];
}
