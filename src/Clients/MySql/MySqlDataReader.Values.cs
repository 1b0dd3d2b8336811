using Driver = MySqlConnector;

namespace Drydock.Clients.MySql;

/// <content>The values of a row.</content>
public sealed partial class MySqlDataReader
{
    private const int MaxDecimals = 6;

    public override object GetValue(int ordinal)
    {
        var column = Column(ordinal);
        RequireRow();
        if (column.ProviderType is Driver.MySqlDbType.NewDecimal or Driver.MySqlDbType.Decimal
            && !_driver.IsDBNull(ordinal))
        {
            return Decimal(ordinal);
        }

        return Raw(ordinal) switch
        {
            Driver.MySqlDateTime { IsValidDateTime: true } date => date.GetDateTime(),
            Driver.MySqlDateTime date => throw new InvalidCastException(
                $"Column '{column.ColumnName}' ({column.DataTypeName}) holds '{Text(column, date)}', expected a .NET "
                    + "date; read it with GetString."),
            sbyte number when TypeOf(column) == typeof(bool) => number != 0,
            var value => value,
        };
    }

    public override string GetString(int ordinal)
    {
        var column = Column(ordinal);
        RequireRow();
        if (_driver.IsDBNull(ordinal))
        {
            throw Cast(ordinal, "anything but NULL");
        }

        if (column.ProviderType is Driver.MySqlDbType.NewDecimal or Driver.MySqlDbType.Decimal)
        {
            return _driver.GetMySqlDecimal(ordinal).ToString();
        }

        return Raw(ordinal) switch
        {
            string text => text,
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            Driver.MySqlDateTime date => Text(column, date),
            TimeSpan time => Text(column, time),
            int year when column.ProviderType == Driver.MySqlDbType.Year =>
                year.ToString("0000", CultureInfo.InvariantCulture),
            var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    public override bool GetBoolean(int ordinal) =>
        GetNotNull(ordinal) is var v && v is bool b ? b : Convert.ToBoolean(v, CultureInfo.InvariantCulture);

    public override byte GetByte(int ordinal) => Convert.ToByte(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public override char GetChar(int ordinal) =>
        GetString(ordinal) is { Length: 1 } s
            ? s[0]
            : throw new InvalidCastException($"Column '{GetName(ordinal)}' is not one character.");

    public override short GetInt16(int ordinal) => Convert.ToInt16(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public override int GetInt32(int ordinal) => Convert.ToInt32(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public override long GetInt64(int ordinal) => Convert.ToInt64(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public ulong GetUInt64(int ordinal) => Convert.ToUInt64(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public override float GetFloat(int ordinal) => Convert.ToSingle(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public override double GetDouble(int ordinal) =>
        Convert.ToDouble(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public override decimal GetDecimal(int ordinal) =>
        Convert.ToDecimal(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    public override DateTime GetDateTime(int ordinal) =>
        GetNotNull(ordinal) is DateTime v ? v : throw Cast(ordinal, nameof(DateTime));

    public TimeSpan GetTimeSpan(int ordinal) =>
        GetNotNull(ordinal) is TimeSpan v ? v : throw Cast(ordinal, nameof(TimeSpan));

    public override Guid GetGuid(int ordinal) => Guid.Parse(GetString(ordinal));

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        Copy(Bytes(ordinal), dataOffset, buffer, bufferOffset, length);

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        Copy(GetString(ordinal).AsSpan(), dataOffset, buffer, bufferOffset, length);

    public override T GetFieldValue<T>(int ordinal)
    {
        var type = typeof(T);
        if (type == typeof(DateOnly))
        {
            return (T)(object)DateOnly.FromDateTime(GetDateTime(ordinal));
        }

        if (type == typeof(TimeOnly))
        {
            return (T)(object)TimeOnly.FromTimeSpan(GetTimeSpan(ordinal));
        }

        if (type == typeof(string) && !IsDBNull(ordinal))
        {
            return (T)(object)GetString(ordinal);
        }

        if (type == typeof(Guid))
        {
            return (T)(object)GetGuid(ordinal);
        }

        if (type == typeof(byte[]) && !IsDBNull(ordinal))
        {
            return (T)(object)Bytes(ordinal);
        }

        var value = GetNotNull(ordinal);
        return value is T t
            ? t
            : (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(type) ?? type, CultureInfo.InvariantCulture);
    }

    private static long Copy<T>(ReadOnlySpan<T> data, long offset, T[]? buffer, int bufferOffset, int length)
    {
        if (buffer is null)
        {
            return data.Length;
        }

        if (offset >= data.Length)
        {
            return 0;
        }

        var part = data.Slice((int)offset, (int)Math.Min(length, data.Length - offset));
        part.CopyTo(buffer.AsSpan(bufferOffset));
        return part.Length;
    }

    private static string Text(Driver.MySqlDbColumn column, Driver.MySqlDateTime date)
    {
        var day = string.Create(CultureInfo.InvariantCulture, $"{date.Year:0000}-{date.Month:00}-{date.Day:00}");
        return column.ProviderType is Driver.MySqlDbType.Date or Driver.MySqlDbType.Newdate
            ? day
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{day} {date.Hour:00}:{date.Minute:00}:{date.Second:00}{Fraction(column, date.Microsecond)}");
    }

    private static string Text(Driver.MySqlDbColumn column, TimeSpan time)
    {
        var span = time.Duration();
        var seconds = string.Create(
            CultureInfo.InvariantCulture, $"{(int)span.TotalHours:00}:{span.Minutes:00}:{span.Seconds:00}");
        var microseconds = (int)(span.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        return (time < TimeSpan.Zero ? "-" : "") + seconds + Fraction(column, microseconds);
    }

    private static string Fraction(Driver.MySqlDbColumn column, int microseconds) =>
        column.NumericScale is > 0 and <= MaxDecimals and var digits
            ? "." + microseconds.ToString("000000", CultureInfo.InvariantCulture)[..digits]
            : "";

    private Type TypeOf(Driver.MySqlDbColumn column) => column.DataType == typeof(Driver.MySqlDateTime)
        ? typeof(DateTime)
        : column is { ProviderType: Driver.MySqlDbType.Byte, ColumnSize: 1 } && _connection.Options.TreatTinyAsBoolean
            ? typeof(bool)
            : column.DataType!;

    private byte[] Bytes(int ordinal)
    {
        var column = Column(ordinal);
        return column.DataType == typeof(byte[]) && !IsDBNull(ordinal)
            ? (byte[])Raw(ordinal)
            : Encoding.UTF8.GetBytes(GetString(ordinal));
    }

    private decimal Decimal(int ordinal)
    {
        var text = _driver.GetMySqlDecimal(ordinal).ToString();
        return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new OverflowException(
                $"Column '{GetName(ordinal)}' holds {text}, too large for System.Decimal. Read it with GetString.");
    }

    private object Raw(int ordinal)
    {
        try
        {
            return _driver.GetValue(ordinal);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new InvalidCastException(
                $"Column '{GetName(ordinal)}' ({GetDataTypeName(ordinal)}) is malformed: {exception.Message}",
                exception);
        }
    }

    private object GetNotNull(int ordinal) =>
        IsDBNull(ordinal) ? throw Cast(ordinal, "anything but NULL") : GetValue(ordinal);

    private InvalidCastException Cast(int ordinal, string wanted) =>
        new(
            $"Column '{GetName(ordinal)}' ({GetDataTypeName(ordinal)}{(IsDBNull(ordinal) ? ", NULL" : "")}) "
                + $"cannot be read as {wanted}.");
}
