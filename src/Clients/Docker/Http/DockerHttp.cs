using System.Runtime.ExceptionServices;

namespace Drydock.Clients.Docker;

/// <summary>Requests to one engine: version prefix, limits, retries of reads, typed failures.</summary>
internal sealed class DockerHttp : IAsyncDisposable
{
    /// <summary>Maximum length in bytes of an answer that is read as a whole. A list of 5,000 containers has about 10
    /// MiB.</summary>
    internal const int MaxAnswerBytes = 16 * 1024 * 1024;

    private static readonly HttpRequestOptionsKey<Exception> LostUpload = new("drydock.lost-upload");
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(60);
    private static readonly RequestTerms Streamed = new(Timeout.InfiniteTimeSpan, IsStreamed: true);

    private readonly DockerClientOptions _options;
    private readonly TimeProvider _time;
    private readonly IConnector _connector;
    private readonly HttpClient _http;
    private readonly VersionNegotiator _version;

    public DockerHttp(string endpointName, IConnector connector, DockerClientOptions options, TimeProvider time)
    {
        EndpointName = endpointName;
        _options = options;
        _time = time;
        _connector = connector;
        _http = Client(async (_, cancellationToken) => await ConnectAsync(cancellationToken).ConfigureAwait(false));
        _version = new VersionNegotiator(this);
        Liveness = new LivenessProbe(endpointName, PingAsync, options.StreamIdleProbe, time);
    }

    public string EndpointName { get; }

