using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Reconcilers.Databases;

internal sealed class ServiceHttp : IServiceHttp
{
    public const int LongestBody = 8 << 20;

    private const int MostOfChallenge = 200;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const string LoginField = "spec.access.webCredentialsSecretRef";

    private readonly HttpClient _http;
    private readonly string _loginField;
    private readonly bool _hasLogin;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeProvider _time;
    private readonly List<X509Certificate2> _certificates = [];

    /// <summary>Prepares; nothing is connected yet.</summary>
    /// <param name="tls">TLS material; null for plain HTTP.</param>
    /// <param name="connections">Opens connections; null for the default.</param>
    /// <exception cref="ServiceException">The material is not PEM, or certificate and key do not belong
    /// together.</exception>
    public ServiceHttp(
        ServiceTlsMaterial? tls,
        TimeProvider time,
        IConnectionFactory? connections = null,
        ServiceLogin? login = null,
        string loginField = LoginField)
    {
        (_time, _hasLogin, _loginField) = (time, login is not null, loginField);
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

        _http = new HttpClient(new SocketExceptionHandler(handler)) { Timeout = Timeout.InfiniteTimeSpan };
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
            method,
            address,
            json,
            Patience,
            async (response, token) => new ServiceAnswer(
                (int)response.StatusCode,
                response.Content.Headers.ContentType?.MediaType,
                await BodyAsync($"{method} {address}", response, token)),
            cancellationToken);
    }

    public Task<T> ReadAsync<T>(
        string host,
        int port,
        string path,
        Func<ServiceStream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) => ExchangeAsync(
            HttpMethod.Get,
            Address(host, port, path),
            json: null,
            StreamPatience,
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
        HttpMethod method,
        Uri address,
        string? json,
        TimeSpan longest,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var what = $"{method} {address}";
        using var limit = new CancellationTokenSource(longest, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.Authorization = _authorization;
            request.Content = json is not null
                ? new StringContent(json, Encoding.UTF8, "application/json")
                : method == HttpMethod.Get
                ? null
                : Nothing();

            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.StatusCode == HttpStatusCode.Unauthorized
                ? throw NoLogin(what, response)
                : await read(response, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The handler's own limit for a connection shows itself as a cancellation too.
            var never = !limit.IsCancellationRequested;
            var patience = never ? ConnectPatience : longest;
            throw new ServiceException(
                Reasons.HostUnreachable,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what}: no answer within {patience.TotalSeconds:0} s. "
                    + $"Check that the process runs and that the operator can reach its port."),
                never,
                exception);
        }
        catch (HttpRequestException exception)
        {
            throw Refused(what, exception);
        }
        catch (IOException exception)
        {
            throw new ServiceException(
                Reasons.HostUnreachable,
                $"{what}: the connection was interrupted ({HttpFailure.Describe(exception)}). "
                + "Check that the process runs.",
                innerException: exception);
        }
    }

    // The handler automatically sends a request without content again when the connection ends before an answer; one
    // with content, even an empty one, it never does.
    private static ByteArrayContent Nothing() => new([]);

    private Uri Address(string host, int port, string path)
    {
        var name = host.Contains(':', StringComparison.Ordinal) && host is not ['[', ..] ? $"[{host}]" : host;
        return Uri.TryCreate(
            string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{name}:{port}{path}"),
            UriKind.Absolute,
            out var address)
            && path is ['/', ..]
            ? address
            : throw OfSpec($"{host}:{port}{path} is not an address. Correct the host in the spec.");
    }

    private static async Task<string> BodyAsync(
        string what, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await BoundedBody.LoadAsync(
            response.Content,
            LongestBody,
            () =>
                new ServiceException(
                    Reasons.AnswerUnusable,
                    $"{what}: the answer is longer than {LongestBody} bytes, the most that the operator reads of it. "
                    + "Check which process listens on that port."),
            cancellationToken);
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

    private ServiceException Refused(string what, HttpRequestException exception)
    {
        if (EndpointRefusedException.In(exception) is { } refused)
        {
            return OfSpec($"{what}: {refused.Message}", exception);
        }

        if (exception.InnerException is IOException { InnerException: HostException host })
        {
            return new ServiceException(
                host.Reason, $"{what}: through ssh: {host.Message}", isNotTaken: true, exception);
        }

        if (HttpFailure.IsForeign(exception))
        {
            return new ServiceException(
                Reasons.AnswerUnusable,
                $"{what}: {HttpFailure.Describe(exception)}. Check which process listens on that port.",
                innerException: exception);
        }

        // Only a request that failed before its first byte was sent certainly did not arrive.
        var never = exception.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError
            || exception.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
        return exception.HttpRequestError == HttpRequestError.SecureConnectionError
            ? new ServiceException(
                Reasons.AccessDenied,
                $"{what}: the TLS handshake failed ({Cause(exception)}). "
                + "The server certificate must be issued for this host by ca.crt of the Secret of spec.tls, "
                + "and the server must accept the client certificate.",
                never,
                exception)
            : new ServiceException(
                Reasons.HostUnreachable,
                $"{what}: {Cause(exception)}. Check that the process runs and that the operator can reach its "
                + $"port{(Scheme == Uri.UriSchemeHttp ? ", and whether it requires TLS (spec.tls)" : "")}.",
                never,
                exception);
    }

    private static string Cause(Exception exception) => exception.GetBaseException() switch
    {
        SocketException socket => socket.Message,
        AuthenticationException authentication => authentication.Message,
        _ => HttpFailure.Describe(exception),
    };

    private SslClientAuthenticationOptions Options(ServiceTlsMaterial tls)
    {
        try
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.ImportFromPem(PemText.Of(tls.Ca));
            _certificates.AddRange(policy.CustomTrustStore);
            if (policy.CustomTrustStore.Count == 0)
            {
                throw new CryptographicException("ca.crt holds no certificate");
            }

            var options = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
            if (tls is { Certificate: { } certificate, Key: { } key })
            {
                var own = X509Certificate2.CreateFromPem(PemText.Of(certificate), PemText.Of(key));
                _certificates.Add(own);
                var chain = new X509Certificate2Collection();
                chain.ImportFromPem(PemText.Of(certificate));
                _certificates.AddRange(chain);
                options.ClientCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true);
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
/// <param name="Status">The status code.</param>
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

/// <summary>The answer of a process over HTTP. Status 200 alone is not a success (docs/research/tidb.md#rules): the
/// body must have the expected form.</summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The media type, without parameters.</param>
/// <param name="Body">The whole body.</param>
internal sealed record ServiceAnswer(int Status, string? ContentType, string Body)
{
    /// <summary>Length and type of the body, for messages about an unexpected one. The body may come from another
    /// service, so its text must not be shown in a status.</summary>
    public string Kind =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Body.Length} characters of {ForeignText.Words(ContentType ?? "no type", 100)}");
}

/// <summary>A process gave no answer over HTTP, or an answer that must not be accepted.</summary>
/// <param name="reason">A stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
/// <param name="message">The address, the request, and what to do; never a secret.</param>
/// <param name="isNotTaken">Whether the request certainly did not arrive: no connection was made.</param>
/// <param name="innerException">The cause.</param>
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
