namespace Drydock.Clients.Docker;

/// <summary>Requests to one engine, below the package: version prefix, limits, retries of reads, typed
/// refusals.</summary>
internal sealed class DockerHandler : DelegatingHandler
{
    /// <summary>Maximum length in bytes of an answer that is read as a whole. A list of 5,000 containers has about 10
    /// MiB.</summary>
    internal const int MaxAnswerBytes = 16 * 1024 * 1024;

    private const int MaxLineBytes = 4 * 1024 * 1024;

    /// <summary>What the package asks; no name is resolved.</summary>
    public static readonly Uri Root = new("http://docker/");

    private const string RegistryAuth = "X-Registry-Auth";
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(60);

    private readonly string _endpoint;
    private readonly IConnector _connector;
    private readonly DockerClientOptions _options;
    private readonly TimeProvider _time;
    private readonly VersionNegotiator _version;

    public DockerHandler(string endpoint, IConnector connector, DockerClientOptions options, TimeProvider time)
    {
        (_endpoint, _connector, _options, _time) = (endpoint, connector, options, time);
        _version = new VersionNegotiator(endpoint, SendCheckedAsync);
        InnerHandler = Transport(ConnectAsync);
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        if (path != VersionNegotiator.Ping)
        {
            var version = await _version.OfAsync(cancellationToken).ConfigureAwait(false);
            request.RequestUri = new Uri(Root, $"/v{version}{path}");
        }

        return await SendCheckedAsync(request, cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _connector.Dispose();
            _version.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendCheckedAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = DockerCall.Current ?? throw new InvalidOperationException("There is no call.");
        call.Terms.SetFor(request);
        if (call.Auth is { } auth && !request.Headers.Contains(RegistryAuth))
        {
            request.Headers.TryAddWithoutValidation(RegistryAuth, DockerJson.Encode(auth));
        }

        var isAttached = call.Attached is not null && request.Headers.Upgrade.Count > 0;
        var response = isAttached
            ? await call.Attached!.SendAsync(request, Transport, ConnectAsync, cancellationToken).ConfigureAwait(false)
            : await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (isAttached && response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw new DockerProtocolException(
                    _endpoint,
                    $"Docker at {_endpoint}, or a proxy before it, answered {(int)response.StatusCode} instead of "
                        + $"opening the stream ({call.Operation}).");
            }
        }

        if (response.IsSuccessStatusCode
            || response.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.SwitchingProtocols)
        {
            if (call.HasLines)
            {
                var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                response.Content = new StreamContent(new LineStream(body, !call.Changes, MaxLineBytes));
            }

            return response;
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            var refusal = ErrorMapper.FromAnswer(
                _endpoint, call, response.StatusCode, response.Content.Headers.ContentType?.MediaType, text);
            if (refusal is DockerApiVersionException)
            {
                // The engine was replaced: negotiate again at the next request.
                _version.Forget();
            }

            throw refusal;
        }
    }

    private OutcomeHandler Transport(Func<CancellationToken, ValueTask<ConnectionStream>> connect)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) => await connect(token).ConfigureAwait(false),
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
        return new OutcomeHandler(handler, limits, _time);
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
                _endpoint,
                $"Docker at {_endpoint} could not be connected to within "
                    + $"{_options.ConnectTimeout.TotalSeconds:0.###} s.",
                mayHaveBeenProcessed: false,
                e);
        }
    }
}
