using System.Globalization;
using System.Text;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>Receives the rows of a prepared statement and writes each value as the text protocol would.</summary>
internal sealed unsafe class ResultBinder : IDisposable
{
    private const int FirstBytes = 512;

    // The display width of a number; a larger value from a server is not a width.
    private const int WidestNumber = 255;

    private readonly NativeArena _arena = new();
    private readonly Column[] _columns;
    private readonly nuint* _lengths;
    private readonly byte* _nulls;

    internal ResultBinder(Column[] columns)
    {
        _columns = columns;
        Binds = _arena.Take<NativeBind>(columns.Length);
        _lengths = _arena.Take<nuint>(columns.Length);
        _nulls = _arena.Take<byte>(columns.Length);
        var errors = _arena.Take<byte>(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            var type = Plan(columns[i].Type);
            var size = type switch
            {
                NativeType.LongLong or NativeType.Double => sizeof(long),
                NativeType.Float => sizeof(float),
                NativeType.String => FirstBytes,
                _ => sizeof(NativeTime),
            };
            Binds[i].BufferType = type;
            Binds[i].Buffer = _arena.Take<byte>(size);
            Binds[i].BufferLength = (nuint)size;
            Binds[i].Length = _lengths + i;
            Binds[i].IsNull = _nulls + i;
            Binds[i].Error = errors + i;
            Binds[i].IsUnsigned = columns[i].IsUnsigned ? (byte)1 : (byte)0;
        }
    }

    internal NativeBind* Binds { get; }

    public void Dispose() => _arena.Dispose();

    internal Row ReadRow(NativeStatement statement)
    {
        var ends = new int[_columns.Length];
        var nulls = new bool[_columns.Length];
        using var data = new MemoryStream();
        for (var i = 0; i < _columns.Length; i++)
        {
            nulls[i] = _nulls[i] != 0;
            if (!nulls[i])
            {
                Write(statement, i, data);
            }

            ends[i] = checked((int)data.Length);
        }

        return new Row(data.ToArray(), ends, nulls);
    }

    /// <summary>Bytes of the row that was fetched.</summary>
    internal long RowBytes()
    {
        long bytes = 0;
        for (var i = 0; i < _columns.Length; i++)
        {
            bytes += (long)_lengths[i];
        }

        return bytes;
    }

    // Natural native types keep every digit; everything else arrives as bytes.
    private static NativeType Plan(NativeType type) => type switch
    {
        NativeType.Tiny
            or NativeType.Short
            or NativeType.Long
            or NativeType.Int24
            or NativeType.LongLong
            or NativeType.Year =>
            NativeType.LongLong,
        NativeType.Float => NativeType.Float,
        NativeType.Double => NativeType.Double,
        NativeType.Date or NativeType.NewDate => NativeType.Date,
        NativeType.DateTime or NativeType.Timestamp => NativeType.DateTime,
        NativeType.Time => NativeType.Time,
        _ => NativeType.String,
    };

    private void Write(NativeStatement statement, int i, MemoryStream data)
    {
        var column = _columns[i];
        ref var bind = ref Binds[i];
        switch (bind.BufferType)
        {
            case NativeType.LongLong:
                var number = column.IsUnsigned
                    ? (*(ulong*)bind.Buffer).ToString(CultureInfo.InvariantCulture)
                    : (*(long*)bind.Buffer).ToString(CultureInfo.InvariantCulture);
                WriteText(
                    data, column.IsZeroFill ? number.PadLeft((int)Math.Min(column.Length, WidestNumber), '0') : number);
                break;
            case NativeType.Float:
                WriteText(data, (*(float*)bind.Buffer).ToString("R", CultureInfo.InvariantCulture));
                break;
            case NativeType.Double:
                WriteText(data, (*(double*)bind.Buffer).ToString("R", CultureInfo.InvariantCulture));
                break;
            case NativeType.String:
                WriteBytes(statement, i, data);
                break;
            default:
                WriteText(data, TemporalText.Format(*(NativeTime*)bind.Buffer, bind.BufferType, column.Decimals));
                break;
        }
    }

    private void WriteBytes(NativeStatement statement, int i, MemoryStream data)
    {
        var length = checked((int)_lengths[i]);
        if (length <= FirstBytes)
        {
            data.Write(new ReadOnlySpan<byte>(Binds[i].Buffer, length));
            return;
        }

        var start = checked((int)data.Length);
        data.SetLength(start + length);
        data.Position = start + length;
        fixed (byte* target = data.GetBuffer().AsSpan(start, length))
        {
            nuint actual = 0;
            byte isNull = 0;
            byte error = 0;
            var bind = new NativeBind
            {
                BufferType = NativeType.String,
                Buffer = target,
                BufferLength = (nuint)length,
                Length = &actual,
                IsNull = &isNull,
                Error = &error,
            };
            if (NativeMethods.mysql_stmt_fetch_column(statement, &bind, (uint)i, 0) != 0)
            {
                throw new MySqlException(
                    $"Column '{_columns[i].Name}' could not be fetched: "
                        + $"{NativeConnection.Text(NativeMethods.mysql_stmt_error(statement))}");
            }
        }
    }

    private static void WriteText(MemoryStream data, string text)
    {
        Span<byte> bytes = stackalloc byte[512];
        data.Write(bytes[..Encoding.ASCII.GetBytes(text, bytes)]);
    }
}
