using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Drydock.Clients.MySql.Native;
using Drydock.Clients.MySql.Protocol;

namespace Drydock.Clients.MySql;

/// <summary>
/// A statement. Without parameters it goes over the text protocol; with parameters it is prepared at each execution
/// (binary protocol).
/// </summary>
/// <remarks>
/// UPDATE counts the rows that were matched, as MySqlConnector does by default, so a compare-and-swap that writes the
/// same value still counts 1.
/// </remarks>
public sealed class MySqlCommand : DbCommand
{
    internal const long DefaultMaximumRows = 100_000;
    internal const long DefaultMaximumBytes = 32 << 20;

    private MySqlConnection? _connection;
    private CancellationTokenSource? _cancel;
    private int? _timeout;

    /// <summary>An empty command.</summary>
    public MySqlCommand()
    {
    }

    /// <summary>A statement on a connection.</summary>
    public MySqlCommand(string commandText, MySqlConnection connection)
    {
        CommandText = commandText;
        _connection = connection;
    }

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText { get; set; } = "";

    /// <summary>
    /// Seconds after which the command is ended with error 3024; 0 for none. Default: the connection's Default Command
    /// Timeout.
    /// </summary>
    public override int CommandTimeout
    {
        get => _timeout ?? (int)(_connection?.Options.DefaultCommandTimeout ?? 30);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _timeout = value;
        }
    }

    /// <summary>
    /// Maximum rows of all results of the command; more end it with <see cref="MySqlLimitException"/>.
    /// Default 100,000; 0 for no limit.
    /// </summary>
    public long MaximumRows { get; set; } = DefaultMaximumRows;

    /// <summary>
    /// Maximum bytes of all rows; more end it with <see cref="MySqlLimitException"/>. Default 32 MiB; 0 for no limit.
    /// </summary>
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

    /// <inheritdoc/>
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource { get; set; }

    public new MySqlParameterCollection Parameters { get; } = [];

    public new MySqlConnection? Connection { get => _connection; set => _connection = value; }

    /// <summary>The AUTO_INCREMENT value of the last execution, 0 for none.</summary>
    public ulong LastInsertedId { get; private set; }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => _connection;
        set => _connection = (MySqlConnection?)value;
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => Parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction { get; set; }

    private MySqlConnection Session =>
        _connection ?? throw new InvalidOperationException("The command has no connection.");

    /// <summary>Ends a running execution from another thread.</summary>
    public override void Cancel() => _cancel?.Cancel();

    /// <inheritdoc/>
    public override int ExecuteNonQuery()
    {
        using var reader = ExecuteReader();
        while (reader.NextResult())
        {
            // Errors of later results are thrown here.
        }

        return Finish((MySqlDataReader)reader);
    }

    /// <inheritdoc/>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
            // Errors of later results are thrown here.
        }

        return Finish((MySqlDataReader)reader);
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar()
    {
        using var reader = ExecuteReader();
        var value = reader.Read() && reader.FieldCount > 0 ? reader.GetValue(0) : null;
        while (reader.NextResult())
        {
            // Errors of later results are thrown here.
        }

        Finish((MySqlDataReader)reader);
        return value;
    }

    /// <inheritdoc/>
    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var value = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.FieldCount > 0
            ? reader.GetValue(0)
            : null;
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
            // Errors of later results are thrown here.
        }

        Finish((MySqlDataReader)reader);
        return value;
    }

    /// <summary>Does nothing: a command with parameters is prepared when it is executed.</summary>
    public override void Prepare()
    {
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => new MySqlParameter();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cancel?.Dispose();
            _cancel = null;
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var token = Begin(CancellationToken.None);
        var start = Session.Run((uint)CommandTimeout, isCommand: true, Start, token);
        return new MySqlDataReader(Session, start, (uint)CommandTimeout, behavior, token);
    }

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var token = Begin(cancellationToken);
        var start = await Session.RunAsync((uint)CommandTimeout, isCommand: true, Start, token).ConfigureAwait(false);
        return new MySqlDataReader(Session, start, (uint)CommandTimeout, behavior, token);
    }

    private CancellationToken Begin(CancellationToken cancellationToken)
    {
        _cancel?.Dispose();
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return _cancel.Token;
    }

    private int Finish(MySqlDataReader reader)
    {
        LastInsertedId = reader.LastInsertedId;
        return reader.RecordsAffected;
    }

    private StartedResult Start(NativeConnection native)
    {
        var options = Session.Options;
        var sql = SqlTokenizer.Rewrite(
            CommandText,
            Parameters.Contains,
            options.AllowUserVariables,
            backslashEscapes: !native.NoBackslashEscapes());
        var bytes = Encoding.UTF8.GetBytes(sql.Text);
        var limits = new ResultLimits(options.TreatTinyAsBoolean, MaximumRows, MaximumBytes);
        ResultStream stream = sql.Names.Count == 0
            ? TextResultStream.Execute(native, bytes, limits)
            : PreparedResultStream.Execute(native, bytes, [.. sql.Names.Select(Parameters.Named)], limits);
        try
        {
            var rows = new Queue<Row>();
            return new StartedResult(stream, rows, stream.Fetch(rows));
        }
        catch (MySqlLimitException)
        {
            Session.Discard(native, stream);
            throw;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
