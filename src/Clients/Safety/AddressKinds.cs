using System.Net;
using System.Net.Sockets;

namespace Drydock.Clients.Safety;

/// <summary>
/// The addresses that are never a host to upgrade: the operator's own machine, its link, and the metadata services of
/// clouds, which hand credentials to everybody who can connect.
/// </summary>
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

    // Where an IPv6 address carries an IPv4 one, and at which byte: a gateway on the way may deliver to that one.
    private static readonly (IPNetwork Network, int Offset, bool Inverted)[] Carriers =
    [
        (IPNetwork.Parse("::ffff:0:0:0/96"), 12, false),
        (IPNetwork.Parse("::/96"), 12, false),
        (IPNetwork.Parse("64:ff9b::/96"), 12, false),
        (IPNetwork.Parse("2002::/16"), 2, false),
        (IPNetwork.Parse("2001::/32"), 12, true),
    ];

    /// <summary>What kind of address it is, if it is none of a host; null otherwise.</summary>
    public static string? Find(IPAddress address)
    {
        foreach (var form in Forms(address))
        {
            foreach (var (network, kind) in Refused)
            {
                if (network.Contains(form))
                {
                    return kind;
                }
            }
        }

        return null;
    }

    /// <summary>The address, and the IPv4 address that it carries.</summary>
    public static IEnumerable<IPAddress> Forms(IPAddress address)
    {
        yield return address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
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
