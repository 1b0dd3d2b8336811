using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drydock.Abstractions.Values;
using Drydock.Clients.Docker.Transport;
using Drydock.Clients.Safety;
using Polly;

namespace Drydock.Clients.Docker.Http;

/// <summary>Requests to one engine: version prefix, limits, repetition of reads, typed failures.</summary>
internal sealed class DockerHttp : IAsyncDisposable
{
    /// <summary>
    /// How long an answer that is read as a whole may be, in bytes. A list of 5,000 containers has about 10 MiB.
    /// </summary>
    internal const int MaxAnswerBytes = 16 * 1024 * 1024;

    private static readonly HttpRequestOptionsKey<Exception> LostUpload = new("drydock.lost-upload");
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(60);

    private readonly DockerClientOptions _options;
    private readonly TimeProvider _time;
    private readonly IConnector _connector;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _reads;
    private readonly VersionNegotiator _version;

    public DockerHttp(string endpointName, IConnector connector, DockerClientOptions options, TimeProvider time)
    {
        EndpointName = endpointName;
        _options = options;
        _time = time;
        _connector = connector;
        _http = Client(async (_, cancellationToken) => await ConnectAsync(cancellationToken).ConfigureAwait(false));
        _reads = ReadRetries.Build(options, time);
        _version = new VersionNegotiator(this);
        Liveness = new LivenessProbe(endpointName, PingAsync, options.StreamIdleProbe, time);
    }

    public string EndpointName { get; }

