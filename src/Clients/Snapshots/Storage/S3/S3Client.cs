using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.S3;

namespace Drydock.Clients.Snapshots;

/// <summary>Builds the SDK's client: its own connection pool, no settings from the environment, no retries by the
/// SDK.</summary>
internal sealed class S3Client : IDisposable
{
    private readonly HttpClient _http;

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: the certificate authority is
    /// invalid.</exception>
    internal S3Client(S3StorageOptions options)
    {
        _http = new HttpClient(new ResponseSizeLimiter(Handler(options))) { Timeout = Timeout.InfiniteTimeSpan };
        AWSCredentials credentials = options.SessionToken is { Length: > 0 } token
            ? new SessionAWSCredentials(options.AccessKey, options.SecretKey, token)
            : new BasicAWSCredentials(options.AccessKey, options.SecretKey);
        Api = new AmazonS3Client(credentials, new AmazonS3Config
        {
            ServiceURL = options.Endpoint.ToString(),
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            UseHttp = options.Endpoint.Scheme == Uri.UriSchemeHttp,
            HttpClientFactory = new OneClient(_http),
            IgnoreConfiguredEndpointUrls = true,
            DefaultConfigurationMode = DefaultConfigurationMode.Standard,
            DisableLogging = true,
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,

            // Every body is sent with its SHA-256 in the signature and its Content-MD5, which every server checks; many
            // servers do not know the trailers that the SDK would send instead.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    internal AmazonS3Client Api { get; }

    public void Dispose()
    {
        Api.Dispose();
        _http.Dispose();
    }

    private static SocketsHttpHandler Handler(S3StorageOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = options.Endpoints.ConnectAsync,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (options.CertificateAuthority is { Length: > 0 } authority)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustOnly(authority) };
        }

        return handler;
    }

    private static X509ChainPolicy TrustOnly(string pem)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        return PemText.Import(Encoding.UTF8.GetBytes(pem), policy.CustomTrustStore) is { } refusal
            ? throw new SnapshotException(SnapshotFailure.InvalidRequest, $"ca.crt of the S3 storage {refusal}")
            : policy;
    }

    private sealed class OneClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }
}

/// <summary>Fails for a response that is longer than any S3 response: all are read into memory, except the content of
/// an object, which is streamed.</summary>
internal sealed class ResponseSizeLimiter(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (request.Method == HttpMethod.Head
            || (request.Method == HttpMethod.Get && response.IsSuccessStatusCode && !IsListing(request.RequestUri)))
        {
            return response;
        }

        if (response.Content.Headers.ContentLength > SnapshotLimits.S3Answer)
        {
            response.Dispose();
            throw Refuse();
        }

        var content = new StreamContent(
            new LimitedStream(
                await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false),
                SnapshotLimits.S3Answer,
                Refuse));
        foreach (var (name, values) in response.Content.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = content;
        return response;

        SnapshotException Refuse() => new(SnapshotFailure.StorageUnusable, string.Create(
            CultureInfo.InvariantCulture,
            $"The storage at {request.RequestUri?.Authority} answers {request.Method} with more than "
                + $"{SnapshotLimits.S3Answer} bytes, which is not an S3 response."));
    }

    private static bool IsListing(Uri? uri) =>
        uri is null
            || uri.Query.Contains("list-type=", StringComparison.Ordinal)
            || uri.Query.Contains("uploads", StringComparison.Ordinal);
}
