using System.Net.Sockets;
using Amazon.S3;
using Amazon.S3.Model;

namespace Drydock.Tests.Integration.Clients.Snapshots;

public sealed class S3AccessTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Certificate_of_unknown_authority_is_refused_with_ca_advice()
    {
        var server = await lab.S3ServerAsync();
        var bucket = await server.NewBucketAsync(Token);
        using var stranger = new LabCertificateAuthority("somebody else");
        foreach (var authority in new[] { null, stranger.CertificatePem })
        {
            var message = await MessageAsync(server.Options(bucket), authority);
            message.ShouldContain("TLS certificate");
            message.ShouldContain("ca.crt");
        }

        using var trusting = new S3SnapshotStorage(server.Options(bucket));
        (await trusting.EnsureMarkAsync(Token)).StorageId.ShouldNotBeEmpty();
        Should.Throw<SnapshotException>(() => new S3SnapshotStorage(
            Copy(server.Options(bucket), "no certificate at all"))).Failure.ShouldBe(SnapshotFailure.InvalidRequest);
    }

    [Fact]
    public async Task Wrong_S3_keys_are_named_and_hidden()
    {
        const string Canary = "canary-not-a-real-secret";
        var server = await lab.S3ServerAsync();
        var bucket = await server.NewBucketAsync(Token);
        var unknown = await MessageAsync(server.Options(bucket, keys: new S3Keys("CANARYACCESSKEY", Canary)));
        unknown.ShouldContain("InvalidAccessKeyId");
        unknown.ShouldContain("correct accessKey");
        var wrong = await MessageAsync(server.Options(bucket, keys: server.Keys with { SecretKey = Canary }));
        wrong.ShouldContain("SignatureDoesNotMatch");
        wrong.ShouldContain("correct secretKey");
        (unknown + wrong).ShouldNotContain(Canary);
        (unknown + wrong).ShouldNotContain(server.Keys.AccessKey);
        server.Options(bucket).ToString().ShouldNotContain(server.Keys.SecretKey);
    }

    [Fact]
    public async Task Foreign_bucket_is_refused_with_required_rights()
    {
        var server = await lab.S3ServerAsync();
        var bucket = await server.NewBucketAsync(Token);
        var keys = await server.NewUserAsync(LabFixture.UniqueName("guest"), Token);
        var message = await MessageAsync(server.Options(bucket, keys: keys));
        message.ShouldContain("403");
        message.ShouldContain("s3:AbortMultipartUpload");
    }

    [Fact]
    public async Task Missing_bucket_is_reported_as_missing()
    {
        var server = await lab.S3ServerAsync();
        using var storage = new S3SnapshotStorage(server.Options("no-such-bucket"));
        (await MessageAsync(storage)).ShouldContain("create it");
        (await Should.ThrowAsync<SnapshotException>(() => storage.ReadMarkAsync(Token))).Message
            .ShouldContain("NoSuchBucket");
        (await Should.ThrowAsync<SnapshotException>(() => storage.ListAsync("", Token))).Message
            .ShouldContain("no-such-bucket");
    }

    [Fact]
    public async Task Refused_connection_and_timeout_are_told_apart()
    {
        var server = await lab.S3ServerAsync();
        var bucket = await server.NewBucketAsync(Token);
        await using var proxy = new S3FaultProxy(await lab.RunAsync(), server);
        using var impatient = new S3SnapshotStorage(
            server.Options(bucket, proxy.Endpoint, retries: 1, timeout: TimeSpan.FromMilliseconds(300)));
        proxy.Freeze();
        (await MessageAsync(impatient)).ShouldContain("no answer within 0.3 s");
        proxy.Thaw();
        proxy.Refuse();
        (await MessageAsync(impatient)).ShouldContain(proxy.Endpoint.Authority);
        proxy.Accept();
        using var nobody = new S3SnapshotStorage(
            server.Options(bucket, new UriBuilder(server.Endpoint) { Port = 9 }.Uri, retries: 1));
        (await MessageAsync(nobody)).ShouldContain("no connection to");
    }

    [Fact]
    public async Task Bucket_url_follows_path_style_and_plain_http_works()
    {
        var server = await lab.S3ServerAsync();
        var bucket = await server.NewBucketAsync(Token);
        using var plain = new S3SnapshotStorage(server.Options(bucket, server.PlainEndpoint));
        (await plain.EnsureMarkAsync(Token)).StorageId.ShouldNotBeEmpty();
        Url(pathStyle: true).ShouldStartWith("https://s3.lab:9000/my-bucket/key?");
        Url(pathStyle: false).ShouldStartWith("https://my-bucket.s3.lab:9000/key?");
        Url(pathStyle: true, token: "not-a-real-token").ShouldContain("X-Amz-Security-Token=not-a-real-token");
        Url(pathStyle: true).ShouldContain("eu-lab-7");
    }

    [Theory]
    [InlineData("NoSuchBucket", 404, "create it")]
    [InlineData("AccessDenied", 403, "s3:PutObject")]
    [InlineData("InvalidAccessKeyId", 403, "accessKey in the Secret")]
    [InlineData("SignatureDoesNotMatch", 403, "secretKey in the Secret")]
    [InlineData("ExpiredToken", 400, "sessionToken")]
    [InlineData("RequestTimeTooSkewed", 403, "NTP")]
    [InlineData("SlowDown", 503, "overloaded")]
    [InlineData("QuotaExceeded", 403, "raise the quota")]
    [InlineData("PermanentRedirect", 301, "region")]
    public void S3_error_has_advice_and_hides_keys(string code, int status, string wayOut)
    {
        var options = new S3StorageOptions
        {
            Endpoint = new Uri("https://s3.lab:9000"),
            Bucket = "my-bucket",
            AccessKey = "canary-access",
            SecretKey = "canary-secret"
        };
        var error = S3Errors.Describe(options, "write", "a/b", new AmazonS3Exception(
            "canary-access was refused: canary-secret")
        {
            ErrorCode = code,
            StatusCode = (System.Net.HttpStatusCode)status
        });
        error.Message.ShouldStartWith("Cannot write 'a/b' in s3 https://s3.lab:9000/my-bucket: ");
        error.Message.ShouldContain(code);
        error.Message.ShouldContain(wayOut);
        error.Message.ShouldNotContain("canary");
    }

    [Fact]
    public void Network_error_is_a_transient_storage_error()
    {
        var options = new S3StorageOptions
        {
            Endpoint = new Uri("https://s3.lab:9000"),
            Bucket = "my-bucket",
            AccessKey = "not-a-real-key",
            SecretKey = "not-a-real-secret"
        };
        var error = new SocketException((int)SocketError.ConnectionRefused);
        S3Errors.IsStorageError(error).ShouldBeTrue();
        S3Errors.IsTransient(error).ShouldBeTrue();
        S3Errors.Describe(options, "write", "a/b", error).Message.ShouldContain("no connection to s3.lab:9000");
    }

    [Fact]
    public void Copy_has_at_most_ten_thousand_parts()
    {
        S3PartSizes.OfCopy(5L << 40).ShouldBeLessThanOrEqualTo(5L << 30);
        ((5L << 40) / S3PartSizes.OfCopy(5L << 40)).ShouldBeLessThanOrEqualTo(S3PartSizes.MaxParts);
    }

    private static string Url(bool pathStyle, string? token = null)
    {
        using var client = new S3Client(new S3StorageOptions
        {
            Endpoints = EndpointPolicy.Unrestricted,
            Endpoint = new Uri("https://s3.lab:9000"),
            Bucket = "my-bucket",
            Region = "eu-lab-7",
            PathStyle = pathStyle,
            AccessKey = "not-a-real-key",
            SecretKey = "not-a-real-secret",
            SessionToken = token,
        }, TimeProvider.System);
        return client.GetPreSignedURL(new GetPreSignedUrlRequest
        {
            BucketName = "my-bucket",
            Key = "key",
            Expires = TimeProvider.System.GetUtcNow().AddHours(1).UtcDateTime
        });
    }

    private static async Task<string> MessageAsync(S3SnapshotStorage storage)
    {
        var error = await Should.ThrowAsync<SnapshotException>(() => storage.EnsureMarkAsync(Token));
        error.Failure.ShouldBe(SnapshotFailure.StorageUnusable);
        return error.Message;
    }

    private static Task<string> MessageAsync(S3StorageOptions options) =>
        MessageAsync(options, options.CertificateAuthority);

    private static async Task<string> MessageAsync(S3StorageOptions options, string? authority)
    {
        using var storage = new S3SnapshotStorage(Copy(options, authority));
        return await MessageAsync(storage);
    }

    private static S3StorageOptions Copy(S3StorageOptions options, string? authority) => new()
    {
        Endpoints = options.Endpoints,
        Endpoint = options.Endpoint,
        Bucket = options.Bucket,
        AccessKey = options.AccessKey,
        SecretKey = options.SecretKey,
        CertificateAuthority = authority,
        Retries = 1,
        Pauses = new() { First = TimeSpan.FromMilliseconds(10) },
    };
}
