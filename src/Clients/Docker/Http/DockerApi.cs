using System.Runtime.ExceptionServices;
using Docker.DotNet.Handler.Abstractions;
using Microsoft.Extensions.Logging;
using PackageClient = Docker.DotNet.DockerClient;

namespace Drydock.Clients.Docker;

/// <summary>The package's client of one engine, and the way to call it: each call is described, watched, and fails with
/// the exceptions of this client.</summary>
internal sealed class DockerApi : IDisposable
{
    private readonly HttpClient _raw;

    public DockerApi(string endpointName, IConnector connector, DockerClientOptions options, TimeProvider time)
    {
        EndpointName = endpointName;
        Options = options;
        var handler = new DockerHandler(endpointName, connector, options, time);
        _raw = new HttpClient(handler, disposeHandler: false) { BaseAddress = DockerHandler.Root };
        _raw.Timeout = Timeout.InfiniteTimeSpan;
        Package = new global::Docker.DotNet.DockerClientBuilder()
            .WithEndpoint(DockerHandler.Root)
            .WithTimeout(Timeout.InfiniteTimeSpan)
            .WithTransportOptions(new Transport(), handler)
            .Build();
        Liveness = new LivenessProbe(endpointName, PingAsync, options.StreamIdleProbe, time);
    }

    public string EndpointName { get; }

    public DockerClientOptions Options { get; }

    public PackageClient Package { get; }

    public LivenessProbe Liveness { get; }

    /// <summary>Makes a call through the package.</summary>
    public async Task<T> CallAsync<T>(
        DockerCall call, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        DockerCall.Current = call;
        try
        {
            var result = call.IsWatched
                ? await Liveness.GuardAsync(call, send, cancellationToken).ConfigureAwait(false)
                : await send(cancellationToken).ConfigureAwait(false);
            return call.Upload?.WriteFailure is { } lost ? throw Failed(call, lost) : result;
        }
        catch (Exception e)
            when (call.Upload?.SourceFailure is { } source && !cancellationToken.IsCancellationRequested)
        {
            // The caller knows the failures of its own stream.
            if (source is not IOException)
            {
                ExceptionDispatchInfo.Throw(source);
            }

            throw new IOException(
                $"Docker at {EndpointName} ({call.Operation}): the data to send could not be read: "
                    + $"{Sentences.Close(source.Message)}",
                e);
        }
        catch (HttpRequestException e)
        {
            throw Failed(call, e);
        }
        catch (JsonException e)
        {
            throw NotJson(call, e.Path);
        }
        catch (Exception e) when (e is FormatException or NotImplementedException)
        {
            // What the package throws for a time or a header that it cannot read.
            throw NotJson(call, path: null);
        }
    }

    public Task CallAsync(DockerCall call, Func<CancellationToken, Task> send, CancellationToken cancellationToken) =>
        CallAsync(
            call,
            async token =>
            {
                await send(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Makes a request that the package cannot make as it is needed.</summary>
    /// <param name="path">With its query, without a version.</param>
    public Task<T> SendAsync<T>(
        DockerCall call,
        HttpMethod method,
        string path,
        JsonObject? body,
        Func<HttpResponseMessage, Task<T>> read,
        CancellationToken cancellationToken) =>
        CallAsync(
            call,
            async token =>
            {
                using var request = new HttpRequestMessage(method, path);
                request.Content = body is null
                    ? null
                    : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                using var response = await _raw.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
                return await read(response).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Makes such a request for an object.</summary>
    /// <param name="read">Reads it; null if it is not what the engine documents.</param>
    public Task<T> JsonAsync<T>(
        DockerCall call,
        HttpMethod method,
        string path,
        JsonObject? body,
        Func<JsonObject, T?> read,
        CancellationToken cancellationToken)
        where T : class =>
        SendAsync(
            call,
            method,
            path,
            body,
            async response => read(DockerJson.Object(
                await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)))
                ?? throw NotJson(call, path: null),
            cancellationToken);

    /// <returns>The engine's clock, to the second.</returns>
    public Task<DateTimeOffset?> PingAsync(CancellationToken cancellationToken) => SendAsync(
        new DockerCall("ping"),
        HttpMethod.Get,
        VersionNegotiator.Ping,
        body: null,
        response => Task.FromResult(response.Headers.Date),
        cancellationToken);

    public DockerException Failed(DockerCall call, Exception failure) =>
        ErrorMapper.FromConnection(EndpointName, call, failure);

    /// <summary>The answer is not what the engine documents. The message never contains a value, which may be a
    /// secret.</summary>
    public DockerProtocolException NotJson(DockerCall call, string? path) => new(
        EndpointName,
        $"Docker at {EndpointName} ({call.Operation}): the answer is not the expected JSON (at {path ?? "$"}).");

    public void Dispose()
    {
        _raw.Dispose();
        Package.Dispose();
    }

    private sealed class Transport : IDockerHandlerFactory<DockerHandler>, IStreamHijacker
    {
        public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) =>
            throw new NotSupportedException();

        public ResolvedTransport CreateHandler(
            DockerHandler transportOptions, ResolvedClientOptions clientOptions, ILogger logger) =>
            new(transportOptions, DockerHandler.Root);

        public async Task<WriteClosableStream> HijackStreamAsync(HttpContent content)
        {
            var stream = await content.ReadAsStreamAsync().ConfigureAwait(false);
            return DockerCall.Current?.Attached?.Take(stream) ?? new ConnectionStream(stream);
        }
    }
}
