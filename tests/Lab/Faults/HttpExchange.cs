using System.Buffers;

namespace Drydock.Lab;

/// <summary>One request and its answer in a fault proxy.</summary>
internal sealed class HttpExchange(HttpHead request, WireReader client, Func<CancellationToken, Task> thawed)
{
    private byte[]? _heldBody;
    private WireReader? _server;
    private HttpHead? _response;
    private byte[]? _heldWire;

    public HttpHead Request => request;

    public HttpHead Response => _response ?? throw new InvalidOperationException("no answer yet");

    /// <summary>Digest of the request's body.</summary>
    public string Digest => _heldBody is null ? "stream" : Convert.ToHexStringLower(SHA256.HashData(_heldBody))[..12];

    /// <summary>The body of the request; empty if it was not buffered.</summary>
    public ReadOnlyMemory<byte> HeldBody => _heldBody;

    /// <summary>The decoded response body, once buffered.</summary>
    public byte[]? HeldResponse { get; private set; }

    /// <summary>
    /// Whether the answer has no defined end: a hijacked connection, or an answer that ends with the connection.
    /// </summary>
    public bool IsEndless =>
        Response.Status == 101 || (HasBody && !Response.IsChunked && Response.ContentLength is null);

    /// <summary>Whether the connection cannot carry another request after this one.</summary>
    public bool Ends { get; private set; }

    private bool HasBody => request.Method != "HEAD" && Response.Status is not (204 or 304) and (>= 200 or 101);

    private WireReader Server => _server ?? throw new InvalidOperationException("not sent yet");

    /// <summary>Buffers the body of the request, unless it is large or of unknown length.</summary>
    public async Task HoldBodyAsync(int limit, CancellationToken cancellationToken)
    {
        if (!request.IsChunked && (request.ContentLength ?? 0) <= limit)
        {
            _heldBody = await client.ReadExactlyAsync((int)(request.ContentLength ?? 0), cancellationToken);
        }
    }

    /// <summary>Reads and drops the rest of the request's body, so that an answer can follow.</summary>
    public async Task DiscardBodyAsync(CancellationToken cancellationToken)
    {
        if (_heldBody is null)
        {
            await client.CopyBodyAsync(request, (_, _) => Task.CompletedTask, cancellationToken);
        }
    }

    /// <summary>Forwards the request.</summary>
    public async Task SendAsync(WireReader server, CancellationToken cancellationToken)
    {
        _server = server;
        var head = request.ExpectsContinue ? request.Without("Expect") : request.Raw;
        if (_heldBody is not null)
        {
            await server.Stream.WriteAsync((byte[])[.. head, .. _heldBody], cancellationToken);
        }
        else
        {
            await server.Stream.WriteAsync(head, cancellationToken);
            await client.CopyBodyAsync(
                request,
                async (wire, _) =>
                {
                    await thawed(cancellationToken);
                    await server.Stream.WriteAsync(wire, cancellationToken);
                },
                cancellationToken);
        }

        await server.Stream.FlushAsync(cancellationToken);
    }

    /// <summary>Waits for the head of the answer; fails if the client disconnects meanwhile.</summary>
    public async Task<HttpHead> ReceiveAsync(CancellationToken cancellationToken)
    {
        HttpHead head;
        do
        {
            head = await WhileClientStaysAsync(Server.ReadHeadAsync(cancellationToken), cancellationToken)
                ?? throw new EndOfStreamException("The server closed the connection without an answer");
        }
        while (head.Status is >= 100 and < 200 and not 101);

        _response = head;
        Ends = IsEndless || head.Closes || request.Closes;
        return head;
    }

    /// <summary>Buffers the whole answer, so that the server is done.</summary>
    public async Task HoldResponseAsync(CancellationToken cancellationToken)
    {
        var wire = new ArrayBufferWriter<byte>();
        var payload = new ArrayBufferWriter<byte>();
        if (HasBody)
        {
            await WhileClientStaysAsync(
                CopyAsync(
                    (bytes, decoded) =>
                    {
                        wire.Write(bytes.Span);
                        payload.Write(decoded.Span);
                        return Task.CompletedTask;
                    },
                    cancellationToken),
                cancellationToken);
        }

        _heldWire = wire.WrittenSpan.ToArray();
        HeldResponse = payload.WrittenSpan.ToArray();
    }

    public Task WriteHeadAsync(CancellationToken cancellationToken) =>
        client.Stream.WriteAsync(Response.Raw, cancellationToken).AsTask();