    /// <summary>Watches silent streams.</summary>
    public LivenessProbe Liveness { get; }

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        using var response = await SendShortAsync(DockerCall.Get("/_ping", "ping"), versioned: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads JSON; repeated after transient failures.</summary>
    public Task<T> ReadAsync<T>(DockerCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        RepeatAsync(ct => JsonAsync(call, type, versioned: true, ct), cancellationToken);

    /// <summary>Repeats a read after transient failures.</summary>
    public Task<T> RepeatAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        _reads.ExecuteAsync(static async (read, ct) => await read(ct).ConfigureAwait(false), read, cancellationToken).AsTask();

    /// <summary>Sends once and reads JSON.</summary>
    public Task<T> SendAsync<T>(DockerCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        JsonAsync(call, type, versioned: true, cancellationToken);

    /// <summary>Sends once and gives the status, a success or 304.</summary>
    public async Task<HttpStatusCode> SendAsync(DockerCall call, CancellationToken cancellationToken)
    {
        using var response = await SendShortAsync(call, versioned: true, cancellationToken).ConfigureAwait(false);
        ThrowIfUploadWasLost(EndpointName, call, response);
        return response.StatusCode;
    }

    /// <summary>A success that came before all of the upload had been taken is none.</summary>
    internal static void ThrowIfUploadWasLost(string endpointName, DockerCall call, HttpResponseMessage response)
    {
        if (response.RequestMessage?.Options.TryGetValue(LostUpload, out var lost) == true)
        {
            throw ErrorMapper.FromConnection(endpointName, call.Operation, lost, changesSomething: true);
        }
    }

    /// <summary>
    /// Sends once and gives the answer with its body unread and without limit of time. The caller disposes it.
    /// </summary>
    public async Task<DockerAnswer> OpenAsync(DockerCall call, CancellationToken cancellationToken)
    {
        await AgreeOnVersionAsync(call, cancellationToken).ConfigureAwait(false);
        var response = await Liveness.GuardAsync(call, ct => SendCheckedAsync(_http, call, versioned: true, ct), cancellationToken).ConfigureAwait(false);
        return new DockerAnswer(this, call, response);
    }

    /// <summary>
    /// Sends once, over a connection of its own, and gives that connection, which carries bytes both ways from then on.
    /// The caller disposes it.
    /// </summary>
    public async Task<UpgradedConnection> UpgradeAsync(DockerCall call, CancellationToken cancellationToken)
    {
        await AgreeOnVersionAsync(call, cancellationToken).ConfigureAwait(false);

        // A client for one request: only so it is known which connection its answer came over, of which one direction
        // is to be closed later.
        ConnectionStream? connection = null;
        var client = Client(async (_, ct) => connection = await ConnectAsync(ct).ConfigureAwait(false));
        HttpResponseMessage? response = null;
        try
        {
            response = await Liveness.GuardAsync(call, ct => SendCheckedAsync(client, call with { Upgrades = true }, versioned: true, ct), cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols || connection is null)
            {
                throw new DockerProtocolException(EndpointName, $"{call.Operation} at {EndpointName}: the engine, or a proxy before it, did not open the stream (it answered {(int)response.StatusCode})");
            }

            return new UpgradedConnection(client, connection, new DockerAnswer(this, call, response));
        }
        catch
        {
            response?.Dispose();
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request within its limit; the answer is whole in memory, and a success or 304.</summary>
    public async Task<HttpResponseMessage> SendShortAsync(
        DockerCall call, bool versioned, CancellationToken cancellationToken)
    {
        if (versioned)
        {
            await AgreeOnVersionAsync(call, cancellationToken).ConfigureAwait(false);
        }

        if (call.Unlimited)
        {
            return await Liveness.GuardAsync(call, ct => SendWholeAsync(call, versioned, ct), cancellationToken).ConfigureAwait(false);
        }

        var limit = call.Limit ?? _options.RequestTimeout;
        using var timer = new CancellationTokenSource(Timers.Clamp(limit), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await SendWholeAsync(call, versioned, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DockerTimeoutException(
                EndpointName, $"{call.Operation} at {EndpointName}: no answer within {limit.TotalSeconds:0.###} s", limit, call.ChangesSomething, e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _connector.Dispose();
        _version.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends once, with or without the version before the path, and reads JSON.</summary>
    public async Task<T> JsonAsync<T>(
        DockerCall call, JsonTypeInfo<T> type, bool versioned, CancellationToken cancellationToken)
    {
        using var response = await SendShortAsync(call, versioned, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            // Where it failed is told, what stood there is not: it may be an environment.
            throw new DockerProtocolException(
                EndpointName, $"{call.Operation} at {EndpointName}: the answer is not the JSON that was expected (at {e.Path ?? "$"})");
        }
    }

    // A read is repeated as a whole; before a change only this part may be.
    private Task AgreeOnVersionAsync(DockerCall call, CancellationToken cancellationToken) =>
        _version.EnsureAsync(call.ChangesSomething, cancellationToken);

    private async Task<HttpResponseMessage> SendWholeAsync(
        DockerCall call, bool versioned, CancellationToken cancellationToken)
    {
        var response = await SendCheckedAsync(_http, call, versioned, cancellationToken).ConfigureAwait(false);
        try
        {
            await BoundedBody.LoadAsync(response.Content, MaxAnswerBytes, () => TooLong(call), cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            response.Dispose();
            throw ErrorMapper.FromConnection(EndpointName, call.Operation, e, call.ChangesSomething);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private DockerProtocolException TooLong(DockerCall call) => new(
        EndpointName,
        $"{call.Operation} at {EndpointName}: the answer is longer than {MaxAnswerBytes} bytes and was not read. See what listens there, and whether it is a Docker Engine.");

    private async Task<HttpResponseMessage> SendCheckedAsync(
        HttpClient http, DockerCall call, bool versioned, CancellationToken cancellationToken)
    {
        var prefix = versioned ? $"/v{_version.Current}" : "";
        using var request = new HttpRequestMessage(call.Method, prefix + call.Path);

        // Never without a body: SocketsHttpHandler silently sends a request again whose connection broke before an
        // answer, unless a body had begun.
        request.Content = call.Content?.Invoke() ?? (call.ChangesSomething ? new ByteArrayContent([]) : null);
        if (call.Auth is not null)
        {
            request.Headers.TryAddWithoutValidation(RegistryAuth.Header, RegistryAuth.Encode(call.Auth));
        }

        if (call.Upgrades)
        {
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue("tcp"));
        }

        var upload = request.Content as UploadContent;
        UploadSignal.Current = upload?.Signal;
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (upload?.SourceFailure is { } source && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{call.Operation} at {EndpointName}: what was to be sent could not be read: {source.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw ErrorMapper.FromConnection(EndpointName, call.Operation, e, call.ChangesSomething);
        }

        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified || (call.Upgrades && response.StatusCode == HttpStatusCode.SwitchingProtocols))
        {
            if (upload?.Signal.WriteFailure is { } lost)
            {
                request.Options.Set(LostUpload, lost);
            }

            return response;
        }

        using (response)
        {
            var body = await ErrorBody.ReadAsync(response, cancellationToken).ConfigureAwait(false);
            var type = response.Content.Headers.ContentType?.MediaType;
            var refusal = ErrorMapper.FromAnswer(EndpointName, call.Operation, response.StatusCode, type, body, call.Secrets, call.Name);
            if (refusal is DockerApiVersionException)
            {
                // The engine was exchanged under us: ask again next time.
                _version.Forget();
            }

            throw refusal;
        }
    }

    private static HttpClient Client(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = connect,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = IdleConnection,
        };
        return new HttpClient(new SocketFaults(handler), disposeHandler: true)
        {
            BaseAddress = new Uri("http://docker/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private async ValueTask<ConnectionStream> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return new ConnectionStream(await _connector.ConnectAsync(linked.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DockerTimeoutException(
                EndpointName,
                $"cannot connect to {EndpointName} within {_options.ConnectTimeout.TotalSeconds:0.###} s",
                _options.ConnectTimeout,
                mayHaveBeenProcessed: false,
                e);
        }
    }
}
