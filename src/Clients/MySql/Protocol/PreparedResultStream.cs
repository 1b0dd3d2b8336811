using System.Globalization;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>COM_STMT_PREPARE and COM_STMT_EXECUTE: the binary protocol, used for commands with parameters.</summary>
internal sealed class PreparedResultStream : ResultStream
{
    private nint _statement;
    private ResultBinder? _binder;

    private PreparedResultStream(NativeConnection connection, bool tinyAsBoolean, nint statement)
        : base(connection, tinyAsBoolean) => _statement = statement;

    internal static unsafe PreparedResultStream Execute(
        NativeConnection connection, ReadOnlySpan<byte> sql, IReadOnlyList<MySqlParameter> parameters, bool tinyAsBoolean)
    {
        var statement = NativeMethods.mysql_stmt_init(connection);
        if (statement == 0)
        {
            throw connection.Error();
        }

        var stream = new PreparedResultStream(connection, tinyAsBoolean, statement);
        try
        {
            fixed (byte* p = sql)
            {
                stream.Check(NativeMethods.mysql_stmt_prepare(statement, p, (nuint)sql.Length));
            }

            var expected = (int)NativeMethods.mysql_stmt_param_count(statement);
            if (expected != parameters.Count)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"The server sees {expected} parameters in the statement, {parameters.Count} were found by name."));
            }

            using (var values = new ParameterBinder(parameters))
            {
                if (parameters.Count > 0)
                {
                    stream.Check(NativeMethods.mysql_stmt_bind_param(statement, values.Binds));
                }

                stream.Check(NativeMethods.mysql_stmt_execute(statement));
            }

            stream.Begin();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    internal override bool NextResult()
    {
        EndResult();
        if (NativeMethods.mysql_stmt_more_results(_statement) == 0)
        {
            Columns = [];
            return false;
        }

        var next = NativeMethods.mysql_stmt_next_result(_statement);
        if (next > 0)
        {
            throw Error();
        }

        if (next < 0)
        {
            Columns = [];
            return false;
        }

        Begin();
        return true;
    }

    public override void Dispose()
    {
        if (_statement == 0)
        {
            return;
        }

        EndResult();
        _ = NativeMethods.mysql_stmt_close(_statement);
        _statement = 0;
    }

    private protected override Row? FetchRow()
    {
        if (_binder is null)
        {
            return null;
        }

        return NativeMethods.mysql_stmt_fetch(_statement) switch
        {
            NativeMethods.NoData => null,
            0 or NativeMethods.DataTruncated => _binder.ReadRow(_statement),
            _ => throw Error(),
        };
    }

    private unsafe void Begin()
    {
        if (NativeMethods.mysql_stmt_field_count(_statement) == 0)
        {
            Columns = [];
            AffectedRows = Rows(NativeMethods.mysql_stmt_affected_rows(_statement));
            InsertId = NativeMethods.mysql_stmt_insert_id(_statement);
            return;
        }

        var metadata = NativeMethods.mysql_stmt_result_metadata(_statement);
        if (metadata == 0)
        {
            throw Error();
        }

        Columns = Column.Read(metadata, TinyAsBoolean);
        NativeMethods.mysql_free_result(metadata);
        AffectedRows = -1;
        _binder = new ResultBinder(Columns);
        Check(NativeMethods.mysql_stmt_bind_result(_statement, _binder.Binds));
    }

    private void EndResult()
    {
        if (_binder is not null)
        {
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

    // An error packet in the middle of the rows is noted on the connection only.
    private MySqlException Error() => NativeMethods.mysql_stmt_errno(_statement) == 0
        ? Connection.Error()
        : new MySqlException(
            NativeConnection.Text(NativeMethods.mysql_stmt_error(_statement)),
            (int)NativeMethods.mysql_stmt_errno(_statement),
            NativeConnection.Text(NativeMethods.mysql_stmt_sqlstate(_statement)),
            innerException: null);
}
