using Drydock.Clients.Safety;

namespace Drydock.Clients.Docker;

/// <summary>
/// Time limits and retries of a client. Streams have no total limit; a silent one is checked by a ping instead.
/// </summary>
public sealed record DockerClientOptions
{
    /// <summary>
    /// Limit for opening a connection (tcp, TLS handshake, or the ssh login); twice as long through a jump host.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for one short call. Stopping a container adds its grace to it.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a stream (events, pull, load, logs, wait, attached exec) may be silent before the engine is pinged on
    /// another connection. A failed ping ends the stream with <see cref="DockerUnreachableException"/>.
    /// </summary>
    public TimeSpan StreamIdleProbe { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a failed idempotent read is repeated (0: never). Only reads are repeated, only after transient
    /// failures.
    /// </summary>
    public int ReadRetries { get; init; } = 2;

    /// <summary>The base of the exponential back-off between repeated reads; jitter is added.</summary>
    public TimeSpan ReadRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The OpenSSH client, found over PATH unless it is a path.</summary>
    public string SshProgram { get; init; } = "ssh";

    /// <summary>Which addresses and sockets are connected to.</summary>
    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