    public async Task WriteToClientAsync(ReadOnlyMemory<byte> bytes)
    {
        await client.Stream.WriteAsync(bytes);
        await client.Stream.FlushAsync();
    }

    /// <summary>Forwards the body of the answer as it arrives; for a hijacked connection both directions.</summary>
    public async Task CopyResponseAsync(CancellationToken cancellationToken)
    {
        if (_heldWire is not null)
        {
            await WriteToClientAsync(_heldWire);
        }
        else if (!HasBody)
        {
            return;
        }
        else if (IsEndless)
        {
            await PumpAsync(cancellationToken);
        }
        else
        {
            await WhileClientStaysAsync(
                CopyAsync((wire, _) => PassAsync(wire, cancellationToken), cancellationToken), cancellationToken);
        }
    }

    /// <summary>Forwards a chunked answer line by line.</summary>
    /// <param name="onLine">Gets each line and returns the replacement; null silently ends the transport of the answer
    /// (half open).</param>
    public async Task CopyLinesAsync(Func<string, Task<string?>> onLine, CancellationToken cancellationToken)
    {
        var buffer = new List<byte>();
        var silent = false;
        await WhileClientStaysAsync(
            CopyAsync(
                async (_, payload) =>
                {
                    buffer.AddRange(payload.Span);
                    foreach (var line in TakeLines(buffer))
                    {
                        if (silent)
                        {
                            continue;
                        }

                        if (await onLine(line) is not { } replacement)
                        {
                            silent = true;
                        }
                        else if (replacement.Length > 0)
                        {
                            await PassChunkAsync(Encoding.UTF8.GetBytes(replacement), cancellationToken);
                        }
                    }
                },
                cancellationToken),
            cancellationToken);
        if (silent)
        {
            // The server has ended the watch. A half-open client does not notice that either.
            await HangAsync(cancellationToken);
        }

        await PassAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>Sends nothing until the client gives up; always ends with an exception.</summary>
    public Task HangAsync(CancellationToken cancellationToken) =>
        WhileClientStaysAsync(Task.Delay(Timeout.Infinite, cancellationToken), cancellationToken);

    private static List<string> TakeLines(List<byte> buffer)
    {
        var end = buffer.LastIndexOf((byte)'\n') + 1;
        var text = Encoding.UTF8.GetString([.. buffer[..end]]);
        buffer.RemoveRange(0, end);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line + "\n")];
    }

    private Task PassChunkAsync(byte[] payload, CancellationToken cancellationToken) =>
        PassAsync(
            (byte[])[
                .. Encoding.ASCII.GetBytes(FormattableString.Invariant($"{payload.Length:x}\r\n")), .. payload,
                .. "\r\n"u8],
            cancellationToken);

    private Task CopyAsync(
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, Task> sink, CancellationToken cancellationToken) =>
        Server.CopyBodyAsync(Response, sink, cancellationToken);

    private async Task PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await thawed(cancellationToken);
        await client.Stream.WriteAsync(bytes, cancellationToken);
        await client.Stream.FlushAsync(cancellationToken);
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = client.CopyToEndAsync(
            async piece =>
            {
                await thawed(end.Token);
                await Server.Stream.WriteAsync(piece, end.Token);
                await Server.Stream.FlushAsync(end.Token);
            },
            end.Token);
        var down = Server.CopyToEndAsync(piece => PassAsync(piece, end.Token), end.Token);
        if (await Task.WhenAny(up, down) == up && up.IsCompletedSuccessfully)
        {
            // The client has closed its half. The server may still be sending.
            if (Server.Stream is System.Net.Security.SslStream tls)
            {
                await tls.ShutdownAsync();
            }

            await down;
            return;
        }

        await down;
        await end.CancelAsync();
    }

    private async Task WhileClientStaysAsync(Task work, CancellationToken cancellationToken) =>
        await WhileClientStaysAsync(WithResult(work), cancellationToken);

    private async Task<T> WhileClientStaysAsync<T>(Task<T> work, CancellationToken cancellationToken)
    {
        var gone = client.PeekAsync(cancellationToken);
        if (await Task.WhenAny(work, gone) == gone && !work.IsCompleted && !await gone)
        {
            throw new EndOfStreamException("The client closed the connection before the answer was complete");
        }

        return await work;
    }

    private static async Task<bool> WithResult(Task work)
    {
        await work;
        return true;
    }
}
