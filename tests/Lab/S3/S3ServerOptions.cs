namespace Drydock.Lab;

/// <summary>Settings of an S3 server.</summary>
public sealed record S3ServerOptions
{
    /// <summary>Name of the server and its network namespace: short, unique within the run.</summary>
    public string Name { get; init; } = "s3";

    /// <summary>TCP port with TLS.</summary>
    public int TlsPort { get; init; } = 443;

    /// <summary>TCP port without TLS.</summary>
    public int PlainPort { get; init; } = 80;

    /// <summary>Its capacity in bytes, in memory.</summary>
    public long Bytes { get; init; } = 8L << 30;
}
