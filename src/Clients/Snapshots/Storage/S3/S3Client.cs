using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.S3;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Builds the SDK's client: one connection pool of its own, nothing taken from the environment, no tries of its own.
/// </summary>
internal sealed class S3Client : IDisposable
{
    private readonly HttpClient _http;

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: the certificate authority is
    /// none.</exception>
    internal S3Client(S3StorageOptions options)
    {
        _http = new HttpClient(new CappedAnswers(Handler(options))) { Timeout = Timeout.InfiniteTimeSpan };
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

            // Every body goes with its SHA-256 in the signature and its Content-MD5, which every server checks; the
            // trailers that the SDK would add instead are unknown to many.
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
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new SnapshotException(SnapshotFailure.InvalidRequest, $"ca.crt of the S3 storage is no certificate in PEM form: {e.Message}", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new SnapshotException(SnapshotFailure.InvalidRequest, "ca.crt of the S3 storage holds no certificate, expected PEM (-----BEGIN CERTIFICATE-----).");
    }

    private sealed class OneClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }
}
