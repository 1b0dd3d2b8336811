namespace Drydock.Clients.Safety;

/// <summary>Which addresses and sockets from manifests the operator connects to. The author of a manifest must not
/// reach, through the operator, what only the operator's pod and machine can reach.</summary>
public sealed class EndpointPolicy : IConnectionFactory
{
    private const int MaxHostCharacters = 255;

    private readonly IReadOnlyList<IPNetwork> _allowed;
    private readonly IPAddress? _apiServer;
    private readonly bool _allowsUnixSockets;
    private readonly bool _everything;

    private EndpointPolicy(
        IReadOnlyList<IPNetwork> allowed, bool allowsUnixSockets, IPAddress? apiServer = null, bool everything = false)
    {
        (_allowed, _apiServer, _everything, _allowsUnixSockets) = (allowed, apiServer, everything, allowsUnixSockets);
    }

    /// <summary>Refuses Unix sockets, and loopback, link-local, unspecified, multicast and reserved addresses, and the
    /// metadata services of clouds.</summary>
    public static EndpointPolicy Default { get; } = new([], allowsUnixSockets: false);

    public static EndpointPolicy Unrestricted { get; } = new([], allowsUnixSockets: true, everything: true);

    /// <summary>The default policy, with exceptions.</summary>
    /// <param name="allowedAddresses">Addresses or networks (<c>127.0.0.1</c>, <c>10.0.0.0/8</c>) that may be connected
    /// to, of any kind.</param>
    /// <param name="apiServer">The address of the Kubernetes API server in the cluster, which is refused too; null if
    /// it is not known.</param>
    /// <exception cref="FormatException">An address cannot be read.</exception>
    public static EndpointPolicy Create(
        IEnumerable<string> allowedAddresses, bool allowUnixSockets, string? apiServer = null) => new(
            [.. allowedAddresses.Select(Network)],
            allowUnixSockets,
            IPAddress.TryParse(apiServer, out var known) ? known : null);

    public static IPNetwork Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        return IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : throw new FormatException(
                $"'{text}' is neither an address nor a network. Write an address or a network such as `127.0.0.1/32` "
                    + "or `fd00::/8`.");
    }

    public string? Refusal(IPAddress address)
    {
        if (_everything || AddressKinds.Forms(address).Any(form => _allowed.Any(network => network.Contains(form))))
        {
            return null;
        }

        return AddressKinds.Forms(address).Any(form => form.Equals(_apiServer))
            ? "the Kubernetes API server"
            : AddressKinds.Find(address);
    }

    /// <summary>Refuses a Unix socket unless Unix sockets are allowed.</summary>
    /// <exception cref="EndpointRefusedException">Unix sockets are not allowed.</exception>
    public void EnsureUnixSocket(string endpoint)
    {
        if (!_allowsUnixSockets)
        {
            throw new EndpointRefusedException(
                $"{endpoint}: Unix sockets are sockets of the operator's own pod, so they are refused. "
                    + "Use ssh:// or tcp://. To allow the operator's own sockets, "
                + "an administrator starts the operator with `--allow-unix-endpoints`.");
        }
    }

    /// <summary>Checks a host that a program resolves itself (ssh, the database client). All of its addresses must be
    /// allowed, because the program may use any.</summary>
    /// <exception cref="EndpointRefusedException">An address is refused.</exception>
    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    public async Task CheckAsync(string host, CancellationToken cancellationToken)
    {
        if (!_everything)
        {
            await ResolveAsync(host, cancellationToken);
        }
    }

    /// <summary>Connects a socket to a host, using exactly the addresses that were checked.</summary>
    /// <exception cref="EndpointRefusedException">An address is refused.</exception>
    /// <exception cref="SocketException">The name cannot be resolved, or no address can be connected to.</exception>
    public async Task ConnectAsync(Socket socket, string host, int port, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(host, cancellationToken);
        await socket.ConnectAsync(addresses, port, cancellationToken);
    }

    /// <summary>Connections for a <see cref="SocketsHttpHandler"/>.</summary>
    /// <exception cref="EndpointRefusedException">An address is refused.</exception>
    /// <exception cref="SocketException">The name cannot be resolved, or no address can be connected to.</exception>
    public async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        return await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
    }

    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await ConnectAsync(socket, host, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        if (IPAddress.TryParse(host.Trim('[', ']'), out var written))
        {
            addresses = [written];
        }
        else if (host.Length is 0 or > MaxHostCharacters)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }
        else
        {
            addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        }

        foreach (var address in addresses)
        {
            if (Refusal(address) is { } kind)
            {
                throw new EndpointRefusedException(Text(host, address, kind));
            }
        }

        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }

    private static string Text(string host, IPAddress address, string kind)
    {
        var name = string.Equals(host.Trim('[', ']'), address.ToString(), StringComparison.OrdinalIgnoreCase)
            ? $"{address}"
            : $"{host} has the address {address}, which";
        var prefix = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return $"{name} is refused ({kind}). Name an address of the host itself. "
            + $"If this address is intended, an administrator starts the operator with `--allow-address "
            + $"{address}/{prefix}`.";
    }
}

