using Drydock.Clients.MySql;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What TiDB is asked over SQL; all of it only reads. The servers are asked in turn until one can be connected
/// to: one of them may be the one that is being restarted. A session a question.</summary>
/// <param name="connections">Opens connections; null for the default.</param>
internal class TiDbSql(
    Func<DatabaseRollingUpgrade> upgrade, DatabaseSecrets secrets, IConnectionFactory? connections = null)
{
    private const int SyntaxError = 1064;
    private readonly IConnectionFactory _connections = connections ?? EndpointPolicy.Default;

    public async Task<IReadOnlyList<DdlJob>> UnfinishedDdlAsync(CancellationToken cancellationToken) =>
    [
        .. (await QueryAsync("ADMIN SHOW DDL JOBS", cancellationToken))
            .Select(row => new DdlJob(row("JOB_ID"), row("DB_NAME"), row("TABLE_NAME"), row("JOB_TYPE"), row("STATE")))
            .Where(job => !job.HasEnded),
    ];

    /// <summary>tidb_server_version of mysql.tidb: the version of the system tables, raised by the bootstrap of the
    /// first new TiDB (docs/project/research/tidb.md#tidb-server).</summary>
    /// <exception cref="DatabaseSqlException">No TiDB could be asked, or it refused.</exception>
    public async Task<long> BootstrapVersionAsync(CancellationToken cancellationToken)
    {
        var rows = await QueryAsync(
            "SELECT VARIABLE_VALUE FROM mysql.tidb WHERE VARIABLE_NAME = 'tidb_server_version'", cancellationToken);
        return rows.Count == 1
            && long.TryParse(
                rows[0]("VARIABLE_VALUE"), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new DatabaseSqlException(
                Reasons.AnswerUnusable,
                "mysql.tidb has no number for tidb_server_version. Check that the server is a bootstrapped TiDB.");
    }

    /// <summary>SHOW PUMP STATUS; null where this version does not know it (from 2.1.7 on;
    /// docs/project/research/tidb.md#pump-and-drainer).</summary>
    /// <exception cref="DatabaseSqlException">No TiDB could be asked, or it refused.</exception>
    public Task<IReadOnlyList<BinlogNode>?> PumpsAsync(CancellationToken cancellationToken) =>
        BinlogAsync("SHOW PUMP STATUS", cancellationToken);

    /// <summary>SHOW DRAINER STATUS; null where this version does not know it.</summary>
    /// <exception cref="DatabaseSqlException">No TiDB could be asked, or it refused.</exception>
    public Task<IReadOnlyList<BinlogNode>?> DrainersAsync(CancellationToken cancellationToken) =>
        BinlogAsync("SHOW DRAINER STATUS", cancellationToken);

    public async Task<IReadOnlyList<string>> DatabasesAsync(CancellationToken cancellationToken) =>
    [
        .. (await QueryAsync("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA", cancellationToken))
            .Select(row => row("SCHEMA_NAME")),
    ];

    public async Task<bool> AnswersAsync(ServiceAddress server, CancellationToken cancellationToken) =>
        (await Asking.TryAsync(() => QueryAsync([server], "SELECT 1", cancellationToken))).Problem is null;

    private async Task<IReadOnlyList<BinlogNode>?> BinlogAsync(string statement, CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. (await QueryAsync(statement, cancellationToken))
                    .Select(row => new BinlogNode(row("NodeID"), row("Address"), row("State"))),
            ];
        }
        catch (DatabaseSqlException exception)
            when (exception.InnerException is MySqlSessionException { Number: SyntaxError })
        {
            return null;
        }
    }

    private Task<List<Func<string, string>>> QueryAsync(string statement, CancellationToken cancellationToken) =>
        QueryAsync(
            [.. upgrade().Spec.Of(DatabaseComponent.TiDB).Select(upgrade().Spec.Service)],
            statement, cancellationToken);

    /// <summary>The rows of the first server that can be connected to, by the names of their columns.</summary>
    protected virtual async Task<List<Func<string, string>>> QueryAsync(
        IReadOnlyList<ServiceAddress> servers, string statement, CancellationToken cancellationToken)
    {
        var login = secrets.Sql ?? throw new DatabaseSqlException(
            Reasons.SecretMissing,
            "There is no login for SQL. Name a Secret with username and password in spec.tidb.credentialsSecretRef.");
        DatabaseSqlException? last = null;
        foreach (var server in servers)
        {
            if (await UnresolvedAsync(server, login, cancellationToken) is { } unresolved)
            {
                last = unresolved;
                continue;
            }

            var what = "connecting";
            try
            {
                await using var session = await MySqlSession.OpenAsync(Options(server, login), cancellationToken);
                what = statement;
                return await session.QueryAsync(statement, Named, cancellationToken);
            }
            catch (MySqlSessionException exception)
            {
                var broken = _connections is EndpointPolicy ? null : exception.InnerException as IOException;
                last = Failure((Exception?)broken ?? exception, server, login, what);
                if (broken is null && !exception.IsConnectionError)
                {
                    throw last;
                }
            }
        }

        throw last ?? OfSpec("spec.instances lists no TiDB server.");
    }

    // By the names of the columns, whatever their order and number (docs/project/research/tidb.md#tidb-server), all as
    // text. A column that is not there is an error when it is asked for.
    private static Func<string, string> Named(MySqlRow row)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var column = 0; column < row.Columns; column++)
        {
            values.TryAdd(row.Name(column), row.TextOrEmpty(column));
        }

        return name => values.TryGetValue(name, out var value)
            ? value
            : throw new DatabaseSqlException(
                Reasons.AnswerUnusable, $"TiDB answered without the column {name}: {string.Join(", ", values.Keys)}");
    }

    // The database library resolves the name again for itself: of several addresses it may take any, so each of them
    // must be allowed.
    private async Task<DatabaseSqlException?> UnresolvedAsync(
        ServiceAddress server, SqlLogin login, CancellationToken cancellationToken)
    {
        try
        {
            // Through ssh the host resolves it.
            await (_connections as EndpointPolicy ?? EndpointPolicy.Unrestricted).CheckAsync(
                server.Host, cancellationToken);
            return null;
        }
        catch (EndpointRefusedException refused)
        {
            throw OfSpec($"{login.User}@{server}: {refused.Message}", refused);
        }
        catch (SocketException unresolved)
        {
            return new DatabaseSqlException(
                Reasons.ServerUnreachable,
                $"{login.User}@{server}: the host name cannot be resolved: {unresolved.Message}",
                unresolved);
        }
    }

    private static DatabaseSqlException OfSpec(string message, Exception? cause = null) =>
        new(Reasons.InvalidSpec, message, cause) { Field = "spec.instances" };

    // What failed: a statement, or connecting, which has statements of its own.
    private static DatabaseSqlException Failure(
        Exception exception, ServiceAddress server, SqlLogin login, string what) =>
        new(
            exception is MySqlSessionException { Number: 1044 or 1045 or 1142 or 1227 }
                ? Reasons.AccessDenied
                : exception is MySqlSessionException { IsConnectionError: true } or IOException
                ? Reasons.ServerUnreachable
                : Reasons.AnswerUnusable,
            $"{login.User}@{server}: {what} failed: {ForeignText.Words(exception.Message)}",
            exception);

    internal MySqlOptions Options(ServiceAddress server, SqlLogin login) => new()
    {
        Server = server.Host,
        Port = server.Port,
        UserID = login.User,
        Password = login.Password,
        ConnectionTimeout = 5,
        Connect = _connections is EndpointPolicy
            ? null
            : token => _connections.ConnectAsync(server.Host, server.Port, token),
        Tls = ServerTls.Of(upgrade().Spec.Tidb?.SqlTls, login.Ca),
    };
}

