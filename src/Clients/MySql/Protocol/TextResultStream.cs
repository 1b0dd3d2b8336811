using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>COM_QUERY: the text protocol, used for commands without parameters.</summary>
internal sealed class TextResultStream : ResultStream
{
    private nint _result;

    private TextResultStream(NativeConnection connection, bool tinyAsBoolean)
        : base(connection, tinyAsBoolean)
    {
    }

    internal static TextResultStream Execute(NativeConnection connection, ReadOnlySpan<byte> sql, bool tinyAsBoolean)
    {
        connection.Send(sql);
        var stream = new TextResultStream(connection, tinyAsBoolean);
        stream.Begin();
        return stream;
    }

    internal override bool NextResult()
    {
        FreeResult();
        var next = NativeMethods.mysql_next_result(Connection);
        if (next > 0)
        {
            throw Connection.Error();
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
        FreeResult();
        while (NativeMethods.mysql_more_results(Connection) != 0 && NativeMethods.mysql_next_result(Connection) == 0)
        {
            _result = NativeMethods.mysql_use_result(Connection);
            FreeResult();
        }
    }

    private protected override unsafe Row? FetchRow()
    {
        if (_result == 0)
        {
            return null;
        }

        var values = NativeMethods.mysql_fetch_row(_result);
        if (values == null)
        {
            if (NativeMethods.mysql_errno(Connection) != 0)
            {
                throw Connection.Error();
            }

            return null;
        }

        var lengths = NativeMethods.mysql_fetch_lengths(_result);
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

    private void Begin()
    {
        _result = NativeMethods.mysql_use_result(Connection);
        if (_result != 0)
        {
            Columns = Column.Read(_result, TinyAsBoolean);
            AffectedRows = -1;
            return;
        }

        if (NativeMethods.mysql_field_count(Connection) != 0)
        {
            throw Connection.Error();
        }

        Columns = [];
        AffectedRows = Rows(NativeMethods.mysql_affected_rows(Connection));
        InsertId = NativeMethods.mysql_insert_id(Connection);
    }

    private void FreeResult()
    {
        if (_result != 0)
        {
            NativeMethods.mysql_free_result(_result);
            _result = 0;
        }
    }
}
