using System.Runtime.ExceptionServices;
using Docker.DotNet.Handler.Abstractions;
using Docker.DotNet.Models;
using PackagedClient = Docker.DotNet.DockerClient;

namespace Drydock.Clients.Docker;

/// <summary>The package's client of one engine, and the way to call it: each call is described, watched, and fails with
/// the exceptions of this client.</summary>
internal sealed class DockerApi : IDisposable
{
    private static readonly TimeSpan HeardPeriod = TimeSpan.FromSeconds(5);
    private readonly HttpClient _raw;
    private readonly TimeProvider _time;

    public DockerApi(string endpointName, DockerClientOptions options, TimeProvider time, HttpMessageHandler transport)
    {
        EndpointName = endpointName;
        (Options, _time) = (options, time);
        var handler = new DockerHandler(endpointName, options, time, transport);
        _raw = new HttpClient(handler, disposeHandler: false) { BaseAddress = DockerHandler.Root };
        _raw.Timeout = Timeout.InfiniteTimeSpan;
        Package = new global::Docker.DotNet.DockerClientBuilder()
            .WithEndpoint(DockerHandler.Root)
            .WithTimeout(Timeout.InfiniteTimeSpan)
            .WithTransportOptions(new Transport(), handler)
            .Build();
    }

    public string EndpointName { get; }

    public DockerClientOptions Options { get; }

    public PackagedClient Package { get; }

    /// <summary>An id or a name as a part of a path. A value that could address another path is refused: an empty id
    /// would change the meaning of a removal.</summary>
    public static string Id(string id) => Segment(id.StartsWith('/') ? id[1..] : id);

    /// <summary>The same for an image, whose slashes are kept.</summary>
    public static string Reference(string image) => string.Join('/', image.Split('/').Select(Segment));

    /// <summary>Makes a call through the package.</summary>
    public Task<T> CallAsync<T>(
        DockerCall call, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken) =>
        TypedAsync(
            call,
            () => call.IsWatched
                ? GuardAsync(EndpointName, call, send, PingAsync, Options.StreamIdleProbe, _time, cancellationToken)
                : send(cancellationToken),
            cancellationToken);

