using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Clients.Docker.Http;

/// <summary>An answer whose body is still on its way; reading it is watched and fails with typed exceptions.</summary>
internal sealed class DockerAnswer(DockerHttp http, DockerCall call, HttpResponseMessage response) : IDisposable
{
    public HttpResponseMessage Response => response;

    /// <summary>The engine's answer came, but not all of the upload had reached it.</summary>
    /// <exception cref="DockerUnreachableException">So it was.</exception>
    public void ThrowIfUploadWasLost() => DockerHttp.ThrowIfUploadWasLost(http.EndpointName, call, response);

    /// <summary>The body as a stream that throws typed exceptions.</summary>
    public async Task<Stream> BodyAsync(CancellationToken cancellationToken)
    {
        var inner = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new AnswerStream(inner, (buffer, ct) => ReadAsync(inner, buffer, ct));
    }

    /// <summary>The body as JSON objects, one a line.</summary>
    public async IAsyncEnumerable<T> LinesAsync<T>(
        JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var body = await BodyAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var lines = JsonLineReader.ReadAsync((buffer, ct) => body.ReadAsync(buffer, ct).AsTask(), type, cancellationToken).GetAsyncEnumerator(cancellationToken);
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
            throw new DockerProtocolException(http.EndpointName, $"{call.Operation} at {http.EndpointName}: the stream holds something that is not the JSON expected (at {e.Path ?? "$"})");
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
            return await http.Liveness.GuardAsync(call, ct => inner.ReadAsync(buffer, ct).AsTask(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw ErrorMapper.FromConnection(http.EndpointName, call.Operation, e, call.ChangesSomething);
        }
    }
}
