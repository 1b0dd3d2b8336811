namespace Drydock.Clients.Docker;

/// <summary>Requests to one engine, below the package: version prefix, limits, retries of reads, typed
/// refusals.</summary>
internal sealed class DockerHandler : DelegatingHandler
{
    /// <summary>Maximum length in bytes of an answer that is read as a whole. A list of 5,000 containers has about 10
    /// MiB.</summary>
    internal const int MaxAnswerBytes = 16 * 1024 * 1024;

    public const string Ping = "/_ping";

    private const int MaxLineBytes = 4 * 1024 * 1024;

    /// <summary>What the package asks; no name is resolved.</summary>
    public static readonly Uri Root = new("http://docker/");

    /// <summary>The lowest API version this client speaks (Docker 20.10).</summary>
    public static readonly Version Lowest = new(1, 41);

    /// <summary>The highest API version this client speaks: of Docker 28.5, the newest with which it ran.</summary>
    public static readonly Version Highest = new(1, 51);

    private const string RegistryAuth = "X-Registry-Auth";

    private readonly string _endpoint;
    private Version? _version;
    private int _attached;

    public DockerHandler(string endpoint, DockerClientOptions options, TimeProvider time, HttpMessageHandler transport)
    {
        _endpoint = endpoint;
        var limits = new OutcomeLimits(options.RequestTimeout, MaxAnswerBytes)
        {
            ReadRetries = options.ReadRetries,
            FirstRetryAfter = options.ReadRetryDelay,
            IsFinal = ErrorMapper.IsFinal,
        };
        InnerHandler = new OutcomeHandler(transport, limits, time);
    }

    public static string Versions => $"{Lowest}..{Highest}";

    /// <summary>The version to speak with an engine that speaks from <paramref name="serverLowest"/> (null: not known)
    /// to <paramref name="serverHighest"/>.</summary>
    public static Version Choose(string endpoint, Version serverHighest, Version? serverLowest)
    {
        var server = serverLowest is null ? $"{serverHighest}" : $"{serverLowest}..{serverHighest}";
        return serverHighest < Lowest ? throw NotSpoken("Upgrade the engine to Docker 20.10 or later.")
            : serverLowest > Highest ? throw NotSpoken("Use a later release of this program.")
            : serverHighest < Highest ? serverHighest
            : Highest;

        DockerApiVersionException NotSpoken(string wayOut) =>
            new($"Docker at {endpoint} speaks API {server}, this client {Versions}. {wayOut}");
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = DockerCall.Current ?? throw new InvalidOperationException("There is no call.");
        var path = request.RequestUri!.PathAndQuery;
        if (path != Ping)
        {
            // If this fails, the request has not been sent.
            _version ??= await NegotiateAsync(cancellationToken).ConfigureAwait(false);
            request.RequestUri = new Uri(Root, $"/v{_version}{path}");
        }

        if (call.IsAttached)
        {
            // A host of its own has no pooled connections: only then it is known which one carries the answer.
            request.RequestUri = new Uri(
                $"http://docker-{Interlocked.Increment(ref _attached)}{request.RequestUri.PathAndQuery}");
            request.Headers.Host = Root.Host;
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.ParseAdd("tcp");
        }

        if (call.Auth is { } auth)
        {
            request.Headers.TryAddWithoutValidation(RegistryAuth, DockerJson.Encode(auth));
        }

        return await SendCheckedAsync(call, request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendCheckedAsync(
        DockerCall call, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        call.Terms.SetFor(request);
        request.Options.Set(DockerCall.Key, call);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (call.IsAttached && response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw new DockerProtocolException(
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
                _version = null;
            }

            throw refusal;
        }
    }

    // From the header of a ping, and from /version where that is not enough.
    private async Task<Version> NegotiateAsync(CancellationToken cancellationToken)
    {
        DockerCall.Current = new DockerCall("negotiate the version");
        using var ping = await GetAsync(Ping, cancellationToken).ConfigureAwait(false);
        if (ping.Headers.TryGetValues("Api-Version", out var values)
            && Version.TryParse(values.First(), out var highest)
            && highest <= Highest)
        {
            return Choose(_endpoint, highest, serverLowest: null);
        }

        using var version = await GetAsync("/version", cancellationToken).ConfigureAwait(false);
        var said = DockerJson.Object(
            await version.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        return Version.TryParse(said.Text("ApiVersion"), out highest)
            ? Choose(_endpoint, highest, Version.TryParse(said.Text("MinAPIVersion"), out var lowest) ? lowest : null)
            : throw new DockerApiVersionException(
                $"Docker at {_endpoint} does not say which API version it speaks. This client speaks {Versions}.");
    }

    private async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Root, path));
        return await SendCheckedAsync(DockerCall.Current!, request, cancellationToken).ConfigureAwait(false);
    }
}
