using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>Converts the bytes of a value to the .NET type of its column.</summary>
internal static class ValueReader
{
    internal static object Read(Column column, ReadOnlySpan<byte> value)
    {
        var type = column.ClrType;
        if (type == typeof(string))
        {
            return Encoding.UTF8.GetString(value);
        }

        if (type == typeof(byte[]))
        {
            return value.ToArray();
        }

        return column.Type switch
        {
            NativeType.Tiny when type == typeof(bool) => Int64(column, value) != 0,
            NativeType.Tiny => column.IsUnsigned ? (byte)Int64(column, value) : (object)(sbyte)Int64(column, value),
            NativeType.Short => column.IsUnsigned ? (ushort)Int64(column, value) : (object)(short)Int64(column, value),
            NativeType.Int24 or NativeType.Long =>
                column.IsUnsigned ? (uint)Int64(column, value) : (object)(int)Int64(column, value),
            NativeType.Year => (int)Int64(column, value),
            NativeType.LongLong => column.IsUnsigned ? UInt64(column, value) : (object)Int64(column, value),
            NativeType.Float => (float)Double(column, value),
            NativeType.Double => Double(column, value),
            NativeType.Decimal or NativeType.NewDecimal => Decimal(column, value),
            NativeType.Date or NativeType.NewDate or NativeType.DateTime or NativeType.Timestamp =>
                DateTime(column, value),
            NativeType.Time => Time(column, value),
            NativeType.Bit => Bits(value),
            _ => value.ToArray(),
        };
    }

    /// <summary>The value as text: what the mysql client prints, except that bits are a number.</summary>
    internal static string Text(Column column, ReadOnlySpan<byte> value) => column.Type == NativeType.Bit
        ? Bits(value).ToString(CultureInfo.InvariantCulture)
        : Encoding.UTF8.GetString(value);

    private static long Int64(Column column, ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out long number, out var used) && used == value.Length
            ? number
            : throw Bad(column, value, "a signed integer");

    private static ulong UInt64(Column column, ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out ulong number, out var used) && used == value.Length
            ? number
            : throw Bad(column, value, "an unsigned integer");

    private static double Double(Column column, ReadOnlySpan<byte> value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Bad(column, value, "a floating point number");

    private static decimal Decimal(Column column, ReadOnlySpan<byte> value) =>
        decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new OverflowException(
                $"Column '{column.Name}' holds {Encoding.ASCII.GetString(value)}, too large for System.Decimal. "
                    + "Read it with GetString.");

    private static DateTime DateTime(Column column, ReadOnlySpan<byte> value) =>
        TemporalText.TryDateTime(Encoding.ASCII.GetString(value), out var date)
            ? date
            : throw Bad(column, value, "a .NET date; read it with GetString");

    private static TimeSpan Time(Column column, ReadOnlySpan<byte> value) =>
        TemporalText.TryTimeSpan(Encoding.ASCII.GetString(value), out var time)
            ? time
            : throw Bad(column, value, "a time");

    private static ulong Bits(ReadOnlySpan<byte> value)
    {
        ulong bits = 0;
        foreach (var b in value)
        {
            bits = (bits << 8) | b;
        }

        return bits;
    }

    private static InvalidCastException Bad(Column column, ReadOnlySpan<byte> value, string expected) =>
        new(
            $"Column '{column.Name}' ({column.TypeName}) holds '{Encoding.UTF8.GetString(value)}', expected "
                + $"{expected}.");
}
