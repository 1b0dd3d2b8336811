using MySqlConnector;

namespace Drydock.Clients.MySql;

/// <summary>The current row of a result, for the time that it is read.</summary>
public readonly struct MySqlRow
{
    private readonly MySqlDataReader _reader;

    internal MySqlRow(MySqlDataReader reader) => _reader = reader;

    public int Columns => _reader.FieldCount;

    public string Name(int column) => _reader.GetName(column);

    public bool IsNull(int column) => _reader.IsDBNull(column);

    /// <summary>Any value as text; null for NULL.</summary>
    public string? Text(int column) => IsNull(column)
        ? null
        : _reader.GetValue(column) switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            MySqlDateTime time =>
                $"{time.Year:0000}-{time.Month:00}-{time.Day:00} {time.Hour:00}:{time.Minute:00}:{time.Second:00}",
            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
        };

    public string TextOrEmpty(int column) => Text(column) ?? "";

    /// <summary>A whole number; 0 for NULL.</summary>
    public long Number(int column) => Text(column) is { } text
        ? decimal.ToInt64(decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture))
        : 0;

    /// <summary>All values as text.</summary>
    public string?[] Texts() => [.. Enumerable.Range(0, Columns).Select(Text)];
}
