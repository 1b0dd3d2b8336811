namespace Drydock.Clients.Snapshots;

/// <summary>Where an S3-compatible storage is and how it is reached. A class and not a record, because its text must
/// never contain the keys.</summary>
public sealed class S3StorageOptions
{
    internal const int TimedBytes = 8 << 20;

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

    /// <summary>Bytes of a part of an upload, at least 5 MiB (S3's least). One part is held in memory for each object
    /// that is written.</summary>
    public int PartBytes { get; init; } = S3PartSizes.Upload;

    public int Retries { get; init; } = 9;

    public Backoff Pauses { get; init; } =
        new() { First = TimeSpan.FromMilliseconds(250), Max = TimeSpan.FromSeconds(15) };

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one request may take until its answer begins, and as long again for each
    /// <see cref="TimedBytes"/> that are sent.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a read may stall before it is restarted at the same position.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;

    public override string ToString() =>
        $"s3 {Endpoint.ToString().TrimEnd('/')}/{Bucket}{(Prefix.Length > 0 ? "/" + Prefix : "")}";
}

/// <summary>The part sizes of uploads: S3 accepts 10,000 parts.</summary>
internal static class S3PartSizes
{
    internal const int MaxParts = 10_000;

    /// <summary>Bytes that the SDK's transfer reads at a time.</summary>
    internal const int Piece = 128 << 10;

    /// <summary>Bytes of a part of a stream of unknown length: 10,000 are 311 GiB. With one piece it takes 32 MiB of
    /// memory, which the pool of arrays does not round up.</summary>
    internal const int Upload = (32 << 20) - Piece;

    internal static long OfCopy(long length)
    {
        const long Usual = 128L << 20;
        return Math.Max(Usual, (length + MaxParts - 1) / MaxParts);
    }
}
