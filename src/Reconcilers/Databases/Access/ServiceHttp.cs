using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Reconcilers.Databases;

internal sealed class ServiceHttp : IServiceHttp
{
    public const int LongestBody = 8 << 20;
    private const int MostOfChallenge = 200;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    public const string LoginField = "spec.access.webCredentialsSecretRef";
    private readonly HttpClient _http;
    private readonly string _loginField;
    private readonly bool _hasLogin;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly List<X509Certificate2> _certificates = [];

    /// <summary>Prepares; nothing is connected yet.</summary>
    /// <param name="tls">TLS material; null for plain HTTP.</param>
    /// <param name="connections">Opens connections; null for the default.</param>
    /// <exception cref="ServiceException">The material is not PEM, or certificate and key do not belong
    /// together.</exception>
    public ServiceHttp(
        ServiceTlsMaterial? tls, TimeProvider time, IConnectionFactory? connections = null, ServiceLogin? login = null,
        string loginField = LoginField)
    {
        (_hasLogin, _loginField) = (login is not null, loginField);
        connections ??= EndpointPolicy.Default;
        _authorization = login is { IsSentUnasked: true }
            ? new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")))
            : null;
        Scheme = tls is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) => await connections.ConnectAsync(
                context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken),
            Credentials = login is null or { IsSentUnasked: true } ? null : new ServiceCredentials(login),
            ConnectTimeout = ConnectPatience,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,

            // Each request has its own connection: one that the other side has just closed would leave open whether the
            // request arrived.
            PooledConnectionLifetime = TimeSpan.Zero,
        };
        if (tls is not null)
        {
            handler.SslOptions = Options(tls);
        }

        _http = new HttpClient(new OutcomeHandler(handler, new OutcomeLimits(Patience, LongestBody), time))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);
    public static TimeSpan StreamPatience { get; } = TimeSpan.FromMinutes(1);
    public string Scheme { get; }

    public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, host, port, path, json: null, cancellationToken);

    public Task<ServiceAnswer> SendAsync(
        HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken)
    {
        var address = Address(host, port, path);
        return ExchangeAsync(
            method, address, json, new RequestTerms(),
            async (response, token) => new ServiceAnswer(
                (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
                await BodyAsync($"{method} {address}", response, token)),
            cancellationToken);
    }

    public Task<T> ReadAsync<T>(
        string host, int port, string path, Func<ServiceStream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) => ExchangeAsync(
            HttpMethod.Get, Address(host, port, path), json: null, new RequestTerms(StreamPatience, IsStreamed: true),
            async (response, token) =>
            {
                await using var content = await response.Content.ReadAsStreamAsync(token);
                return await read(
                    new ServiceStream(
                        (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, content),
                    token);
            },
            cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        foreach (var certificate in _certificates)
        {
            certificate.Dispose();
        }
    }

    private async Task<T> ExchangeAsync<T>(
        HttpMethod method, Uri address, string? json, RequestTerms terms,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var what = $"{method} {address}";
        try
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.Authorization = _authorization;
            request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
            terms.SetFor(request);
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode == HttpStatusCode.Unauthorized
                ? throw NoLogin(what, response)
                : await read(response, cancellationToken);
        }
        catch (HttpOutcomeException exception)
        {
            throw Failed(what, exception);
        }
    }

    private Uri Address(string host, int port, string path)
    {
        var name = host.Contains(':', StringComparison.Ordinal) && host is not ['[', ..] ? $"[{host}]" : host;
        return Uri.TryCreate($"{Scheme}://{name}:{port}{path}", UriKind.Absolute, out var address)
            && path is ['/', ..]
            ? address
            : throw OfSpec($"{host}:{port}{path} is not an address. Correct the host in the spec.");
    }

    private static async Task<string> BodyAsync(
        string what, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return Utf8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (DecoderFallbackException exception)
        {
            throw new ServiceException(
                Reasons.AnswerUnusable,
                $"{what}: the answer is not text. Check which process listens on that port.",
                innerException: exception);
        }
    }

    // A request that is answered by 401 was not carried out.
    private ServiceException NoLogin(string what, HttpResponseMessage response)
    {
        var asked = ForeignText.Words(string.Join(", ", response.Headers.WwwAuthenticate), MostOfChallenge);
        var problem = _authorization is not null
            ? $"the login of the Secret of {_loginField} was refused (401). Correct username and password."
            : _hasLogin
            ? $"the login of the Secret of {_loginField} was refused (401, {asked}). Correct username and password. "
                + "Basic is answered only over TLS."
            : $"a login is required (401, {asked}). Put username and password into a Secret, and name it in "
                + $"{_loginField}.";
        return new ServiceException(Reasons.AccessDenied, $"{what}: {problem}", isNotTaken: true)
        {
            Field = _loginField,
        };
    }

    // Only the caller may know which instance has the address.
    private static ServiceException OfSpec(string message, Exception? cause = null) =>
        new(Reasons.InvalidSpec, message, isNotTaken: true, cause) { Field = "spec.instances" };

    private ServiceException Failed(string what, HttpOutcomeException failure)
    {
        if (EndpointRefusedException.In(failure) is { } refused)
        {
            return OfSpec($"{what}: {refused.Message}", failure);
        }

        if (failure.InnerException is { InnerException: IOException { InnerException: HostException host } })
        {
            return new ServiceException(host.Reason, $"{what}: through ssh: {host.Message}", isNotTaken: true, failure);
        }

        var (reason, remedy) = failure.Problem switch
        {
            HttpProblem.Foreign or HttpProblem.TooLong => (
                Reasons.AnswerUnusable, "Check which process listens on that port."),
            HttpProblem.Handshake => (
                Reasons.AccessDenied,
                "The server certificate must be issued for this host by ca.crt of the Secret of spec.tls, and the "
                    + "server must accept the client certificate."),
            _ => (
                Reasons.HostUnreachable,
                "Check that the process runs and that the operator can reach its port"
                    + (Scheme == Uri.UriSchemeHttp ? ", and whether it requires TLS (spec.tls)." : ".")),
        };
        return new ServiceException(reason, $"{what}: {failure.Message}. {remedy}", !failure.WasSent, failure);
    }

    private SslClientAuthenticationOptions Options(ServiceTlsMaterial tls)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(PemText.Of(tls.Ca));
            _certificates.AddRange(authorities);
            if (authorities.Count == 0)
            {
                throw new CryptographicException("ca.crt holds no certificate");
            }

            var policy = ChainPolicies.TrustOnly(authorities);
            policy.DisableCertificateDownloads = true;
            var options = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
            if (tls is { Certificate: { } certificate, Key: { } key })
            {
                var own = new X509Certificate2Collection(
                    X509Certificate2.CreateFromPem(PemText.Of(certificate), PemText.Of(key)));
                own.ImportFromPem(PemText.Of(certificate));
                _certificates.AddRange(own);
                options.ClientCertificateContext = SslStreamCertificateContext.Create(own[0], own, offline: true);
            }

            return options;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // Without the inner exception: no part of a key may be logged.
            throw new ServiceException(
                Reasons.SecretMissing,
                "The Secret of spec.tls (or of a peer's certsSecretRef) cannot be used. "
                + "ca.crt must contain a PEM certificate, and tls.crt and tls.key must be PEM and belong together.",
                isNotTaken: true);
        }
    }
}

