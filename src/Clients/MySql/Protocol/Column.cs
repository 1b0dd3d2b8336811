using System.Text;
using Drydock.Clients.MySql.Native;

namespace Drydock.Clients.MySql.Protocol;

/// <summary>One column of a result and how its values read.</summary>
internal sealed class Column
{
    /// <summary>The maximum of a table; a result with more columns is not read.</summary>
    internal const int MostColumns = 4096;

    private const int LongestName = 1024;

    private Column(
        string name, NativeType type, uint flags, uint charset, long length, uint decimals, bool tinyAsBoolean)
    {
        Name = name;
        Type = type;
        Flags = flags;
        Decimals = decimals;
        Length = length;
        IsBinary = charset == NativeField.CharsetBinary && type != NativeType.Json;
        ClrType = Map(tinyAsBoolean);
    }

    internal string Name { get; }

    internal NativeType Type { get; }

    internal uint Flags { get; }

    internal uint Decimals { get; }

    internal long Length { get; }

    internal bool IsBinary { get; }

    internal bool IsUnsigned => (Flags & NativeField.FlagUnsigned) != 0;

    internal bool IsZeroFill => (Flags & NativeField.FlagZeroFill) != 0;

    internal Type ClrType { get; }

    internal string TypeName => Type switch
    {
        NativeType.Tiny => Signed("TINYINT"),
        NativeType.Short => Signed("SMALLINT"),
        NativeType.Int24 => Signed("MEDIUMINT"),
        NativeType.Long => Signed("INT"),
        NativeType.LongLong => Signed("BIGINT"),
        NativeType.NewDecimal or NativeType.Decimal => "DECIMAL",
        NativeType.String when (Flags & NativeField.FlagEnum) != 0 => "ENUM",
        NativeType.String when (Flags & NativeField.FlagSet) != 0 => "SET",
        NativeType.String => IsBinary ? "BINARY" : "CHAR",
        NativeType.VarString or NativeType.VarChar => IsBinary ? "VARBINARY" : "VARCHAR",
        NativeType.Blob or NativeType.TinyBlob or NativeType.MediumBlob or NativeType.LongBlob =>
            IsBinary ? "BLOB" : "TEXT",
        _ => Type.ToString().ToUpperInvariant(),
    };

    internal static unsafe Column[] Read(nint result, bool tinyAsBoolean)
    {
        var count = NativeMethods.mysql_num_fields(result);
        if (count > MostColumns)
        {
            throw new MySqlLimitException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"The result has {count} columns; this client reads at most {MostColumns}."));
        }

        var columns = new Column[count];
        var fields = NativeMethods.mysql_fetch_fields(result);
        for (var i = 0; i < columns.Length; i++)
        {
            ref var f = ref fields[i];
            columns[i] = new Column(
                Encoding.UTF8.GetString(f.Name, (int)Math.Min(f.NameLength, LongestName)),
                f.Type,
                f.Flags,
                f.Charset,
                (long)f.Length,
                f.Decimals,
                tinyAsBoolean);
        }

        return columns;
    }

    private string Signed(string name) => IsUnsigned ? name + " UNSIGNED" : name;

    private Type Map(bool tinyAsBoolean) => Type switch
    {
        NativeType.Tiny when Length == 1 && tinyAsBoolean && !IsUnsigned => typeof(bool),
        NativeType.Tiny => IsUnsigned ? typeof(byte) : typeof(sbyte),
        NativeType.Short => IsUnsigned ? typeof(ushort) : typeof(short),
        NativeType.Year => typeof(int),
        NativeType.Int24 or NativeType.Long => IsUnsigned ? typeof(uint) : typeof(int),
        NativeType.LongLong => IsUnsigned ? typeof(ulong) : typeof(long),
        NativeType.Float => typeof(float),
        NativeType.Double => typeof(double),
        NativeType.Decimal or NativeType.NewDecimal => typeof(decimal),
        NativeType.Date or NativeType.NewDate or NativeType.DateTime or NativeType.Timestamp => typeof(DateTime),
        NativeType.Time => typeof(TimeSpan),
        NativeType.Bit => typeof(ulong),
        NativeType.Null => typeof(object),
        NativeType.Geometry => typeof(byte[]),
        _ => IsBinary ? typeof(byte[]) : typeof(string),
    };
}