/// <summary>The addresses that are never a host to upgrade: the operator's own machine, its link, and the metadata
/// services of clouds, which give credentials to everybody who can connect.</summary>
internal static class AddressKinds
{
    private const int IPv4Bytes = 4;

    private static readonly (IPNetwork Network, string Kind)[] Refused =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "unspecified"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local; cloud metadata services listen there"),
        (IPNetwork.Parse("100.100.100.200/32"), "the metadata service of Alibaba Cloud"),
        (IPNetwork.Parse("168.63.129.16/32"), "the platform service of Azure"),
        (IPNetwork.Parse("192.0.0.192/32"), "the metadata service of Oracle Cloud"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
        (IPNetwork.Parse("::/128"), "unspecified"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
        (IPNetwork.Parse("fd00:ec2::/32"), "the metadata service of AWS"),
        (IPNetwork.Parse("fd20:ce::254/128"), "the metadata service of Google Cloud"),
    ];

    // Where an IPv6 address carries an IPv4 one, and at which byte: a gateway may deliver to that one.
    private static readonly (IPNetwork Network, int Offset, bool Inverted)[] Carriers =
    [
        (IPNetwork.Parse("::ffff:0:0:0/96"), 12, false),
        (IPNetwork.Parse("::/96"), 12, false),
        (IPNetwork.Parse("64:ff9b::/96"), 12, false),
        (IPNetwork.Parse("2002::/16"), 2, false),
        (IPNetwork.Parse("2001::/32"), 12, true),
    ];

    public static string? Find(IPAddress address) => Forms(address)
        .SelectMany(form => Refused.Where(refused => refused.Network.Contains(form)))
        .Select(refused => refused.Kind)
        .FirstOrDefault();

    /// <summary>The address, and the IPv4 address that it contains.</summary>
    public static IEnumerable<IPAddress> Forms(IPAddress address)
    {
        yield return address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0
            ? new IPAddress(address.GetAddressBytes())
            : address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            yield break;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            yield return address.MapToIPv4();
            yield break;
        }

        var bytes = address.GetAddressBytes();
        foreach (var (network, offset, inverted) in Carriers)
        {
            if (network.Contains(new IPAddress(bytes)))
            {
                var carried = bytes.AsSpan(offset, IPv4Bytes).ToArray();
                if (inverted)
                {
                    carried = Array.ConvertAll(carried, b => (byte)~b);
                }

                yield return new IPAddress(carried);
            }
        }
    }
}

/// <summary>The operator refuses to connect to an address from a manifest (see <see cref="EndpointPolicy"/>). Nothing
/// was sent there.</summary>
public sealed class EndpointRefusedException(string message) : Exception(message)
{
    /// <summary>The refusal inside an exception, or null: HTTP handlers wrap what their connections throw.</summary>
    public static EndpointRefusedException? In(Exception? exception) => exception is null
        ? null
        : exception as EndpointRefusedException ?? In(exception.InnerException);
}
