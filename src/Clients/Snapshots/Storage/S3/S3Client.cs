using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Internal;
using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>The SDK's client with its own connection pool, no settings from the environment, and what the SDK's
/// transfer lacks: Content-MD5 of each part, a condition that not every server knows, and an abort within
/// limits.</summary>
internal sealed class S3Client : AmazonS3Client
{
    private static readonly TimeSpan LongestAbort = TimeSpan.FromSeconds(10);

    private readonly S3StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private volatile bool _conditional = true;

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: the certificate authority is
    /// invalid.</exception>
    internal S3Client(S3StorageOptions options, TimeProvider time)
        : this(options, time, new HttpClient(new S3Responses(Handler(options), options, time)))
    {
    }

    private S3Client(S3StorageOptions options, TimeProvider time, HttpClient http)
        : base(Credentials(options), Settings(options, http))
    {
        (_options, _time, _http) = (options, time, http);
        http.Timeout = Timeout.InfiniteTimeSpan;
        RuntimePipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new RetryPolicy(options, Config, time)));
    }

    /// <summary>A part of a transfer, whose stream is longer than the part.</summary>
    public override async Task<UploadPartResponse> UploadPartAsync(
        UploadPartRequest request, CancellationToken cancellationToken = default)
    {
        if (request.PartNumber > S3PartSizes.MaxParts)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{request.Key}' is larger than {S3PartSizes.MaxParts} parts of {_options.PartBytes} bytes, which "
                    + $"{_options} can hold. Use the tool MyDumper, which writes many smaller files, or use a "
                    + "directory as storage.");
        }

        request.InputStream.SetLength(request.PartSize!.Value);
        request.MD5Digest = await DigestAsync(request.InputStream, cancellationToken);
        request.UseChunkEncoding = false;
        return await base.UploadPartAsync(request, cancellationToken);
    }

    public override async Task<PutObjectResponse> PutObjectAsync(
        PutObjectRequest request, CancellationToken cancellationToken = default)
    {
        request.MD5Digest = await DigestAsync(request.InputStream, cancellationToken);
        return await UnlessTakenAsync(
            condition =>
            {
                request.IfNoneMatch = condition;
                request.InputStream.Position = 0;
            },
            () => base.PutObjectAsync(request, cancellationToken));
    }

    public override Task<CompleteMultipartUploadResponse> CompleteMultipartUploadAsync(
        CompleteMultipartUploadRequest request, CancellationToken cancellationToken = default) => UnlessTakenAsync(
        condition => request.IfNoneMatch = condition,
        () => base.CompleteMultipartUploadAsync(request, cancellationToken));

    /// <summary>A server without this request needs a lifecycle rule of the bucket that removes unfinished
    /// uploads.</summary>
    public override async Task<ListMultipartUploadsResponse> ListMultipartUploadsAsync(
        ListMultipartUploadsRequest request, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.ListMultipartUploadsAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsNotImplemented(e))
        {
            return new ListMultipartUploadsResponse { IsTruncated = false };
        }
    }

    /// <summary>An abort after a failure, which is the error that counts: the next attempt finds and aborts the
    /// upload.</summary>
    public override async Task<AbortMultipartUploadResponse> AbortMultipartUploadAsync(
        AbortMultipartUploadRequest request, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(LongestAbort, _time);
        try
        {
            // Twice: a part that was under way at the first may be stored after it.
            _ = await AbortAsync(request, limit.Token);
            return await AbortAsync(request, limit.Token);
        }
        catch (Exception e) when (S3Errors.IsStorageError(e) || e is OperationCanceledException)
        {
            return new AbortMultipartUploadResponse();
        }
    }

    internal async Task<AbortMultipartUploadResponse> AbortAsync(
        AbortMultipartUploadRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.AbortMultipartUploadAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
        {
            // It was aborted already, as intended.
            return new AbortMultipartUploadResponse();
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _http.Dispose();
        }
    }

    // A server without conditional writes reports that, or ignores the condition; names are unique anyway and checked
    // before.
    private async Task<T> UnlessTakenAsync<T>(Action<string?> condition, Func<Task<T>> write)
    {
        try
        {
            condition(_conditional ? "*" : null);
            return await write();
        }
        catch (AmazonS3Exception e) when (S3Errors.IsNotImplemented(e) && _conditional)
        {
            condition(null);
            var written = await write();
            _conditional = false;
            return written;
        }
    }

    [SuppressMessage(
        "Security",
        "CA5351:Do Not Use Broken Cryptographic Algorithms",
        Justification = "Content-MD5 is what S3 calls for; against damage, not against an attacker.")]
    private static async Task<string> DigestAsync(Stream content, CancellationToken cancellationToken)
    {
        var digest = Convert.ToBase64String(await MD5.HashDataAsync(content, cancellationToken));
        content.Position = 0;
        return digest;
    }

    private static AWSCredentials Credentials(S3StorageOptions options) => options.SessionToken is { Length: > 0 } token
        ? new SessionAWSCredentials(options.AccessKey, options.SecretKey, token)
        : new BasicAWSCredentials(options.AccessKey, options.SecretKey);

    private static AmazonS3Config Settings(S3StorageOptions options, HttpClient http) => new()
    {
        ServiceURL = options.Endpoint.ToString(),
        AuthenticationRegion = options.Region,
        ForcePathStyle = options.PathStyle,
        UseHttp = options.Endpoint.Scheme == Uri.UriSchemeHttp,
        HttpClientFactory = new OneClient(http),
        IgnoreConfiguredEndpointUrls = true,
        DefaultConfigurationMode = DefaultConfigurationMode.Standard,
        DisableLogging = true,
        BufferSize = S3PartSizes.Piece,
        RetryMode = RequestRetryMode.Standard,
        MaxErrorRetry = Math.Max(1, options.Retries),
        ThrottleRetries = false,
        Timeout = Timeout.InfiniteTimeSpan,

        // Every body is sent with its SHA-256 in the signature and its Content-MD5, which every server checks; many
        // servers do not know the trailers that the SDK would send instead.
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    };

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
        var authorities = new X509Certificate2Collection();
        return PemText.Import(Encoding.UTF8.GetBytes(pem), authorities) is { } refusal
            ? throw new SnapshotException(SnapshotFailure.InvalidRequest, $"ca.crt of the S3 storage {refusal}")
            : ChainPolicies.TrustOnly(authorities);
    }

    private sealed class OneClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }

    /// <summary>The SDK's retries, of more errors, and over a minute instead of some seconds.</summary>
    private sealed class RetryPolicy(S3StorageOptions options, IClientConfig config, TimeProvider time)
        : AmazonS3StandardRetryPolicy(config)
    {
        public override Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception) =>
            Task.FromResult(S3Errors.IsTransient(exception));

        public override Task WaitBeforeRetryAsync(IExecutionContext executionContext) => Task.Delay(
            options.Pauses.Delay(executionContext.RequestContext.Retries),
            time,
            executionContext.RequestContext.CancellationToken);
    }
}
