namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Options that fit the lab's server.</summary>
internal static class S3Settings
{
    /// <summary>The smallest parts S3 knows and short pauses.</summary>
    internal static S3StorageOptions Options(
        this S3Server server, string bucket, Uri? endpoint = null, string prefix = "drydock/test", S3Keys? keys = null,
        int retries = 8, TimeSpan? timeout = null) =>
        new()
        {
            Endpoints = EndpointPolicy.Unrestricted,
            Endpoint = endpoint ?? server.Endpoint,
            Bucket = bucket,
            Prefix = prefix,
            AccessKey = (keys ?? server.Keys).AccessKey,
            SecretKey = (keys ?? server.Keys).SecretKey,
            CertificateAuthority = server.Authority,
            PartBytes = 5 << 20,
            Retries = retries,
            Pauses = new() { First = TimeSpan.FromMilliseconds(20), Max = TimeSpan.FromMilliseconds(200) },
            RequestTimeout = timeout ?? TimeSpan.FromSeconds(60),
            IdleTimeout = timeout ?? TimeSpan.FromSeconds(60),
        };
}
