using System.Collections;
using Driver = MySqlConnector;

namespace Drydock.Clients.MySql;

/// <summary>Reads results as they arrive; memory does not grow with the result.</summary>
/// <remarks><see cref="GetString"/> returns any column as text, including values without a .NET type (a zero date, a
/// DECIMAL(65)); the typed getters fail on those with <see cref="InvalidCastException"/> or
/// <see cref="OverflowException"/> naming the column.</remarks>
[SuppressMessage("Design", "CA1010", Justification = "The shape of ADO.NET.")]
public sealed partial class MySqlDataReader : DbDataReader
{
    private readonly MySqlConnection _connection;
    private readonly MySqlCommand _command;
    private readonly Driver.MySqlDataReader _driver;
    private readonly CommandBehavior _behavior;
    private readonly CancellationToken _commandToken;
    private Driver.MySqlDbColumn[]? _columns;
    private bool _onRow;
    private bool _atEnd;
    private bool _closed;
    private long _rows;
    private int _affected;

    internal MySqlDataReader(
        MySqlConnection connection,
        MySqlCommand command,
        Driver.MySqlDataReader driver,
        CommandBehavior behavior,
        CancellationToken commandToken)
    {
        (_connection, _command, _driver) = (connection, command, driver);
        (_behavior, _commandToken) = (behavior, commandToken);
        _affected = driver.RecordsAffected;
        connection.ActiveReader = this;
    }

    public override int Depth => 0;

    public override int FieldCount => _closed ? 0 : _driver.FieldCount;

    // ADO.NET also has this member without a task, so this waits.
    public override bool HasRows => !_closed
        && RunAsync(() => Task.FromResult(_driver.HasRows), CancellationToken.None).GetAwaiter().GetResult();

    public override bool IsClosed => _closed;

    /// <summary>Rows affected by INSERT, UPDATE (matched rows) or DELETE, all results together; -1 if there was no such
    /// statement.</summary>
    public override int RecordsAffected => _affected;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    // ADO.NET also has this member without a task, so this waits.
    public override bool Read() => ReadAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        RequireOpen();
        _onRow = await RunAsync(
            () => _driver.ReadAsync(CancellationToken.None), cancellationToken).ConfigureAwait(false);
        if (_onRow && ++_rows > _command.MaximumRows && _command.MaximumRows > 0)
        {
            _onRow = false;
            var refusal = new MySqlLimitException(string.Create(
                CultureInfo.InvariantCulture,
                $"The statement returned more than {_command.MaximumRows} rows, the limit of this command."));
            _connection.Refuse(refusal);
            throw refusal;
        }

        return _onRow;
    }

    // ADO.NET also has this member without a task, so this waits.
    public override bool NextResult() => NextResultAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        RequireOpen();
        _onRow = false;
        _columns = null;
        var found = await RunAsync(
            () => _driver.NextResultAsync(CancellationToken.None), cancellationToken).ConfigureAwait(false);
        _atEnd = !found;
        return found;
    }

    // ADO.NET also has this member without a task, so this waits.
    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    public override async Task CloseAsync()
    {
        if (_closed)
        {
            return;
        }

        _affected = _driver.RecordsAffected;
        await _connection.DrainAsync(_driver).ConfigureAwait(false);
        Abandon();
        if ((_behavior & CommandBehavior.CloseConnection) != CommandBehavior.Default)
        {
            await _connection.CloseAsync().ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    public override bool IsDBNull(int ordinal)
    {
        _ = Column(ordinal);
        RequireRow();
        return _driver.IsDBNull(ordinal);
    }

    public override int GetValues(object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++)
        {
            values[i] = GetValue(i);
        }

        return count;
    }

    public override string GetDataTypeName(int ordinal) => Column(ordinal).DataTypeName!;

    public override Type GetFieldType(int ordinal) => TypeOf(Column(ordinal));

    public override string GetName(int ordinal) => Column(ordinal).ColumnName;

    public override int GetOrdinal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = Array.FindIndex(Columns, c => string.Equals(c.ColumnName, name, StringComparison.Ordinal));
        index = index >= 0
            ? index
            : Array.FindIndex(Columns, c => string.Equals(c.ColumnName, name, StringComparison.OrdinalIgnoreCase));
        return index >= 0
            ? index
            : throw new ArgumentOutOfRangeException(
                nameof(name),
                name,
                $"The result has no column '{name}'; it has: "
                    + $"{string.Join(", ", Columns.Select(c => c.ColumnName))}.");
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    internal void Abandon()
    {
        _closed = true;
        _onRow = false;
        if (ReferenceEquals(_connection.ActiveReader, this))
        {
            _connection.ActiveReader = null;
        }
    }

    private Driver.MySqlDbColumn[] Columns
    {
        get
        {
            RequireOpen();
            return _columns ??= _atEnd ? [] : [.. _driver.GetColumnSchema().Cast<Driver.MySqlDbColumn>()];
        }
    }

    private Driver.MySqlDbColumn Column(int ordinal) => ordinal >= 0 && ordinal < Columns.Length
        ? Columns[ordinal]
        : throw new ArgumentOutOfRangeException(
            nameof(ordinal),
            ordinal,
            string.Create(CultureInfo.InvariantCulture, $"The result has {Columns.Length} columns."));

    private Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken) => _connection.RunAsync(
        (uint)_command.CommandTimeout,
        _ => call(),
        cancellationToken.CanBeCanceled ? cancellationToken : _commandToken);

    private void RequireRow()
    {
        if (!_onRow)
        {
            throw new InvalidOperationException(
                _closed ? "The reader is closed." : "There is no current row; call Read first.");
        }
    }

    private void RequireOpen()
    {
        if (_closed)
        {
            throw new InvalidOperationException("The reader is closed.");
        }
    }
}