/// <summary>TiDB could not be reached over SQL, or refused the statement.</summary>
/// <param name="reason">A stable word, one of <see cref="Reasons"/>.</param>
/// <param name="message">Server, account and what to do; never a secret.</param>
internal sealed class DatabaseSqlException : TargetException
{
    public DatabaseSqlException(string reason, string message, Exception? innerException = null)
        : base(reason, message, innerException) => Field = "spec.tidb.credentialsSecretRef";

    public override bool IsRequestNotTaken => Reason == Reasons.ServerUnreachable;
}

/// <summary>A row of ADMIN SHOW DDL JOBS, by the names of its columns: their number differs by version
/// (docs/project/research/tidb.md#tidb-server).</summary>
/// <param name="Type">JOB_TYPE: add index.</param>
/// <param name="State">STATE: none is queued.</param>
internal sealed record DdlJob(string Id, string Database, string Table, string Type, string State)
{
    private static readonly string[] Ended = ["synced", "rollback done", "cancelled"];
    private static readonly string[] Undone = ["cancelling", "rollingback", "rolling back"];

    /// <summary>Whether the job has ended. An unknown state counts as not ended.</summary>
    public bool HasEnded => Ended.Contains(State.Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it changes the system tables, as the first new TiDB's own bootstrap does.</summary>
    public bool IsOfSystem => string.Equals(Database, "mysql", StringComparison.OrdinalIgnoreCase);

    public bool IsBeingCancelled => Undone.Contains(State.Trim(), StringComparer.OrdinalIgnoreCase);

    public static string Advice(IReadOnlyCollection<DdlJob> jobs)
    {
        var ids = string.Join(", ", jobs.Where(j => !j.IsBeingCancelled).Select(j => j.Id));
        return ids.Length == 0
            ? "It is being cancelled already: wait until it has ended."
            : $"Let it end, or cancel it with `ADMIN CANCEL DDL JOBS {ids}`.";
    }

    public override string ToString() =>
        $"job {Id}: {Type} on {Database}{(Table.Length > 0 ? "." + Table : "")}, {State}";
}
