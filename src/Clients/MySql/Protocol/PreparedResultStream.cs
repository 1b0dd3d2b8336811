using System.Globalization;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>COM_STMT_PREPARE and COM_STMT_EXECUTE: the binary protocol, used for commands with parameters.</summary>
internal sealed class PreparedResultStream : ResultStream
{
    private readonly NativeStatement _statement;
    private ResultBinder? _binder;

    private PreparedResultStream(NativeConnection connection, ResultLimits limits)
        : base(connection, limits) => _statement = new NativeStatement(connection);

    internal static PreparedResultStream Execute(
        NativeConnection connection,
        ReadOnlySpan<byte> sql,
        IReadOnlyList<MySqlParameter> parameters,
        ResultLimits limits) =>
        Begun(
            new PreparedResultStream(connection, limits) { Finished = true },
            sql,
            (stream, text) => stream.Execute(text, parameters));

    private protected override void Free()
    {
        EndResult();
        _statement.Dispose();
    }

    private protected override long SkipNext() => NextRow() ? _binder!.RowBytes() : -1;

    private protected override bool GoToNext()
    {
        EndResult();
        if (NativeMethods.mysql_stmt_more_results(_statement) == 0)
        {
            Finished = true;
            Columns = [];
            return false;
        }

        var next = NativeMethods.mysql_stmt_next_result(_statement);
        if (next > 0)
        {
            Finished = true;
            throw Error();
        }

        if (next < 0)
        {
            Finished = true;
            Columns = [];
            return false;
        }

        Begin();
        return true;
    }

    private protected override Row? FetchRow() => NextRow() ? _binder!.ReadRow(_statement) : null;

    private bool NextRow()
    {
        if (_binder is null || _statement.AtEnd)
        {
            return false;
        }

        switch (NativeMethods.mysql_stmt_fetch(_statement))
        {
            case 0 or NativeMethods.DataTruncated:
                return true;
            case NativeMethods.NoData:
                _statement.AtEnd = true;
                Finished = NativeMethods.mysql_stmt_more_results(_statement) == 0;
                return false;
            default:
                _statement.AtEnd = true;
                Finished = true;
                throw Error();
        }
    }

    private unsafe void Execute(ReadOnlySpan<byte> sql, IReadOnlyList<MySqlParameter> parameters)
    {
        fixed (byte* p = sql)
        {
            Check(NativeMethods.mysql_stmt_prepare(_statement, p, (nuint)sql.Length));
        }

        var expected = (int)NativeMethods.mysql_stmt_param_count(_statement);
        if (expected != parameters.Count)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The server sees {expected} parameters in the statement, {parameters.Count} were found by name."));
        }

        using (var values = new ParameterBinder(parameters))
        {
            if (parameters.Count > 0)
            {
                Check(NativeMethods.mysql_stmt_bind_param(_statement, values.Binds));
            }

            Check(NativeMethods.mysql_stmt_execute(_statement));
        }

        Begin();
    }

    private unsafe void Begin()
    {
        if (NativeMethods.mysql_stmt_field_count(_statement) == 0)
        {
            Columns = [];
            AffectedRows = Rows(NativeMethods.mysql_stmt_affected_rows(_statement));
            InsertId = NativeMethods.mysql_stmt_insert_id(_statement);
            Finished = NativeMethods.mysql_stmt_more_results(_statement) == 0;
            return;
        }

        Finished = false;
        _statement.AtEnd = false;
        var metadata = NativeMethods.mysql_stmt_result_metadata(_statement);
        if (metadata == 0)
        {
            throw Error();
        }

        try
        {
            Columns = Column.Read(metadata, TinyAsBoolean);
        }
        finally
        {
            NativeMethods.mysql_free_result(metadata);
        }

        AffectedRows = -1;
        _binder = new ResultBinder(Columns);
        Check(NativeMethods.mysql_stmt_bind_result(_statement, _binder.Binds));
    }

    // The library writes into the binder's memory until the result is freed.
    private void EndResult()
    {
        if (_binder is not null)
        {
            Connection.EndUnless(_statement.AtEnd);
            _ = NativeMethods.mysql_stmt_free_result(_statement);
            _binder.Dispose();
            _binder = null;
        }
    }

    private void Check(int result)
    {
        if (result != 0)
        {
            throw Error();
        }
    }

    // An error packet in the middle of the rows is recorded only on the connection.
    private MySqlException Error() => NativeMethods.mysql_stmt_errno(_statement) == 0
        ? Connection.Error()
        : Connection.Error(
            (int)NativeMethods.mysql_stmt_errno(_statement),
            NativeConnection.Text(NativeMethods.mysql_stmt_error(_statement)),
            NativeConnection.Text(NativeMethods.mysql_stmt_sqlstate(_statement)));
}
