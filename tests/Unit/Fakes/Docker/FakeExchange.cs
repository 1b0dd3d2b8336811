using System.Net.Sockets;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One request, and the means to answer it.</summary>
internal sealed class FakeExchange(NetworkStream stream, string header, CancellationToken stop)
{
    private static readonly char[] LineEnds = ['\r', '\n'];

    public string Method { get; } = header.Split(' ')[0];

    public string Path { get; } = header.Split(' ')[1];

    public bool Closed { get; private set; }

    public CancellationToken Stop => stop;

    public string? Header(string name) => header.Split(LineEnds, StringSplitOptions.RemoveEmptyEntries)
        .Where(
            line =>
                line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line =>
                    line[(name.Length + 1)..].Trim()).FirstOrDefault();

    /// <summary>Reads the body, if its length was told.</summary>
    public async Task<string> BodyAsync()
    {
        var body = new byte[int.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, stop);
        return Encoding.UTF8.GetString(body);
    }

    /// <summary>Reads some of what is sent.</summary>
    public Task ReadSomeAsync(int bytes) => stream.ReadExactlyAsync(new byte[bytes], stop).AsTask();

    public async Task ReplyAsync(int status, string body, params string[] headers)
    {
        await BodyAsync();
        var more = string.Concat(headers.Select(h => h + "\r\n"));
        var content = Encoding.UTF8.GetBytes(body);
        await RawAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status} x\r\n{more}Content-Type: application/json\r\nContent-Length: "
                    + $"{content.Length}\r\n\r\n"));
        await RawAsync(content);
    }

    /// <summary>Answers 200 with a body that ends with the connection.</summary>
    public async Task ReplyAndCloseAsync(params byte[][] pieces)
    {
        await BodyAsync();
        await RawAsync("HTTP/1.1 200 OK\r\n\r\n");
        foreach (var piece in pieces)
        {
            await RawAsync(piece);
        }

        Close();
    }

    /// <summary>Opens the stream that was asked for, sends these pieces, and ends it.</summary>
    public async Task UpgradeAndCloseAsync(params byte[][] pieces)
    {
        await BodyAsync();
        await RawAsync("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        foreach (var piece in pieces)
        {
            await RawAsync(piece);
        }

        Close();
    }

    /// <summary>Answers 200 with these lines in chunks, and ends the body in order.</summary>
    public async Task ReplyLinesAsync(params string[] lines)
    {
        await BodyAsync();
        await BeginLinesAsync(lines);
        await RawAsync("0\r\n\r\n");
    }

    /// <summary>Answers 200 with these lines in chunks; the body does not end.</summary>
    public async Task BeginLinesAsync(params string[] lines)
    {
        await RawAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (var line in lines)
        {
            await RawAsync(
                string.Create(
                    CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(line) + 1:x}\r\n{line}\n\r\n"));
        }
    }

    public Task RawAsync(string text) => RawAsync(Encoding.UTF8.GetBytes(text));

    public Task RawAsync(byte[] bytes) => stream.WriteAsync(bytes, stop).AsTask();

    /// <summary>Ends the connection without a further word.</summary>
    public void Close()
    {
        Closed = true;
        stream.Dispose();
    }
}
