using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>COM_QUERY: the text protocol, used for commands without parameters.</summary>
internal sealed class TextResultStream : ResultStream
{
    private NativeResult? _result;

    private TextResultStream(NativeConnection connection, ResultLimits limits)
        : base(connection, limits)
    {
    }

    internal static TextResultStream Execute(NativeConnection connection, ReadOnlySpan<byte> sql, ResultLimits limits)
    {
        connection.Send(sql);
        return Begun(new TextResultStream(connection, limits), [], static (stream, _) => stream.Begin());
    }

    private protected override unsafe long SkipNext()
    {
        if (NextRow() == null)
        {
            return -1;
        }

        var lengths = NativeMethods.mysql_fetch_lengths(_result!);
        long bytes = 0;
        for (var i = 0; i < Columns.Length; i++)
        {
            bytes += (long)lengths[i];
        }

        return bytes;
    }

    private protected override bool GoToNext()
    {
        Free();
        var next = NativeMethods.mysql_next_result(Connection);
        if (next > 0)
        {
            Finished = true;
            throw Connection.Error();
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

    private protected override unsafe Row? FetchRow()
    {
        var values = NextRow();
        if (values == null)
        {
            return null;
        }

        var lengths = NativeMethods.mysql_fetch_lengths(_result!);
        var ends = new int[Columns.Length];
        var nulls = new bool[Columns.Length];
        var total = 0;
        for (var i = 0; i < ends.Length; i++)
        {
            nulls[i] = values[i] == null;
            total = checked(total + (nulls[i] ? 0 : (int)lengths[i]));
            ends[i] = total;
        }

        var data = GC.AllocateUninitializedArray<byte>(total);
        var start = 0;
        for (var i = 0; i < ends.Length; i++)
        {
            new ReadOnlySpan<byte>(values[i], ends[i] - start).CopyTo(data.AsSpan(start));
            start = ends[i];
        }

        return new Row(data, ends, nulls);
    }

    // Null at the end of the result.
    private unsafe byte** NextRow()
    {
        if (_result is not { AtEnd: false } result)
        {
            return null;
        }

        var values = NativeMethods.mysql_fetch_row(result);
        if (values == null)
        {
            result.AtEnd = true;
            if (NativeMethods.mysql_errno(Connection) != 0)
            {
                Finished = true;
                throw Connection.Error();
            }

            Finished = NativeMethods.mysql_more_results(Connection) == 0;
        }

        return values;
    }

    private void Begin()
    {
        var result = NativeMethods.mysql_use_result(Connection);
        if (result != 0)
        {
            _result = new NativeResult(Connection, result);
            Columns = Column.Read(result, TinyAsBoolean);
            AffectedRows = -1;
            return;
        }

        Finished = NativeMethods.mysql_more_results(Connection) == 0;
        if (NativeMethods.mysql_field_count(Connection) != 0)
        {
            throw Connection.Error();
        }

        Columns = [];
        AffectedRows = Rows(NativeMethods.mysql_affected_rows(Connection));
        InsertId = NativeMethods.mysql_insert_id(Connection);
    }

    private protected override void Free()
    {
        _result?.Dispose();
        _result = null;
    }
}
