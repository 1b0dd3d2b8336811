using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace Drydock.Clients.Safety;

/// <summary>
/// Which addresses and sockets the operator connects to because a manifest names them. Whoever writes a manifest must
/// not reach, through the operator, what only the operator's pod and machine can reach.
/// </summary>
public sealed class EndpointPolicy
{
    private const int MaxHostCharacters = 255;

    private readonly IReadOnlyList<IPNetwork> _allowed;
    private readonly IReadOnlyList<IPAddress> _apiServers;
    private readonly bool _everything;

    private EndpointPolicy(
        IReadOnlyList<IPNetwork> allowed, bool allowsUnixSockets, IReadOnlyList<IPAddress> apiServers, bool everything)
    {
        _allowed = allowed;
        _apiServers = apiServers;
        _everything = everything;
        AllowsUnixSockets = allowsUnixSockets;
    }

    /// <summary>
    /// Refuses Unix sockets, and loopback, link-local, unspecified, multicast and reserved addresses, and the metadata
    /// services of clouds.
    /// </summary>
    public static EndpointPolicy Default { get; } = new([], allowsUnixSockets: false, [], everything: false);

    /// <summary>Refuses nothing and resolves nothing: for programs that take no manifests of others.</summary>
    public static EndpointPolicy Unrestricted { get; } = new([], allowsUnixSockets: true, [], everything: true);

    /// <summary>Whether <c>unix://</c> endpoints may be used.</summary>
    public bool AllowsUnixSockets { get; }

    /// <summary>The default policy, with exceptions.</summary>
    /// <param name="allowedAddresses">Addresses or networks (<c>127.0.0.1</c>, <c>10.0.0.0/8</c>) that may be connected
    /// to, whatever they are.</param>
    /// <param name="allowUnixSockets">Whether Unix sockets may be used.</param>
    /// <param name="apiServer">The address of the Kubernetes API server in the cluster, which is refused too; null if
    /// it is not known.</param>
    /// <exception cref="FormatException">An address cannot be read.</exception>
    public static EndpointPolicy Create(
        IEnumerable<string> allowedAddresses, bool allowUnixSockets, string? apiServer = null)
    {
        ArgumentNullException.ThrowIfNull(allowedAddresses);
        IReadOnlyList<IPAddress> apiServers = IPAddress.TryParse(apiServer, out var known) ? [known] : [];
        return new EndpointPolicy([.. allowedAddresses.Select(Network)], allowUnixSockets, apiServers, everything: false);
    }

    /// <summary>Reads an address or a network in CIDR notation.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static IPNetwork Network(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        return IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : throw new FormatException($"'{text}' is neither an address nor a network; write 127.0.0.1/32 or fd00::/8.");
    }

    /// <summary>Why an address is not connected to; null if it may be.</summary>
    public string? Refusal(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_everything || AddressKinds.Forms(address).Any(form => _allowed.Any(network => network.Contains(form))))
        {
            return null;
        }

        return AddressKinds.Forms(address).Any(form => _apiServers.Contains(form)) ? "the Kubernetes API server" : AddressKinds.Find(address);
    }

    /// <summary>Refuses a Unix socket unless they are allowed.</summary>
    /// <param name="endpoint">The endpoint as it is written.</param>
    /// <exception cref="EndpointRefusedException">They are not allowed.</exception>
    public void EnsureUnixSocket(string endpoint)
    {
        if (!AllowsUnixSockets)
        {
            throw new EndpointRefusedException(
                $"{endpoint}: Unix sockets are sockets of the operator's own pod, so they are refused. Use ssh:// or tcp://. If the operator is meant to use its own sockets, "
                + "an administrator starts it with `--allow-unix-endpoints`.");
        }
    }

    /// <summary>
    /// Checks a host that a program resolves again for itself (ssh, the database client). All of its addresses must be
    /// allowed, because the program may use any.
    /// </summary>
    /// <exception cref="EndpointRefusedException">An address is refused.</exception>
    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    public async Task CheckAsync(string host, CancellationToken cancellationToken)
    {
        if (!_everything)
        {
            await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Connects a socket to a host; the addresses that are checked are the ones that are connected to.
    /// </summary>
    /// <exception cref="EndpointRefusedException">An address is refused.</exception>
    /// <exception cref="SocketException">The name cannot be resolved, or nothing can be connected to.</exception>
    public async Task ConnectAsync(Socket socket, string host, int port, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var addresses = await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        await socket.ConnectAsync(addresses, port, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Connections for a <see cref="SocketsHttpHandler"/>.</summary>
    /// <exception cref="EndpointRefusedException">An address is refused.</exception>
    /// <exception cref="SocketException">The name cannot be resolved, or nothing can be connected to.</exception>
    public async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await ConnectAsync(socket, context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
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
        ArgumentNullException.ThrowIfNull(host);
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
            addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        }

        foreach (var address in addresses)
        {
            if (Refusal(address) is { } kind)
            {
                throw new EndpointRefusedException(Text(host, address, kind), address);
            }
        }

        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }

    private static string Text(string host, IPAddress address, string kind)
    {
        var name = string.Equals(host.Trim('[', ']'), address.ToString(), StringComparison.OrdinalIgnoreCase) ? $"{address}" : $"{host} has the address {address}, which";
        var prefix = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} is refused ({kind}). Name an address of the host itself. If this address is meant, an administrator starts the operator with `--allow-address {address}/{prefix}`.");
    }
}
