using System.Globalization;
using Drydock.Clients.Safety;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Host and port. Hosts compare without regard to case and to the spelling of IPv6 addresses.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Port.</param>
internal readonly record struct ServiceAddress(string Host, int Port)
{
    /// <summary>Reads HOST:PORT; an IPv6 address is in brackets, or bare before the last colon.</summary>
    public static bool TryParse(string? text, out ServiceAddress address)
    {
        address = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
        {
            return false;
        }

        address = new ServiceAddress(text![..colon].Trim('[', ']'), port);
        return true;
    }

    public bool Equals(ServiceAddress other) =>
        Port == other.Port && HostNames.AreSame(Host ?? "", other.Host ?? "");

    public override int GetHashCode() =>
        HashCode.Combine(Port, HostNames.Normalize(Host ?? ""));

    /// <summary>HOST:PORT.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
