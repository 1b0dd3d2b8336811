using Drydock.Clients.Safety;

namespace Drydock.Clients.Ssh;

/// <summary>How ssh is used from here.</summary>
public sealed record SshOptions
{
    /// <summary>Limit for opening a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection that nothing uses is kept for the next command.</summary>
    public TimeSpan KeepConnection { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How much of a command's output and of its errors is kept: the end of each, in bytes.</summary>
    public int MaxOutput { get; init; } = 1 << 20;

    /// <summary>
    /// How much a command may print in all, in bytes, before it is ended: no command of an upgrade prints nearly as
    /// much.
    /// </summary>
    public long MaxTotalOutput { get; init; } = 64L << 20;

    /// <summary>
    /// Directory in which a private directory is made for the socket of the shared connection. Default: the system's
    /// temporary directory.
    /// </summary>
    public string? RuntimeDirectory { get; init; }

    /// <summary>The OpenSSH client, found over PATH unless it is a path.</summary>
    public string SshProgram { get; init; } = "ssh";

    /// <summary>Which addresses are connected to.</summary>
    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
