namespace Drydock.Reconcilers.Oms;

/// <summary><see cref="IOmsMetadata"/> over ADO.NET. This part: the server and its databases.</summary>
internal sealed partial class SqlOmsMetadata : IOmsMetadata
{
    private readonly SqlSessions _sessions;
    private readonly LockRowTimes? _lockTimes;

    internal SqlOmsMetadata(SqlSessions sessions, LockRowTimes? lockTimes)
    {
        _sessions = sessions;
        _lockTimes = lockTimes;
    }

    public MetadataTarget Target => _sessions.Target;

    public Task<MetadataServerInfo> ServerAsync(CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Asking who the server is",
            async session =>
            {
                var variables = (await session.QueryAsync(
                    "SHOW VARIABLES WHERE Variable_name IN ('hostname', 'port', 'read_only', 'server_uid', "
                        + "'server_uuid', 'super_read_only')",
                    row => (Name: row.TextOrEmpty(0).ToLowerInvariant(), Value: row.TextOrEmpty(1)),
                    cancellationToken))
                        .ToLookup(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
                var clock = await session.QueryAsync(
                    "SELECT UNIX_TIMESTAMP(NOW(6)), TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW())",
                    row => (
                        Unix: decimal.Parse(row.TextOrEmpty(0), CultureInfo.InvariantCulture),
                        Offset: row.Number(1)),
                    cancellationToken);
                var host = Variable("hostname");
                _ = int.TryParse(Variable("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
                var uuid = Variable("server_uuid") is { Length: > 0 } mysql ? mysql : Variable("server_uid");
                var isOceanBase = session.Kind == MySqlServerKind.OceanBase;
                var tenant = isOceanBase
                    ? await OceanBaseTenant.IdentityAsync(session, Target.User, cancellationToken)
                    : null;
                return new MetadataServerInfo
                {
                    Kind = session.Kind,
                    Addresses = ServerAddresses.Of(
                        Target.Host,
                        Target.Port,
                        Target.User,
                        isOceanBase,
                        session.Peer),
                    Version = session.Version,
                    Identity = tenant ?? (uuid.Length > 0
                        ? $"uuid:{uuid}"
                        : string.Create(CultureInfo.InvariantCulture, $"addr:{host.ToLowerInvariant()}:{port}")),
                    ReportedHost = host,
                    ReportedPort = port,
                    Now = DateTimeOffset.UnixEpoch.AddTicks((long)(clock[0].Unix * TimeSpan.TicksPerSecond))
                        .ToOffset(TimeSpan.FromMinutes(Math.Round(clock[0].Offset / 60.0))),
                    ReadOnly = IsOn(Variable("read_only")) || IsOn(Variable("super_read_only")),
                    NamedLocks = await ServerLock.KindAsync(session, cancellationToken) == ServerLockKind.Function,
                };

                string Variable(string name) => variables[name].FirstOrDefault() ?? "";
            },
            cancellationToken);

    public Task<IReadOnlyList<MissingPrivilege>> PrivilegesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync<IReadOnlyList<MissingPrivilege>>(
            "Reading the account's privileges",
            async session =>
                (await GrantList.ReadAsync(async sql => await session.QueryAsync(
                    sql, row => row.TextOrEmpty(0), cancellationToken)))
                .Missing(databases, Target.User),
            cancellationToken);
    }

    public Task<IReadOnlyList<DatabaseInfo>> DatabasesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync<IReadOnlyList<DatabaseInfo>>(
            "Looking for the databases",
            async session =>
            {
                var (list, parameters) = Sql.In(databases);
                var found = await session.QueryAsync(
                    "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM "
                        + $"information_schema.SCHEMATA WHERE SCHEMA_NAME IN ({list})",
                    row =>
                        new DatabaseInfo(
                            row.TextOrEmpty(0), true, row.TextOrEmpty(1), row.TextOrEmpty(2)),
                    cancellationToken,
                    parameters);
                return
                [
                    .. databases.Select(name =>
                        found.Find(database => database.Name == name)
                        ?? found.Find(
                            database => string.Equals(database.Name, name, StringComparison.OrdinalIgnoreCase))
                        ?? new DatabaseInfo(name, false, "", "")),
                ];
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<DatabaseSize>> SizesAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync<IReadOnlyList<DatabaseSize>>(
            "Reading the size of the databases",
            async session =>
            {
                var (list, parameters) = Sql.In(databases);
                return await session.QueryAsync($"""
                    SELECT TABLE_SCHEMA, COUNT(*), SUM(COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0)),
                      SUM(COALESCE(TABLE_ROWS, 0))
                    FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ({list}) AND TABLE_TYPE = 'BASE TABLE'
                    GROUP BY TABLE_SCHEMA ORDER BY TABLE_SCHEMA
                    """,
                    row =>
                        new DatabaseSize(
                            row.TextOrEmpty(0),
                            (int)row.Number(1),
                            row.Number(2),
                            row.Number(3)),
                    cancellationToken,
                    parameters);
            },
            cancellationToken);
    }

    public Task<string> SchemaFingerprintAsync(string database, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            $"Reading the schema of {database}",
            async session =>
            {
                var found = await session.NumberAsync(
                    "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = @db",
                    cancellationToken,
                    ("@db", database));
                if (found == 0)
                {
                    throw new OmsMetadataException(
                        OmsMetadataErrorKind.Missing, $"Database '{database}' does not exist on metadata server "
                            + $"{Target.Address}. Check the database names in config.yaml.");
                }

                var columns = await session.QueryAsync("""
                    SELECT TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE,
                      IS_NULLABLE, COLUMN_KEY, COLUMN_DEFAULT, EXTRA
                    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = @db
                    """,
                    row => (
                        Table: row.TextOrEmpty(0),
                        Position: row.Number(1),
                        Line: string.Join(
                            '\t', Enumerable.Range(0, 8).Select(column => row.Text(column) ?? "\\N"))),
                    cancellationToken,
                    ("@db", database));
                var text = string.Join(
                    '\n',
                    columns.OrderBy(column => column.Table, StringComparer.Ordinal)
                        .ThenBy(column => column.Position)
                        .Select(column => column.Line));
                return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            },
            cancellationToken);

    private static bool IsOn(string value) =>
        value is not ("" or "0") && !string.Equals(value, "OFF", StringComparison.OrdinalIgnoreCase);
}
