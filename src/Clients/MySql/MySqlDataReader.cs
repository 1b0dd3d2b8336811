using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Drydock.Clients.MySql.Protocol;

namespace Drydock.Clients.MySql;

/// <summary>
/// Reads results as they arrive, a few hundred rows at a time; memory does not grow with the result.
/// </summary>
/// <remarks>
/// <see cref="GetString"/> returns any column as text, including values without a .NET type (a zero date, a
/// DECIMAL(65)); the
/// typed getters fail on those with <see cref="InvalidCastException"/> or <see cref="OverflowException"/> naming the
/// column.
/// </remarks>
[SuppressMessage("Design", "CA1010", Justification = "The shape of ADO.NET.")]
public sealed partial class MySqlDataReader : DbDataReader
{
    private readonly MySqlConnection _connection;
    private readonly ResultStream _stream;
    private readonly Queue<Row> _rows;
    private readonly uint _limit;
    private readonly CommandBehavior _behavior;
    private readonly CancellationToken _commandToken;
    private bool _atEnd;
    private bool _hasRows;
    private bool _closed;
    private Row? _row;
    private long _affected = -1;

    internal MySqlDataReader(
        MySqlConnection connection,
        StartedResult start,
        uint limit,
        CommandBehavior behavior,
        CancellationToken commandToken)
    {
        _connection = connection;
        _stream = start.Stream;
        _rows = start.Rows;
        _atEnd = start.AtEnd;
        _limit = limit;
        _behavior = behavior;
        _commandToken = commandToken;
        Note();
        connection.ActiveReader = this;
    }

    /// <inheritdoc/>
    public override int Depth => 0;

    /// <inheritdoc/>
    public override int FieldCount => _stream.Columns.Length;

    /// <inheritdoc/>
    public override bool HasRows => _hasRows;

    /// <inheritdoc/>
    public override bool IsClosed => _closed;

    /// <summary>
    /// Rows affected by INSERT, UPDATE (matched rows) or DELETE, all results together; -1 if there was no such
    /// statement.
    /// </summary>
    public override int RecordsAffected => (int)Math.Min(_affected, int.MaxValue);

    internal ulong LastInsertedId { get; private set; }

    /// <inheritdoc/>
    public override object this[int ordinal] => GetValue(ordinal);

    /// <inheritdoc/>
    public override object this[string name] => GetValue(GetOrdinal(name));

    /// <inheritdoc/>
    public override bool Read()
    {
        RequireOpen();
        if (_rows.Count == 0 && !_atEnd)
        {
            _atEnd = _connection.Run(_limit, isCommand: false, _ => _stream.Fetch(_rows), _commandToken);
        }

        return Take();
    }

    /// <inheritdoc/>
    public override async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        RequireOpen();
        if (_rows.Count == 0 && !_atEnd)
        {
            _atEnd = await _connection.RunAsync(
                _limit, isCommand: false, _ => _stream.Fetch(_rows), Token(cancellationToken)).ConfigureAwait(false);
        }