    public Task CallAsync(DockerCall call, Func<CancellationToken, Task> send, CancellationToken cancellationToken) =>
        CallAsync(
            call,
            async token =>
            {
                await send(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Does a part of a call, and gives its failures the types of this client.</summary>
    public async Task<T> TypedAsync<T>(DockerCall call, Func<Task<T>> part, CancellationToken cancellationToken)
    {
        DockerCall.Current = call;
        using var question = call.IsWatched
            ? null
            : OpenQuestions.Ask($"Docker at {EndpointName}", call.Operation);
        try
        {
            var result = await part().ConfigureAwait(false);
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
            throw NotJson(call);
        }
    }

    /// <summary>Makes a request that the package cannot make as it is needed: POST if it changes something, or
    /// GET.</summary>
    /// <param name="path">With its query, without a version.</param>
    public Task<T> SendAsync<T>(
        DockerCall call,
        string path,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        CallAsync(
            call,
            async token =>
            {
                using var request = new HttpRequestMessage(call.Changes ? HttpMethod.Post : HttpMethod.Get, path);
                request.Content = call.Body is { } body
                    ? new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json")
                    : null;
                using var response = await _raw.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
                return await read(response, token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Makes such a request for an object.</summary>
    /// <param name="read">Reads it; null if it is not what the engine documents.</param>
    public Task<T> JsonAsync<T>(
        DockerCall call, string path, Func<JsonObject, T?> read, CancellationToken cancellationToken)
        where T : class =>
        SendAsync(
            call,
            path,
            async (response, token) => read(DockerJson.Object(
                await response.Content.ReadAsByteArrayAsync(token).ConfigureAwait(false)))
                ?? throw NotJson(call),
            cancellationToken);

    /// <summary>Makes such a request for an answer that the caller reads while it arrives.</summary>
    public async Task<Stream> OpenAsync(DockerCall call, string path, CancellationToken cancellationToken) =>
        new AnswerStream(this, call, await CallAsync(
            call, token => _raw.GetStreamAsync(path, token), cancellationToken).ConfigureAwait(false));

    /// <returns>The engine's clock, to the second.</returns>
    public Task<DateTimeOffset?> PingAsync(CancellationToken cancellationToken) => SendAsync(
        new DockerCall("ping"),
        DockerHandler.Ping,
        (response, _) => Task.FromResult(response.Headers.Date),
        cancellationToken);

    public DockerException Failed(DockerCall call, Exception failure) =>
        ErrorMapper.FromConnection(EndpointName, call, failure);

    /// <summary>The answer is not what the engine documents. The message never contains a value, which may be a
    /// secret.</summary>
    public DockerProtocolException NotJson(DockerCall call, string? path = null) => new(
        $"Docker at {EndpointName} ({call.Operation}): the answer is not the expected JSON (at {path ?? "$"}).");

    public void Dispose()
    {
        _raw.Dispose();
        Package.Dispose();
    }

    /// <summary>Runs <paramref name="operation"/>, which may legitimately take hours, and ends it when the engine no
    /// longer answers: in each period it is pinged on another connection, more often if a caller waits for it
    /// (<see cref="OpenQuestions"/>).</summary>
    /// <exception cref="DockerUnreachableException">The engine did not answer the ping.</exception>
    internal static async Task<T> GuardAsync<T>(
        string endpoint,
        DockerCall call,
        Func<CancellationToken, Task<T>> operation,
        Func<CancellationToken, Task> ping,
        TimeSpan period,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = operation(abandon.Token);
        if (running.IsCompleted || period == Timeout.InfiniteTimeSpan)
        {
            return await running.ConfigureAwait(false);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? failure = null;
        var watching = WatchAsync();
        try
        {
            return await running.ConfigureAwait(false);
        }
        catch (Exception) when (failure is not null && !cancellationToken.IsCancellationRequested)
        {
            if (failure is not DockerException)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            throw new DockerUnreachableException(
                $"Docker at {endpoint} does not answer a ping any more ({call.Operation}): {failure.Message}",
                call.Changes,
                failure);
        }
        finally
        {
            // An operation that ends first does not wait for the ping.
            Stop(enough);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task WatchAsync()
        {
            var pause = OpenQuestions.IsHeard && period > HeardPeriod ? HeardPeriod : period;
            var answeredAt = time.GetTimestamp();
            while (failure is null)
            {
                await Task.Delay(pause, time, enough.Token).ConfigureAwait(false);
                try
                {
                    await ping(enough.Token).ConfigureAwait(false);
                    answeredAt = time.GetTimestamp();
                }
                catch (Exception e) when (!enough.IsCancellationRequested)
                {
                    failure = time.GetElapsedTime(answeredAt) < period ? null : e;
                }
            }

            await abandon.CancelAsync().ConfigureAwait(false);
        }
    }

    // Synchronous, so that the operation ends where it ended without the pings.
    private static void Stop(CancellationTokenSource source) => source.Cancel();

    private static string Segment(string text) =>
        string.IsNullOrWhiteSpace(text) || text is "." or ".." || text.AsSpan().IndexOfAny("/\\\r\n") >= 0
            ? throw new ArgumentException($"'{text}' is neither an id nor a name.", nameof(text))
            : Uri.EscapeDataString(text);

    private sealed class Transport : IDockerHandlerFactory<DockerHandler>
    {
        public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) =>
            throw new NotSupportedException();

        public ResolvedTransport CreateHandler(
            DockerHandler transportOptions, ResolvedClientOptions clientOptions, ILogger logger) =>
            new(transportOptions, DockerHandler.Root);

        // Attached commands do not go through the package, which cannot close their input without blocking.
        public Task<WriteClosableStream> HijackStreamAsync(HttpContent content) => throw new NotSupportedException();
    }
}

/// <summary>One call, with what the package has no parameter for. The handler, and the connection that carries the
/// call, find it here.</summary>
internal sealed class DockerCall(string operation)
{
    public static readonly HttpRequestOptionsKey<DockerCall> Key = new("drydock.call");

    private static readonly AsyncLocal<DockerCall?> Ambient = new();

    public static DockerCall? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public string Operation => operation;

    public RequestTerms Terms { get; init; } = new();

    /// <summary>Whether it changes something: if its answer is lost, its outcome is unknown.</summary>
    public bool Changes { get; init; }

    /// <summary>What is sent, if it is sent without the package.</summary>
    public JsonObject? Body { get; init; }

    /// <summary>What is removed from the engine's error text: it repeats a malformed environment line, for
    /// example.</summary>
    public IEnumerable<string?> Secrets { get; init; } = [];

    /// <summary>Credentials that the engine passes on to the registry.</summary>
    public AuthConfig? Auth { get; init; }

    public UploadStream? Upload { get; init; }

    /// <summary>Whether the answer has a JSON object a line.</summary>
    public bool HasLines { get; init; }

    /// <summary>Whether the engine hands its connection over to a command.</summary>
    public bool IsAttached { get; init; }

    public ConnectionStream? Connection { get; set; }

    /// <summary>A call that may take longer than others ends when the engine answers no ping any more.</summary>
    public bool IsWatched => Terms.Limit is not null;

    public static RequestTerms Unlimited { get; } = new(Timeout.InfiniteTimeSpan);

    public static RequestTerms Streamed { get; } = new(Timeout.InfiniteTimeSpan, IsStreamed: true);
}

/// <summary>An answer that the caller reads: only its own failures are those of the call.</summary>
internal sealed class AnswerStream(DockerApi api, DockerCall call, Stream inner) : ReadOnlyStream
{
    protected override IDisposable Owned => inner;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(api.CallAsync(call, token => inner.ReadAsync(buffer, token).AsTask(), cancellationToken));
}
