using System.Data.Common;
using System.Globalization;
using Drydock.Clients.MySql;
using Drydock.Crds.Common;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Api;

/// <inheritdoc cref="IDatabaseSql" />
/// <remarks>The servers are asked in turn until one can be connected to: one of them may be the one that is being restarted. A session a question.</remarks>
public sealed class MySqlDatabaseSql : IDatabaseSql
{
    private const int SyntaxError = 1064;
    private readonly DbProviderFactory _provider;
    private readonly Func<IReadOnlyList<Endpoint>> _servers;
    private readonly Func<SqlLogin?> _login;
    private readonly DatabaseTls _tls;
    private readonly string? _caFile;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="provider">ADO.NET for the MySQL protocol.</param>
    /// <param name="servers">SQL ports of the TiDBs, in the order in which they are asked.</param>
    /// <param name="login">The present login.</param>
    /// <param name="tls">TLS towards the SQL port.</param>
    /// <param name="caFile">A file with the CA, where the Secret has one.</param>
    public MySqlDatabaseSql(DbProviderFactory provider, Func<IReadOnlyList<Endpoint>> servers, Func<SqlLogin?> login, DatabaseTls tls, string? caFile) =>
        (_provider, _servers, _login, _tls, _caFile) = (provider, servers, login, tls, caFile);

    /// <inheritdoc />
    public async Task<IReadOnlyList<DdlJob>> UnfinishedDdlAsync(CancellationToken cancellationToken) =>
    [
        .. (await QueryAsync("ADMIN SHOW DDL JOBS", cancellationToken))
            .Select(row => new DdlJob(row("JOB_ID"), row("DB_NAME"), row("TABLE_NAME"), row("JOB_TYPE"), row("STATE")))
            .Where(job => !job.HasEnded),
    ];

    /// <inheritdoc />
    public async Task<long> BootstrapVersionAsync(CancellationToken cancellationToken)
    {
        var rows = await QueryAsync("SELECT VARIABLE_VALUE FROM mysql.tidb WHERE VARIABLE_NAME = 'tidb_server_version'", cancellationToken);
        return rows.Count == 1 && long.TryParse(rows[0]("VARIABLE_VALUE"), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new DatabaseSqlException(Reasons.AnswerUnusable, "mysql.tidb has no number under tidb_server_version; is it a TiDB, and has it been bootstrapped?");
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<BinlogNode>?> PumpsAsync(CancellationToken cancellationToken) => BinlogAsync("SHOW PUMP STATUS", cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<BinlogNode>?> DrainersAsync(CancellationToken cancellationToken) => BinlogAsync("SHOW DRAINER STATUS", cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> DatabasesAsync(CancellationToken cancellationToken) =>
        [.. (await QueryAsync("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA", cancellationToken)).Select(row => row("SCHEMA_NAME"))];

    /// <inheritdoc />
    public async Task<bool> AnswersAsync(Endpoint server, CancellationToken cancellationToken)
    {
        try
        {
            await QueryAsync([server], "SELECT 1", cancellationToken);
            return true;
        }
        catch (DatabaseSqlException)
        {
            // That is the answer.
            return false;
        }
    }

    private async Task<IReadOnlyList<BinlogNode>?> BinlogAsync(string statement, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await QueryAsync(statement, cancellationToken)).Select(row => new BinlogNode(row("NodeID"), row("Address"), row("State")))];
        }
        catch (DatabaseSqlException exception) when (exception.InnerException is MySqlException { Number: SyntaxError })
        {
            return null;
        }
    }

    private Task<List<Func<string, string>>> QueryAsync(string statement, CancellationToken cancellationToken) => QueryAsync(_servers(), statement, cancellationToken);

    private async Task<List<Func<string, string>>> QueryAsync(IReadOnlyList<Endpoint> servers, string statement, CancellationToken cancellationToken)
    {
        var login = _login() ?? throw new DatabaseSqlException(Reasons.SecretMissing, "no login for SQL: name a Secret with username and password in spec.tidb.credentialsSecretRef");
        DatabaseSqlException? last = null;
        foreach (var server in servers)
        {
            try
            {
                await using var connection = _provider.CreateConnection() ?? throw new InvalidOperationException("the provider makes no connections");
                connection.ConnectionString = Connection(server, login);
                await connection.OpenAsync(cancellationToken);
                await using var command = connection.CreateCommand();
                command.CommandText = statement;
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await NamedRows.ReadAsync(reader, cancellationToken);
            }
            catch (Exception exception) when (exception is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException or FormatException)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException(exception.Message, exception, cancellationToken);
                }

                last = Failure(exception, server, login, statement);
                if (exception is not MySqlException { IsConnectionError: true })
                {
                    throw last;
                }
            }
        }

        throw last ?? new DatabaseSqlException(Reasons.InvalidSpec, "spec.instances names no TiDB to ask");
    }

    private static DatabaseSqlException Failure(Exception exception, Endpoint server, SqlLogin login, string statement) => new(
        exception is MySqlException { Number: 1044 or 1045 or 1142 or 1227 } ? Reasons.AccessDenied : exception is MySqlException { IsConnectionError: true } ? Reasons.ServerUnreachable : Reasons.AnswerUnusable,
        $"{login.User}@{server}: {statement} failed: {exception.Message.Trim()}",
        exception);

    private string Connection(Endpoint server, SqlLogin login)
    {
        var builder = new MySqlConnectionStringBuilder
        {
            Server = server.Host,
            Port = (uint)server.Port,
            UserID = login.User,
            Password = login.Password,
            ConnectionTimeout = 5,
            DefaultCommandTimeout = 30,
            SslMode = _tls.Mode switch
            {
                DatabaseTlsMode.Disabled => MySqlSslMode.Disabled,
                DatabaseTlsMode.Required => _caFile is null ? MySqlSslMode.Required : MySqlSslMode.VerifyCA,
                _ => MySqlSslMode.VerifyFull,
            },
        };
        if (_tls.Mode != DatabaseTlsMode.Disabled && _caFile is not null)
        {
            builder.SslCa = _caFile;
        }

        return builder.ConnectionString;
    }
}
