using System.Net;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>A server and the account of a session: which server answers, and what decides whether a dump can be loaded
/// into it. Upgrades and restores read it here, so that their claims of one server have the same name.</summary>
internal sealed partial record ServerFacts
{
    // 1044, 1142, 1227: missing privilege; 1049, 1109, 1146, 1193: unknown database, table or variable; 1235, 1305:
    // unsupported feature or function.
    private static readonly int[] NotTold = [1044, 1049, 1109, 1142, 1146, 1193, 1227, 1235, 1305];

    // They also have the keys of databases that the account may not see, and need PROCESS. The first is that of MariaDB
    // and MySQL 5.7.
    private static readonly string[] InnoDbKeys = ["INNODB_SYS_FOREIGN", "INNODB_FOREIGN"];

    public MySqlServerKind Kind { get; init; }

    public string Version { get; init; } = "";

    /// <summary><see cref="MySqlServerIdentity.Identity"/>.</summary>
    public required string Identity { get; init; }

    /// <summary>Where it was reached, in the words of claims: by the name that was asked for, and by the address at the
    /// other end of the connection. No server chooses these, unlike all that it reports.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The host name as the server reports it.</summary>
    public string Host { get; init; } = "";

    public bool ReadOnly { get; init; }

    /// <summary><see cref="MySqlServer.IsReplicaAsync"/>.</summary>
    public bool? IsReplica { get; init; }

    /// <summary>The server's clock with its time zone.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>Where it is, for messages.</summary>
    public required string Address { get; init; }

    public required string Account { get; init; }

    public required GrantList Grants { get; init; }

    /// <summary>True if it has <c>GET_LOCK</c>; else lock rows are used.</summary>
    public required bool NamedLocks { get; init; }

    public bool FunctionsNeedSuper { get; init; }

    /// <summary>Free bytes on the volume of the databases; null if the server does not report them.</summary>
    public long? FreeBytes { get; init; }

    public override string ToString() => $"{Kind} {Version} (it calls itself {Host})";

    public static async Task<ServerFacts> ReadAsync(
        MySqlSession session, MySqlOptions options, string address, CancellationToken cancellationToken)
    {
        var variables = (await session.RowsAsync(
            "SHOW VARIABLES WHERE Variable_name IN ('datadir', 'hostname', 'log_bin', "
                + "'log_bin_trust_function_creators', 'read_only', 'super_read_only')",
            cancellationToken))
            .ToLookup(row => row[0] ?? "", row => row[1] ?? "", StringComparer.OrdinalIgnoreCase);
        var clock = (await session.QueryAsync(
            "SELECT UNIX_TIMESTAMP(NOW(6)), TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW())",
            row => (
                Unix: decimal.Parse(row.TextOrEmpty(0), CultureInfo.InvariantCulture), Offset: row.Number(1)),
            cancellationToken))[0];
        return new ServerFacts
        {
            Kind = session.Kind,
            Version = session.Version,
            Identity = (await MySqlServer.IdentifyAsync(session, cancellationToken)).Identity,
            Addresses = AddressesOf(options, session.Kind == MySqlServerKind.OceanBase, session.Peer),
            Host = Variable("hostname"),
            ReadOnly = IsOn("read_only") || IsOn("super_read_only"),
            IsReplica = await MySqlServer.IsReplicaAsync(session, cancellationToken),
            Now = DateTimeOffset.UnixEpoch.AddTicks((long)(clock.Unix * TimeSpan.TicksPerSecond))
                .ToOffset(TimeSpan.FromMinutes(Math.Round(clock.Offset / 60.0))),
            Address = address,
            Account = await session.ScalarAsync("SELECT CURRENT_USER()", cancellationToken) ?? options.UserID,
            Grants = await GrantList.ReadAsync(
                async sql => (await session.RowsAsync(sql, cancellationToken)).Select(r => r[0] ?? "")),
            NamedLocks = await ServerLock.KindAsync(session, cancellationToken) == ServerLockKind.Function,
            FunctionsNeedSuper = IsOn("log_bin")
                && variables.Contains("log_bin_trust_function_creators")
                && !IsOn("log_bin_trust_function_creators"),
            FreeBytes = await FreeAsync(session, Variable("datadir"), cancellationToken),
        };

        string Variable(string name) => variables[name].FirstOrDefault() ?? "";

        // read_only of MariaDB 12 may also be NO_LOCK or NO_LOCK_NO_ADMIN, which forbid more than ON.
        bool IsOn(string name) =>
            Variable(name) is not ("" or "0") and var value
                && !string.Equals(value, "OFF", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The accounts that the views, routines, triggers and events of a database run as; a kind of object that
    /// the server does not list has none.</summary>
    public static async Task<IReadOnlyList<string>> DefinersAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var definers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var sql in (string[])
        [
            "SELECT DISTINCT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = @db",
            "SELECT DISTINCT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = @db",
            "SELECT DISTINCT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = @db",
            "SELECT DISTINCT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = @db",
        ])
        {
            definers.UnionWith(
                (await ToldAsync(session, sql, cancellationToken, ("@db", database)))
                    .Select(r => r[0] ?? "")
                    .Where(d => d.Length > 0));
        }

        return [.. definers];
    }

