using System.Net.Http.Headers;

namespace Drydock.Reconcilers.Oms;

/// <summary>Sends requests to a console and separates good answers from all others.</summary>
internal sealed class OmsApiTransport : IDisposable
{
    /// <summary>Longest answer that is read, in bytes: a page of projects carries their whole mapping.</summary>
    internal const int LongestAnswer = 16 * 1024 * 1024;

    private const int Retries = 3;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetryAfter = TimeSpan.FromMilliseconds(400);

    private readonly HttpClient _http;

    // Ends in a slash.
    private readonly Uri _address;
    private readonly AuthenticationHeaderValue _authorization;
    private readonly OmsApiErrors _errors;
    private readonly TimeProvider _time;

    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public OmsApiTransport(OmsApiTarget target, HttpMessageHandler handler, TimeProvider time)
    {
        _time = time;
        _address = target.Address.AbsoluteUri.EndsWith('/')
            ? target.Address
            : new Uri(target.Address.AbsoluteUri + "/");
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{target.User}:{target.Password.Reveal()}"));
        _authorization = new AuthenticationHeaderValue("Basic", login);
        _errors = new OmsApiErrors(_address, target, login);
        var limits = new OutcomeLimits(Patience, LongestAnswer)
        {
            ReadRetries = Retries,
            FirstRetryAfter = FirstRetryAfter,

            // A console that starts answers 500.
            Passing = [.. OutcomeLimits.Usual, HttpStatusCode.InternalServerError],
        };
        _http = new HttpClient(new OutcomeHandler(handler, limits, time)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public OmsApiErrors Errors => _errors;

    /// <summary>The handler for a target, connecting to what <paramref name="endpoints"/> allows.</summary>
    /// <exception cref="OmsApiException">The authority is not a certificate.</exception>
    public static SocketsHttpHandler Handler(OmsApiTarget target, EndpointPolicy endpoints)
    {
        return new SocketsHttpHandler
        {
            ConnectCallback = endpoints.ConnectAsync,
            ConnectTimeout = ConnectPatience,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            SslOptions = new ConsoleCertificate(target).Options(),
        };
    }

    /// <summary>Asks for something. The API reads with POST.</summary>
    /// <exception cref="OmsApiException">There is no answer, or not a good one.</exception>
    public async Task<OmsApiAnswer> ReadAsync<TBody>(
        string what, string path, TBody body, JsonTypeInfo<TBody> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, path))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        request.Headers.Authorization = _authorization;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        new RequestTerms(IsRead: true).SetFor(request);
        try
        {
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new OmsApiAnswer(_errors.Data(what, response, content), response.Headers.Date ?? _time.GetUtcNow());
        }
        catch (HttpOutcomeException failure)
        {
            throw _errors.NoAnswer(what, failure);
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>An answer with <c>success: true</c>.</summary>
/// <param name="Data">Its data; of kind Null or Undefined if there is none.</param>
/// <param name="At">The console's clock; the operator's where the console does not say.</param>
internal sealed record OmsApiAnswer(JsonElement Data, DateTimeOffset At);
