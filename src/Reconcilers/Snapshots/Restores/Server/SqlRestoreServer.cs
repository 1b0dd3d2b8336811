namespace Drydock.Reconcilers.Snapshots;

/// <summary><see cref="IRestoreServer"/> on MySQL, MariaDB and OceanBase.</summary>
internal sealed class SqlRestoreServer(MySqlOptions options, TimeProvider time) : IRestoreServer
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<ServerState> LookAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        var variables = await VariablesAsync(session, cancellationToken);
        var comparer = NamesOf(variables);
        var facts = await RestoreFactsReader.ReadAsync(
            session, options.Describe(), options.UserID, cancellationToken);
        var found = new List<ServerDatabase>();
        foreach (var database in databases)
        {
            found.Add(await DatabaseAsync(session, database, comparer, cancellationToken));
        }

        return new ServerState
        {
            Identity = session.Kind == MySqlServerKind.OceanBase
                && await OceanBaseTenant.IdentityAsync(session, options.UserID, cancellationToken) is { } tenant
                    ? tenant
                    : IdentityOf(variables),
            Addresses = ServerAddresses.Of(
                options.Server,
                options.Port,
                options.UserID,
                session.Kind == MySqlServerKind.OceanBase,
                session.Peer),
            Address = facts.Address,
            Account = facts.Account,
            IsOceanBase = session.Kind == MySqlServerKind.OceanBase,
            ReadOnly = IsOn(variables, "read_only") || IsOn(variables, "super_read_only"),
            NamedLocks = facts.NamedLocks,
            FunctionsNeedSuper = facts.FunctionsNeedSuper,
            Grants = facts.Grants,
            FreeBytes = facts.FreeBytes,
            Databases = found,
            Sessions = await SessionsAsync(session, databases, comparer, cancellationToken),
        };
    }

    public async Task<IReadOnlyList<ServerSession>> SessionsAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        return await SessionsAsync(
            session, databases, NamesOf(await VariablesAsync(session, cancellationToken)), cancellationToken);
    }

    public async Task<IReadOnlyList<ServerSession>> EndSessionsAsync(
        IReadOnlyCollection<SessionReceipt> sessions, CancellationToken cancellationToken)
    {
        var ended = new Dictionary<ulong, ServerSession>();
        if (sessions.Count == 0)
        {
            return [];
        }

        await using var session = await OpenAsync(cancellationToken);
        var patience = SnapshotSessions.PatienceWith(session.Kind);
        var start = time.GetTimestamp();
        while (true)
        {
            var there = (await MySqlServer.SessionsAsync(session, cancellationToken))
                .Where(s => !s.IsOwn && sessions.Contains(new SessionReceipt(s.Id, s.Host)))
                .Select(s => new ServerSession(s.Id, s.User, s.Host, s.Database, null))
                .ToList();
            if (there.Count == 0)
            {
                return [.. ended.Values];
            }

            if (time.GetElapsedTime(start) > patience)
            {
                throw new TimeoutException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"These sessions still exist on {options.Describe()} {patience.TotalSeconds} s after KILL: "
                    + $"{string.Join(", ", there.Select(s => s.Describe()))}. End them manually."));
            }

            foreach (var other in there.Where(s => ended.TryAdd(s.Id, s)))
            {
                await MySqlServer.KillAsync(session, other.Id, cancellationToken);
            }

            // The server does not announce the end of a session, so it is polled.
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public async Task WitnessAsync(
        IReadOnlyCollection<string> databases, RestoreWitness witness, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(cancellationToken);
        foreach (var database in databases)
        {
            await witness.WriteAsync(session, database, cancellationToken);
        }
    }

    // The same format as MetadataServerInfo.Identity: the claims of upgrades and restores on one server must have the
    // same name.
    private static string IdentityOf(Dictionary<string, string> variables)
    {
        var uuid = variables.GetValueOrDefault("server_uuid") is { Length: > 0 } mysql
            ? mysql
            : variables.GetValueOrDefault("server_uid");
        _ = int.TryParse(
            variables.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        return uuid is { Length: > 0 }
            ? $"uuid:{uuid}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"addr:{variables.GetValueOrDefault("hostname")?.ToLowerInvariant()}:{port}");
    }

    private static StringComparer NamesOf(Dictionary<string, string> variables) =>
        variables.GetValueOrDefault("lower_case_table_names") is "1" or "2"
            ? StringComparer.OrdinalIgnoreCase
            : StringComparer.Ordinal;

    private static bool IsOn(Dictionary<string, string> variables, string name) =>
        variables.GetValueOrDefault(name) is { } value
            && value is not ("" or "0")
            && !string.Equals(value, "OFF", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(value, "NO_LOCK", StringComparison.OrdinalIgnoreCase);

    private static async Task<Dictionary<string, string>> VariablesAsync(
        MySqlSession session, CancellationToken cancellationToken)
    {
        var rows = await session.RowsAsync(
            "SHOW VARIABLES WHERE Variable_name IN ('hostname', 'lower_case_table_names', 'port', 'read_only', "
            + "'server_uid', 'server_uuid', 'super_read_only')",
            cancellationToken);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            variables[row[0]!.ToLowerInvariant()] = row[1] ?? "";
        }

        return variables;
    }

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
            await RestoreFactsReader.DefinersAsync(session, name, cancellationToken))
        {
            Witnesses = await RestoreWitness.ReadAsync(session, name, cancellationToken),
        };
    }

    private static async Task<IReadOnlyList<ServerSession>> SessionsAsync(
        MySqlSession session,
        IReadOnlyCollection<string> databases,
        StringComparer comparer,
        CancellationToken cancellationToken)
    {
        var sessions = (await MySqlServer.SessionsAsync(session, cancellationToken))
            .Where(
                s =>
                    !s.IsOwn
                        && s.Database is not null
                        && databases.Contains(s.Database, comparer))
            .OrderBy(s => s.Id)
            .ToList();
        if (sessions.Count == 0)
        {
            return [];
        }

        var programs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in
            await RestoreFactsReader.ToldAsync(
                session,
                "SELECT PROCESSLIST_ID, ATTR_VALUE FROM performance_schema.session_connect_attrs WHERE ATTR_NAME = "
                + "'program_name'",
                cancellationToken))
        {
            programs[row[0] ?? ""] = row[1] ?? "";
        }

        return [
            .. sessions.Select(
                s =>
                    new ServerSession(
                        s.Id,
                        s.User,
                        s.Host,
                        s.Database,
                        programs.GetValueOrDefault(s.Id.ToString(CultureInfo.InvariantCulture)))),
        ];
    }

    private Task<MySqlSession> OpenAsync(CancellationToken cancellationToken) =>
        MySqlSession.OpenAsync(options.With(database: ""), cancellationToken);
}

internal sealed class SqlRestoreServers(TimeProvider time) : IRestoreServers
{
    public IRestoreServer Open(MySqlOptions session) => new SqlRestoreServer(session, time);
}

/// <summary>A session as stored in <c>status.receipt</c>. Ids start again after a server restart, so the address is
/// part of the identity.</summary>
/// <param name="Id">CONNECTION_ID().</param>
/// <param name="Host">The client address as the server sees it.</param>
internal sealed record SessionReceipt(ulong Id, string Host)
{
    private const string Prefix = "session/";

    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Id}");

    public static bool IsKey(string key)
    {
        return key.StartsWith(Prefix, StringComparison.Ordinal);
    }

    public static IReadOnlyList<SessionReceipt> Of(IReadOnlyDictionary<string, string>? receipt) =>
    [
        .. (receipt ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Where(e => IsKey(e.Key))
            .Select(
                e =>
                    ulong.TryParse(
                        e.Key.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                        ? new SessionReceipt(id, e.Value)
                        : null)
            .OfType<SessionReceipt>(),
    ];
}
