namespace Drydock.Clients.Safety;

/// <summary>Names and addresses of hosts in one spelling: ::1 and 0:0:0:0:0:0:0:1 are the same host.</summary>
public static class HostNames
{
    /// <summary>Lower case and without brackets; an IPv6 address in the form of RFC 5952, and one that carries an IPv4
    /// address as that.</summary>
    public static string Normalize(string host)
    {
        var name = host.Trim('[', ']');
        return name.Contains(':', StringComparison.Ordinal)
            && IPAddress.TryParse(name, out var address)
            && address.AddressFamily == AddressFamily.InterNetworkV6
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
            : name.ToLowerInvariant();
    }

    public static bool AreSame(string one, string other) => Normalize(one) == Normalize(other);
}
