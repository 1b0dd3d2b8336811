namespace Drydock.Lab;

/// <summary>The head of an HTTP/1.1 message, with its original bytes.</summary>
internal sealed class HttpHead
{
    private readonly List<(string Name, string Value)> _headers = [];

    private HttpHead(byte[] raw, string[] start)
    {
        Raw = raw;
        Start = start;
    }

    /// <summary>All bytes up to and including the empty line.</summary>
    public byte[] Raw { get; }

    public string Method => Start[0];

    public string Path => Start[1].Split('?', 2)[0];

    public string Query => Start[1].Split('?', 2) is [_, var query] ? query : "";

    public string PathAndQuery => Start[1];

    public int Status => int.Parse(Start[1], CultureInfo.InvariantCulture);

    public long? ContentLength =>
        Header("Content-Length") is { } value ? long.Parse(value, CultureInfo.InvariantCulture) : null;

    public bool IsChunked =>
        Header("Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true;

    public bool ExpectsContinue => Header("Expect") is not null;

    /// <summary>Whether the connection ends with this message.</summary>
    public bool Closes => Header("Connection")?.Contains("close", StringComparison.OrdinalIgnoreCase) == true;

    public bool Upgrades => Header("Upgrade") is not null;

    private string[] Start { get; }

    public static HttpHead Parse(byte[] raw)
    {
        var lines = Encoding.Latin1.GetString(raw).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var start = lines.Length > 0 ? lines[0].Split(' ', 3) : [];
        if (start.Length < 2)
        {
            throw new InvalidDataException("Not an HTTP/1.1 message");
        }

        var head = new HttpHead(raw, start);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                head._headers.Add((line[..colon], line[(colon + 1)..].Trim()));
            }
        }

        return head;
    }

    public string? Header(string name) =>
        _headers.Find(header => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The bytes without one header.</summary>
    public byte[] Without(string name)
    {
        var lines = Encoding.Latin1.GetString(Raw).Split("\r\n");
        return Encoding.Latin1.GetBytes(
            string.Join("\r\n", lines.Where(line => !line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))));
    }
}
