namespace Drydock.Clients.Docker;

/// <summary>Where a Docker Engine is and how it is reached. Two endpoints with the same content are equal, so clients
/// can be kept by endpoint.</summary>
public sealed record DockerEndpoint
{
    /// <summary>Absolute: <c>unix:///path/docker.sock</c>, <c>tcp://host:2376</c> or
    /// <c>ssh://user@host[:port][/path/docker.sock]</c>.</summary>
    public required Uri Uri { get; init; }

    /// <summary>Mutual TLS for tcp; required unless <see cref="Insecure"/>.</summary>
    public DockerTlsMaterial? Tls { get; init; }

    public SshMaterial? Ssh { get; init; }

    public SshJump? Jump { get; init; }

    /// <summary>Whether docker runs as root on an ssh host, through <c>sudo -n</c>.</summary>
    public bool AsRoot { get; init; }

    /// <summary>Permits tcp without TLS: everybody on the network path is then root on the host. It must be set
    /// explicitly.</summary>
    public bool Insecure { get; init; }

    /// <summary>The address as it may be shown: without a password.</summary>
    public string DisplayName
    {
        get
        {
            if (Uri.Scheme == "unix")
            {
                return $"unix://{Uri.UnescapeDataString(Uri.AbsolutePath)}";
            }

            var user = Uri.UserInfo.Split(':', 2)[0];
            var authority = Uri.IsDefaultPort || Uri.Port < 0 ? Uri.Host : $"{Uri.Host}:{Uri.Port}";
            var path = Uri.AbsolutePath is "/" ? "" : Uri.UnescapeDataString(Uri.AbsolutePath);
            return $"{Uri.Scheme}://{(user.Length == 0 ? "" : $"{user}@")}{authority}{path}";
        }
    }

    public static DockerEndpoint Parse(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri)
        ? new DockerEndpoint { Uri = uri }
        : throw new DockerEndpointException(
            $"endpoint: '{address}' is not an address. "
                + "Write `unix:///path`, `tcp://host:2376` or `ssh://user@host[:port]`.");

    public override string ToString() => DisplayName;
}
