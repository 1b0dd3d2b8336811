namespace Drydock.Clients.Snapshots;

/// <summary>Where an S3-compatible storage is and how it is reached. A class and not a record, because its text must
/// never contain the keys.</summary>
public sealed class S3StorageOptions
{
    public required Uri Endpoint { get; init; }

    public required string Bucket { get; init; }

    /// <summary>Prefix below which everything is kept, without slashes at its ends; empty for none.</summary>
    public string Prefix { get; init => field = (value ?? "").Trim('/'); } = "";

    public string Region { get; init; } = "us-east-1";

    /// <summary>True puts the bucket into the path, false into the host name.</summary>
    public bool PathStyle { get; init; } = true;

    public required string AccessKey { get; init; }

    public required string SecretKey { get; init; }

    public string? SessionToken { get; init; }

    public string? CertificateAuthority { get; init; }

    /// <summary>Bytes of the first parts of an upload, at least 5 MiB (S3's least); later ones are up to four times as
    /// long. One or two parts are held in memory for each object that is written, all of them together within one
    /// budget of the process.</summary>
    public int PartBytes { get; init; } = 8 << 20;

    public int Retries { get; init; } = 9;

    /// <summary>The pause before the first retry; each further one is twice as long, up to
    /// <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one request may take until its answer begins; a part must be sent in this time.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a read may stall before it is restarted at the same position.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;

    public override string ToString() =>
        $"s3 {Endpoint.ToString().TrimEnd('/')}/{Bucket}{(Prefix.Length > 0 ? "/" + Prefix : "")}";
}