        return Take();
    }

    /// <inheritdoc/>
    public override bool NextResult()
    {
        RequireOpen();
        return Arrive(_connection.Run(_limit, isCommand: false, _ => Advance(), _commandToken));
    }

    /// <inheritdoc/>
    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        RequireOpen();
        return Arrive(
            await _connection.RunAsync(
                _limit, isCommand: false, _ => Advance(), Token(cancellationToken)).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (_closed)
        {
            return;
        }

        _connection.Finish(_stream);

        Closed();
        if ((_behavior & CommandBehavior.CloseConnection) != CommandBehavior.Default)
        {
            _connection.Close();
        }
    }

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        if (_closed)
        {
            return;
        }

        await _connection.FinishAsync(_stream).ConfigureAwait(false);

        Closed();
        if ((_behavior & CommandBehavior.CloseConnection) != CommandBehavior.Default)
        {
            await _connection.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override bool IsDBNull(int ordinal)
    {
        _ = Column(ordinal);
        return Current.IsNull(ordinal);
    }

    /// <inheritdoc/>
    public override object GetValue(int ordinal)
    {
        var column = Column(ordinal);
        return Current.IsNull(ordinal) ? DBNull.Value : ValueReader.Read(column, Current[ordinal]);
    }

    /// <inheritdoc/>
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

    /// <summary>
    /// The value as text, whatever its type: as the <c>mysql</c> client prints it (a BIT as a number).
    /// </summary>
    /// <exception cref="InvalidCastException">It is NULL.</exception>
    public override string GetString(int ordinal)
    {
        var column = Column(ordinal);
        return ValueReader.Text(column, NotNull(ordinal));
    }

    /// <inheritdoc/>
    public override string GetDataTypeName(int ordinal) => Column(ordinal).TypeName;

    /// <inheritdoc/>
    public override Type GetFieldType(int ordinal) => Column(ordinal).ClrType;

    /// <inheritdoc/>
    public override string GetName(int ordinal) => Column(ordinal).Name;

    /// <inheritdoc/>
    public override int GetOrdinal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = Array.FindIndex(_stream.Columns, c => string.Equals(c.Name, name, StringComparison.Ordinal));
        index = index >= 0
            ? index
            : Array.FindIndex(_stream.Columns, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
        return index >= 0
            ? index
            : throw new ArgumentOutOfRangeException(
                nameof(name),
                name,
                $"The result has no column '{name}'; it has: "
                    + $"{string.Join(", ", _stream.Columns.Select(c => c.Name))}.");
    }

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    /// <summary>Detaches the reader from its connection.</summary>
    internal void Abandon()
    {
        if (!_closed)
        {
            _stream.Dispose();
        }

        Closed();
    }

    private Row Current =>
        _row
            ?? throw new InvalidOperationException(
                _closed ? "The reader is closed." : "There is no current row; call Read first.");

    private ReadOnlySpan<byte> NotNull(int ordinal) =>
        Current.IsNull(ordinal) ? throw Cast(ordinal, "anything but NULL") : Current[ordinal];

    private object GetNotNull(int ordinal)
    {
        var column = Column(ordinal);
        return ValueReader.Read(column, NotNull(ordinal));
    }

    private InvalidCastException Cast(int ordinal, string wanted) =>
        new(
            $"Column '{GetName(ordinal)}' ({GetDataTypeName(ordinal)}{(Current.IsNull(ordinal) ? ", NULL" : "")}) "
                + $"cannot be read as {wanted}.");

    private Column Column(int ordinal) => ordinal >= 0 && ordinal < _stream.Columns.Length
        ? _stream.Columns[ordinal]
        : throw new ArgumentOutOfRangeException(
            nameof(ordinal),
            ordinal,
            string.Create(CultureInfo.InvariantCulture, $"The result has {_stream.Columns.Length} columns."));

    private CancellationToken Token(CancellationToken own) => own.CanBeCanceled ? own : _commandToken;

    private bool Take()
    {
        _row = _rows.Count > 0 ? _rows.Dequeue() : null;
        return _row is not null;
    }

    private NextStep Advance()
    {
        _rows.Clear();
        if (!_stream.NextResult())
        {
            return new NextStep(Found: false, AtEnd: true);
        }

        return new NextStep(Found: true, _stream.Fetch(_rows));
    }

    private bool Arrive(NextStep step)
    {
        _row = null;
        _atEnd = step.AtEnd;
        _hasRows = _rows.Count > 0;
        if (step.Found)
        {
            Note();
        }

        return step.Found;
    }

    private void Note()
    {
        _hasRows = _rows.Count > 0;
        if (_stream.AffectedRows >= 0)
        {
            _affected = Math.Max(_affected, 0) + _stream.AffectedRows;
        }

        if (_stream.InsertId != 0)
        {
            LastInsertedId = _stream.InsertId;
        }
    }

    private void Closed()
    {
        _closed = true;
        _row = null;
        _rows.Clear();
        if (ReferenceEquals(_connection.ActiveReader, this))
        {
            _connection.ActiveReader = null;
        }
    }

    private void RequireOpen()
    {
        if (_closed)
        {
            throw new InvalidOperationException("The reader is closed.");
        }
    }

    private readonly record struct NextStep(bool Found, bool AtEnd);
}
