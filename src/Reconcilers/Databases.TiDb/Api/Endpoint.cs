using System.Globalization;
using Drydock.Clients.Safety;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Where a process listens.</summary>
/// <param name="Host">Name or address, as the spec has it.</param>
/// <param name="Port">Its port.</param>
internal sealed record Endpoint(string Host, int Port)
{
    /// <summary>HOST:PORT, as the cluster itself writes addresses; an IPv6 address in brackets.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    /// <summary>Whether an address that the cluster reports (HOST:PORT) is this one.</summary>
    public bool IsAddress(string? address)
    {
        var colon = address?.LastIndexOf(':') ?? -1;
        return colon > 0
            && address![(colon + 1)..] == Port.ToString(CultureInfo.InvariantCulture)
            && HostNames.AreSame(Host, address[..colon]);
    }

    /// <summary>Whether one of the URLs that the cluster reports (http://HOST:PORT) is this one's.</summary>
    public bool IsAmong(IEnumerable<string> urls) => urls.Any(url => IsAddress(AddressOf(url)));

    /// <summary>HOST:PORT of a URL.</summary>
    public static string AddressOf(string url)
    {
        var begin = url.IndexOf("://", StringComparison.Ordinal);
        return (begin < 0 ? url : url[(begin + 3)..]).TrimEnd('/');
    }
}
