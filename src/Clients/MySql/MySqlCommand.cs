using Driver = MySqlConnector;

namespace Drydock.Clients.MySql;

/// <summary>A statement. Without parameters it goes over the text protocol; with parameters it is prepared (binary
/// protocol), so no value is ever part of the SQL text.</summary>
public sealed class MySqlCommand : DbCommand
{
    internal const long DefaultMaximumRows = 100_000;
    internal const long DefaultMaximumBytes = 32 << 20;

    private const int MostColumns = 4096;

    private readonly Driver.MySqlCommand _driver = new();
    private MySqlConnection? _connection;
    private CancellationTokenSource? _cancel;
    private int? _timeout;

    public MySqlCommand()
    {
    }

    public MySqlCommand(string commandText, MySqlConnection connection)
    {
        CommandText = commandText;
        _connection = connection;
    }

    [AllowNull]
    public override string CommandText { get => _driver.CommandText; set => _driver.CommandText = value ?? ""; }

    /// <summary>Seconds after which the session is ended with error 3024; 0 for none. Default: the connection's Default
    /// Command Timeout.</summary>
    public override int CommandTimeout
    {
        get => _timeout ?? (int)(_connection?.Options.DefaultCommandTimeout ?? 30);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _timeout = value;
        }
    }

    /// <summary>Maximum rows of all results of the command; more end the session with
    /// <see cref="MySqlLimitException"/>. Default 100,000; 0 for no limit.</summary>
    public long MaximumRows { get; set; } = DefaultMaximumRows;

    /// <summary>Maximum bytes that the server may send; more end the session with <see cref="MySqlLimitException"/>.
    /// Default 32 MiB; 0 for no limit.</summary>
    public long MaximumBytes { get; set; } = DefaultMaximumBytes;

    /// <summary>Only <see cref="CommandType.Text"/>; call a procedure by <c>CALL</c>.</summary>
    /// <exception cref="NotSupportedException">Set to anything else.</exception>
    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text)
            {
                throw new NotSupportedException(
                    $"CommandType {value}: write the statement, for example CALL name(@a).");
            }
        }
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    public new Driver.MySqlParameterCollection Parameters => _driver.Parameters;

    public new MySqlConnection? Connection { get => _connection; set => _connection = value; }

    /// <summary>The AUTO_INCREMENT value of the last execution, 0 for none.</summary>
    public ulong LastInsertedId { get; private set; }

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set => _connection = (MySqlConnection?)value;
    }

    protected override DbParameterCollection DbParameterCollection => Parameters;

    protected override DbTransaction? DbTransaction { get; set; }

    private MySqlConnection Session =>
        _connection ?? throw new InvalidOperationException("The command has no connection.");

    public override void Cancel() => _cancel?.Cancel();

    // ADO.NET also has this member without a task, so this waits.
    public override int ExecuteNonQuery() => ExecuteNonQueryAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await FinishAsync(reader, cancellationToken).ConfigureAwait(false);
        return reader.RecordsAffected;
    }

    // ADO.NET also has this member without a task, so this waits.
    public override object? ExecuteScalar() => ExecuteScalarAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var value = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.FieldCount > 0
            ? reader.GetValue(0)
            : null;
        await FinishAsync(reader, cancellationToken).ConfigureAwait(false);
        return value;
    }

    public override void Prepare()
    {
    }

    protected override DbParameter CreateDbParameter() => new Driver.MySqlParameter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cancel?.Dispose();
            _cancel = null;
            _driver.Dispose();
        }

        base.Dispose(disposing);
    }

    // ADO.NET also has this member without a task, so this waits.
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        ExecuteDbDataReaderAsync(behavior, CancellationToken.None).GetAwaiter().GetResult();

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var session = Session;
        session.RequireNoReader();
        if (CommandText.Length == 0)
        {
            throw new InvalidOperationException("The command has no text.");
        }

        StatementRules.Require(CommandText, Parameters.Count > 0, session.Options);
        _cancel?.Dispose();
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        session.Allow(MaximumBytes);
        var driver = await session.RunAsync((uint)CommandTimeout, StartAsync, _cancel.Token).ConfigureAwait(false);
        var reader = new MySqlDataReader(session, this, driver, behavior, _cancel.Token);
        if (driver.FieldCount > MostColumns)
        {
            var refusal = new MySqlLimitException(string.Create(
                CultureInfo.InvariantCulture,
                $"The result has {driver.FieldCount} columns; this client reads at most {MostColumns}."));
            session.Refuse(refusal);
            await reader.DisposeAsync().ConfigureAwait(false);
            throw refusal;
        }

        return reader;
    }

    private async Task<Driver.MySqlDataReader> StartAsync(Driver.MySqlConnection connection)
    {
        _driver.Connection = connection;
        if (Parameters.Count > 0)
        {
            await _driver.PrepareAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return await _driver.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task FinishAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        do
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                // The rows are not needed, but they count.
            }
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));

        LastInsertedId = (ulong)Math.Max(0, _driver.LastInsertedId);
    }
}