/// <summary>The answer of a process over HTTP whose body is read while it arrives.</summary>
/// <param name="ContentType">The media type, without parameters.</param>
/// <param name="Content">The body. It can be read only during the call.</param>
internal sealed record ServiceStream(int Status, string? ContentType, Stream Content);

/// <summary>Answers only digest, as YugabyteDB asks with webserver_password_file, and basic over TLS, as a proxy may
/// ask.</summary>
internal sealed class ServiceCredentials(ServiceLogin login) : ICredentials
{
    private readonly NetworkCredential _credential = new(login.User, login.Password);

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        string.Equals(authType, "Digest", StringComparison.OrdinalIgnoreCase)
            || (string.Equals(authType, "Basic", StringComparison.OrdinalIgnoreCase)
                && uri.Scheme == Uri.UriSchemeHttps)
            ? _credential
            : null;
}

/// <summary>The answer of a process over HTTP. Status 200 alone is not a success (docs/project/research/tidb.md#rules):
/// the body must have the expected form.</summary>
/// <param name="ContentType">The media type, without parameters.</param>
internal sealed record ServiceAnswer(int Status, string? ContentType, string Body)
{
    /// <summary>Length and type of the body, for messages about an unexpected one. The body may come from another
    /// service, so its text must not be shown in a status.</summary>
    public string Kind =>
        $"{Body.Length} characters of {ForeignText.Words(ContentType ?? "no type", 100)}";
}

/// <summary>A process gave no answer over HTTP, or an answer that must not be accepted.</summary>
/// <param name="reason">A stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
/// <param name="message">The address, the request, and what to do; never a secret.</param>
/// <param name="isNotTaken">Whether the request certainly did not arrive: no connection was made.</param>
internal sealed class ServiceException(
    string reason, string message, bool isNotTaken = false, Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    public override bool IsRequestNotTaken => isNotTaken;
    public override bool IsAnswerLost => !isNotTaken;

    /// <summary>Whether the host itself reported that nothing listens on the port. A host that does not answer is not
    /// counted.</summary>
    public bool IsRefused => GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
}

/// <summary>HTTP to the processes of a database, plain or TLS as the spec says. Never follows a redirection, reads at
/// most 8 MiB, waits at most 10 s, and sends a request that may change something only once: the caller decides whether
/// to send it again. The worlds of the tests implement it, too.</summary>
internal interface IServiceHttp : IDisposable
{
    /// <summary>Sends a GET request. Any status is an answer.</summary>
    /// <exception cref="ServiceException">There was no answer, or it cannot be read.</exception>
    Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken);

    /// <summary>Sends a GET request and reads the body while it arrives: for answers that grow with the database. Takes
    /// at most 1 minute; the reader limits how much it keeps.</summary>
    /// <exception cref="ServiceException">There was no answer, or it ended too early.</exception>
    async Task<T> ReadAsync<T>(
        string host, int port, string path, Func<ServiceStream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var answer = await GetAsync(host, port, path, cancellationToken);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(answer.Body));
        return await read(new ServiceStream(answer.Status, answer.ContentType, content), cancellationToken);
    }

    /// <summary>Sends a request. Any status is an answer.</summary>
    /// <param name="json">The body; null sends no body.</param>
    /// <exception cref="ServiceException">There was no readable answer;
    /// <see cref="ServiceException.IsAnswerLost"/>.</exception>
    Task<ServiceAnswer> SendAsync(
        HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken);
}
