using System.Net.Sockets;
using Polly;
using Polly.Retry;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Sends requests with the HTTP client and the credentials of the package, and adds what its requests lack: a
/// second attempt with new credentials, time limits, safe retries, bounded answers, errors with a type and "outcome
/// unknown".</summary>
internal sealed class KubernetesTransport : IDisposable
{
    private readonly KubernetesClientConfiguration _configuration;
    private readonly KubernetesClientOptions _options;
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _time;
    private volatile ClockDifference? _serverAhead;
    private readonly k8s.Kubernetes _kubernetes;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _repeat;

    public KubernetesTransport(
        KubernetesClientConfiguration configuration,
        JsonSerializerOptions json,
        KubernetesClientOptions options,
        TimeProvider time)
    {
        _configuration = configuration;
        _options = options;
        _json = json;
        _time = time;
        _kubernetes = HttpSettings.Connect(configuration, options);
        _http = _kubernetes.HttpClient;
        _repeat = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(RepeatOptions(options)).Build();
    }

    public async Task<byte[]> SendAsync(
        KubernetesRequest request, Func<HttpRequestMessage> make, CancellationToken cancellationToken) =>
        await ReadAsync(request, make, (stream, token) => WholeAsync(request, stream, token), cancellationToken);

    public TimeSpan? ServerAhead => _serverAhead?.Value;

    public async Task<T> ReadAsync<T>(
        KubernetesRequest request,
        Func<HttpRequestMessage> make,
        Func<Stream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        await _repeat.ExecuteAsync(async token => await OnceAsync(request, make, read, token), cancellationToken);

    public async Task<HttpResponseMessage> OpenAsync(
        KubernetesRequest request, Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var response = await AuthorizedAsync(make, both.Token);
            if (!response.IsSuccessStatusCode)
            {
                using (response)
                {
                    throw await ErrorAsync(request, response, both.Token);
                }
            }

            return response;
        }
        catch (Exception e) when (IsTransportFault(e, cancellationToken))
        {
            throw Translate(request, e);
        }
    }

    public void Dispose() => _kubernetes.Dispose();

    private static RetryStrategyOptions RepeatOptions(KubernetesClientOptions options) => new()
    {
        MaxRetryAttempts = Math.Max(1, options.ReadRetries),
        Delay = options.RetryDelay,
        MaxDelay = options.MaxRetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments =>
            ValueTask.FromResult(options.ReadRetries > 0 && IsHarmlessToRepeat(arguments.Outcome.Exception)),
        DelayGenerator = arguments =>
            ValueTask.FromResult(
                arguments.Outcome.Exception is KubernetesTooManyRequestsException { RetryAfter: { } wait }
            ? (TimeSpan?)(wait < options.MaxRetryDelay ? wait : options.MaxRetryDelay)
            : null),
    };

    /// <summary>Reads always; writes only if the server certainly did not carry them out.</summary>
    private static bool IsHarmlessToRepeat(Exception? exception) =>
        exception is KubernetesException { IsTransient: true } failure
        && (failure.Request.IsRead
            || failure is KubernetesUnreachableException or KubernetesTooManyRequestsException);

    private async Task<T> OnceAsync<T>(
        KubernetesRequest request,
        Func<HttpRequestMessage> make,
        Func<Stream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var code = "error";
        using var limit = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await AuthorizedAsync(make, both.Token);
            _serverAhead = response.Headers.Date is { } date
                ? new ClockDifference(date - _time.GetUtcNow())
                : _serverAhead;
            code = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (!response.IsSuccessStatusCode)
            {
                throw await ErrorAsync(request, response, both.Token);
            }

            await using var stream = await response.Content.ReadAsStreamAsync(both.Token);
            return await read(stream, both.Token);
        }
        catch (Exception e) when (IsTransportFault(e, cancellationToken))
        {
            throw Translate(request, e);
        }
        finally
        {
            var host = KubernetesMetrics.Tag("host", _kubernetes.BaseUri.Authority);
            KubernetesMetrics.Requests.Add(
                1, KubernetesMetrics.Tag("code", code), KubernetesMetrics.Tag("method", request.Verb), host);
            KubernetesMetrics.RequestSeconds.Record(
                _time.GetElapsedTime(started).TotalSeconds, KubernetesMetrics.Tag("verb", request.Verb), host);
        }
    }

    /// <summary>A 401 is answered before anything is carried out, so the same request may be sent once more with fresh
    /// credentials.</summary>
    private async Task<HttpResponseMessage> AuthorizedAsync(
        Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(make, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        response.Dispose();
        if (_configuration.TokenProvider is IRenewableTokenProvider provider)
        {
            await provider.RenewAsync(cancellationToken);
        }

        return await SendOnceAsync(make, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var message = make();
        message.RequestUri = new Uri(_kubernetes.BaseUri, message.RequestUri!);
        message.Version = HttpVersion.Version20;
        if (_kubernetes.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(message, cancellationToken);
        }

        if (!string.IsNullOrEmpty(_configuration.TlsServerName))
        {
            // The name that TLS asks for and verifies follows the Host header.
            message.Headers.Host = _configuration.TlsServerName;
        }

        return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private async Task<KubernetesException> ErrorAsync(
        KubernetesRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = await WholeAsync(request, stream, cancellationToken);
        return StatusErrors.From(request, (int)response.StatusCode, body, response.Headers.RetryAfter, _json);
    }

    /// <summary>Reads a body in pieces, so that never more than the limit is in memory, whatever length the server
    /// announces.</summary>
    private async Task<byte[]> WholeAsync(
        KubernetesRequest request, Stream stream, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var piece = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(piece, cancellationToken)) > 0)
            {
                if (body.Length + read > _options.MaxAnswerBytes)
                {
                    throw new KubernetesTooLargeException(request, "the answer", _options.MaxAnswerBytes);
                }

                body.Write(piece, 0, read);
            }

            return body.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static bool IsTransportFault(Exception error, CancellationToken cancellationToken) =>
        error is HttpRequestException or IOException or SocketException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private KubernetesException Translate(KubernetesRequest request, Exception error) => error switch
    {
        OperationCanceledException =>
            Doubt(request, $"no answer within {_options.RequestTimeout.TotalSeconds:0.###} s", error),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } => new KubernetesUnreachableException(
            request, $"{_kubernetes.BaseUri}: {Innermost(error)}", error),
        _ => Doubt(request, Innermost(error), error),
    };

    private static KubernetesException Doubt(KubernetesRequest request, string why, Exception error) =>
        request.IsRead
            ? new KubernetesUnreachableException(request, why, error)
            : new KubernetesOutcomeUnknownException(request, why, error);

    private static string Innermost(Exception error) =>
        error.InnerException is { } inner ? Innermost(inner) : error.Message;

    private sealed record ClockDifference(TimeSpan Value);
}