    public LivenessProbe Liveness { get; }

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        using var response = await SendShortAsync(
            DockerRequest.Get("/_ping", "ping"), versioned: false, cancellationToken).ConfigureAwait(false);
    }

    public Task<T> JsonAsync<T>(DockerRequest call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        JsonAsync(call, type, versioned: true, cancellationToken);

    public async Task<HttpStatusCode> SendAsync(DockerRequest call, CancellationToken cancellationToken)
    {
        using var response = await SendShortAsync(call, versioned: true, cancellationToken).ConfigureAwait(false);
        ThrowIfUploadWasLost(EndpointName, call, response);
        return response.StatusCode;
    }

    internal static void ThrowIfUploadWasLost(string endpointName, DockerRequest call, HttpResponseMessage response)
    {
        if (response.RequestMessage?.Options.TryGetValue(LostUpload, out var lost) == true)
        {
            throw ErrorMapper.FromConnection(endpointName, call.Operation, lost, changesSomething: true);
        }
    }

    /// <summary>Sends once and returns the response with its body unread, without a time limit. The caller disposes
    /// it.</summary>
    public async Task<DockerResponse> OpenAsync(DockerRequest call, CancellationToken cancellationToken)
    {
        await _version.EnsureAsync(cancellationToken).ConfigureAwait(false);
        var response = await Liveness.GuardAsync(
            call, ct => SendCheckedAsync(_http, call, Streamed, versioned: true, ct), cancellationToken)
            .ConfigureAwait(false);
        return new DockerResponse(this, call, response);
    }

    /// <summary>Sends once over a separate connection and returns that connection, which then carries bytes in both
    /// directions. The caller disposes it.</summary>
    public async Task<UpgradedConnection> UpgradeAsync(DockerRequest call, CancellationToken cancellationToken)
    {
        await _version.EnsureAsync(cancellationToken).ConfigureAwait(false);

        // A client for one request: this is the only way to know which connection carries the answer, and one direction
        // of it is closed later.
        ConnectionStream? connection = null;
        var client = Client(async (_, ct) => connection = await ConnectAsync(ct).ConfigureAwait(false));
        HttpResponseMessage? response = null;
        try
        {
            response = await Liveness.GuardAsync(
                call,
                ct => SendCheckedAsync(client, call with { Upgrades = true }, Streamed, versioned: true, ct),
                cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols || connection is null)
            {
                throw new DockerProtocolException(
                    EndpointName,
                    $"Docker at {EndpointName}, or a proxy before it, answered {(int)response.StatusCode} instead of "
                        + $"opening the stream ({call.Operation}).");
            }

            return new UpgradedConnection(client, connection, new DockerResponse(this, call, response));
        }
        catch
        {
            response?.Dispose();
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request within its limit; the whole answer, a success or 304, is in memory.</summary>
    public async Task<HttpResponseMessage> SendShortAsync(
        DockerRequest call, bool versioned, CancellationToken cancellationToken)
    {
        if (versioned)
        {
            await _version.EnsureAsync(cancellationToken).ConfigureAwait(false);
        }

        var terms = new RequestTerms(call.Unlimited ? Timeout.InfiniteTimeSpan : call.Limit);
        return call.Unlimited
            ? await Liveness.GuardAsync(
                call, ct => SendCheckedAsync(_http, call, terms, versioned, ct), cancellationToken)
                .ConfigureAwait(false)
            : await SendCheckedAsync(_http, call, terms, versioned, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _connector.Dispose();
        _version.Dispose();
        return ValueTask.CompletedTask;
    }

    public async Task<T> JsonAsync<T>(
        DockerRequest call, JsonTypeInfo<T> type, bool versioned, CancellationToken cancellationToken)
    {
        using var response = await SendShortAsync(call, versioned, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ReadOnlySpan<byte> text = body;
            return JsonSerializer.Deserialize(call.NullIsEmpty && text.StartsWith("null"u8) ? "[]"u8 : text, type)
                ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            // The message contains the JSON path but not the value, which may be an environment variable.
            throw new DockerProtocolException(
                EndpointName, $"Docker at {EndpointName} ({call.Operation}): "
                    + $"the answer is not the expected JSON (at {e.Path ?? "$"}).");
        }
    }

    private async Task<HttpResponseMessage> SendCheckedAsync(
        HttpClient http,
        DockerRequest call,
        RequestTerms terms,
        bool versioned,
        CancellationToken cancellationToken)
    {
        var prefix = versioned ? $"/v{_version.Current}" : "";
        using var request = new HttpRequestMessage(call.Method, prefix + call.Path);
        terms.SetFor(request);
        request.Content = call.Content?.Invoke();
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
        UploadState.Current = upload?.State;
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (upload?.SourceFailure is { } source && !cancellationToken.IsCancellationRequested)
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
            throw ErrorMapper.FromConnection(EndpointName, call.Operation, e, call.ChangesSomething);
        }

        if (response.IsSuccessStatusCode
            || response.StatusCode == HttpStatusCode.NotModified
            || (call.Upgrades && response.StatusCode == HttpStatusCode.SwitchingProtocols))
        {
            if (upload?.State.WriteFailure is { } lost)
            {
                request.Options.Set(LostUpload, lost);
            }

            return response;
        }

        using (response)
        {
            var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            var type = response.Content.Headers.ContentType?.MediaType;
            var refusal = ErrorMapper.FromAnswer(
                EndpointName, call.Operation, response.StatusCode, type, body, call.Secrets, call.Name);
            if (refusal is DockerApiVersionException)
            {
                // The engine was replaced: negotiate again at the next request.
                _version.Forget();
            }

            throw refusal;
        }
    }

    private HttpClient Client(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
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
        var limits = new OutcomeLimits(_options.RequestTimeout, MaxAnswerBytes)
        {
            ReadRetries = _options.ReadRetries,
            FirstRetryAfter = _options.ReadRetryDelay,
            IsFinal = ErrorMapper.IsFinal,
        };
        return new HttpClient(new OutcomeHandler(handler, limits, _time), disposeHandler: true)
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
                $"Docker at {EndpointName} could not be connected to within "
                    + $"{_options.ConnectTimeout.TotalSeconds:0.###} s.",
                mayHaveBeenProcessed: false,
                e);
        }
    }
}