    /// <summary>Foreign keys that lead from other databases into these; without PROCESS only of the tables
    /// that the account sees.</summary>
    public static async Task<IReadOnlyList<OutsideKey>> OutsideKeysAsync(
        MySqlSession session, IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        var keys = await ToldAsync(
            session,
            "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, UNIQUE_CONSTRAINT_SCHEMA, REFERENCED_TABLE_NAME "
                + "FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA <> UNIQUE_CONSTRAINT_SCHEMA",
            cancellationToken);
        foreach (var dictionary in InnoDbKeys)
        {
            var told = await ToldAsync(
                session, $"SELECT FOR_NAME, ID, REF_NAME FROM information_schema.{dictionary}", cancellationToken);
            keys.AddRange(told.Select(r => r.Select(static name => Named(name!)).ToList()).Select(
                static r => new string?[] { r[0].Database, r[0].Name, r[1].Name, r[2].Database, r[2].Name }));
        }

        return
        [
            .. keys
                .Where(r => databases.Contains(r[3], StringComparer.OrdinalIgnoreCase)
                    && !databases.Contains(r[0], StringComparer.OrdinalIgnoreCase))
                .Select(r => new OutsideKey($"{r[0]}.{r[1]}", $"{r[0]}.{r[1]} ({r[2]}) to {r[3]}.{r[4]}"))
                .Distinct()
                .OrderBy(k => k.Text, StringComparer.Ordinal),
        ];
    }

    public static async Task<List<string?[]>> ToldAsync(
        MySqlSession session,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        try
        {
            return await session.RowsAsync(sql, cancellationToken, parameters);
        }
        catch (MySqlSessionException e) when (NotTold.Contains(e.Number))
        {
            return [];
        }
    }

    // As InnoDB stores it: database/name, in the characters of file names.
    private static (string Database, string Name) Named(string stored)
    {
        var parts = stored.Split('/', 2);
        return (Decoded(parts[0]), Decoded(parts[^1]));

        static string Decoded(string name) => FileNameCharacter().Replace(
            name, m => $"{(char)int.Parse(m.ValueSpan[1..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)}");
    }

    [GeneratedRegex("@[0-9a-f]{4}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileNameCharacter();

    // Only MariaDB reports free space, by its plugin DISKS, if the plugin is installed and the account has FILE.
    private static async Task<long?> FreeAsync(
        MySqlSession session, string folder, CancellationToken cancellationToken)
    {
        if (folder.Length == 0 || session.Kind != MySqlServerKind.MariaDb)
        {
            return null;
        }

        var disks = await ToldAsync(session, "SELECT PATH, AVAILABLE FROM information_schema.DISKS", cancellationToken);
        return disks
            .Where(r => r[0] is { } path
                && (folder == path || folder.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal)))
            .OrderByDescending(r => r[0]!.Length)
            .Select(r => long.TryParse(r[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
                ? kibibytes * 1024
                : (long?)null)
            .FirstOrDefault();
    }

    private static IReadOnlyList<string> AddressesOf(MySqlOptions options, bool isOceanBase, IPEndPoint? peer)
    {
        var tenant = isOceanBase && options.UserID.IndexOf('@', StringComparison.Ordinal) is var at and >= 0
            ? options.UserID[(at + 1)..]
            : null;
        var named = ClaimTarget.AddressOf(options.Server, options.Port, tenant);
        var reached = peer is null ? named : ClaimTarget.AddressOf(peer.Address.ToString(), peer.Port, tenant);
        return [.. new[] { named, reached }.Distinct(StringComparer.Ordinal)];
    }
}
