using System.Globalization;
using Drydock.Clients.MySql.Protocol;

namespace Drydock.Clients.MySql;

/// <content>The typed getters.</content>
public sealed partial class MySqlDataReader
{
    /// <inheritdoc/>
    public override bool GetBoolean(int ordinal) =>
        GetNotNull(ordinal) is var v && v is bool b ? b : Convert.ToBoolean(v, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override byte GetByte(int ordinal) => Convert.ToByte(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override char GetChar(int ordinal) =>
        GetString(ordinal) is { Length: 1 } s
            ? s[0]
            : throw new InvalidCastException($"Column '{GetName(ordinal)}' is not one character.");

    /// <inheritdoc/>
    public override short GetInt16(int ordinal) => Convert.ToInt16(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override int GetInt32(int ordinal) => Convert.ToInt32(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override long GetInt64(int ordinal) => Convert.ToInt64(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <summary>The value as <see cref="ulong"/>.</summary>
    public ulong GetUInt64(int ordinal) => Convert.ToUInt64(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override float GetFloat(int ordinal) => Convert.ToSingle(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override double GetDouble(int ordinal) =>
        Convert.ToDouble(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override decimal GetDecimal(int ordinal) =>
        Convert.ToDecimal(GetNotNull(ordinal), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override DateTime GetDateTime(int ordinal) =>
        GetNotNull(ordinal) is DateTime v ? v : throw Cast(ordinal, nameof(DateTime));

    /// <summary>A TIME column.</summary>
    public TimeSpan GetTimeSpan(int ordinal) =>
        GetNotNull(ordinal) is TimeSpan v ? v : throw Cast(ordinal, nameof(TimeSpan));

    /// <inheritdoc/>
    public override Guid GetGuid(int ordinal) => Guid.Parse(GetString(ordinal));

    /// <inheritdoc/>
    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        _ = Column(ordinal);
        return Copy(NotNull(ordinal), dataOffset, buffer, bufferOffset, length);
    }

    /// <inheritdoc/>
    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        Copy(GetString(ordinal).AsSpan(), dataOffset, buffer, bufferOffset, length);

    /// <inheritdoc/>
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
            return (T)(object)NotNull(ordinal).ToArray();
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
}
