namespace Drydock.Clients.Docker;

/// <summary>A response whose body is still being received; reading it is monitored and fails with typed
/// exceptions.</summary>
internal sealed class DockerResponse(DockerHttp http, DockerRequest call, HttpResponseMessage response) : IDisposable
{
    public HttpResponseMessage Response => response;

    public void ThrowIfUploadWasLost() => DockerHttp.ThrowIfUploadWasLost(http.EndpointName, call, response);

    public async Task<Stream> BodyAsync(CancellationToken cancellationToken)
    {
        var inner = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new ResponseStream(inner, (buffer, ct) => ReadAsync(inner, buffer, ct));
    }

    public async IAsyncEnumerable<T> LinesAsync<T>(
        JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var body = await BodyAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var lines = JsonLineReader.ReadAsync(
                (buffer, ct) => body.ReadAsync(buffer, ct).AsTask(),
                type,
                cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (lines.ConfigureAwait(false))
            {
                while (await NextAsync(lines).ConfigureAwait(false))
                {
                    yield return lines.Current;
                }
            }
        }
    }

    public void Dispose() => response.Dispose();

    private async Task<bool> NextAsync<T>(IAsyncEnumerator<T> lines)
    {
        try
        {
            return await lines.MoveNextAsync().ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            throw new DockerProtocolException(
                http.EndpointName,
                $"Docker at {http.EndpointName} ({call.Operation}): the stream contains something other than the "
                    + $"expected JSON (at {e.Path ?? "$"}).");
        }
        catch (EndOfStreamException e)
        {
            throw ErrorMapper.FromConnection(http.EndpointName, call.Operation, e, call.ChangesSomething);
        }
    }

    private async Task<int> ReadAsync(Stream inner, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await http.Liveness.GuardAsync(
                call, ct => inner.ReadAsync(buffer, ct).AsTask(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw ErrorMapper.FromConnection(http.EndpointName, call.Operation, e, call.ChangesSomething);
        }
    }
}

/// <summary>Reads headers of answers.</summary>
internal static class ResponseHeaders
{
    public static string? First(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;
}

/// <summary>A read-only view of an answer's body.</summary>
internal sealed class ResponseStream(Stream inner, Func<Memory<byte>, CancellationToken, Task<int>> read)
    : ReadOnlyStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(read(buffer, cancellationToken));

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
