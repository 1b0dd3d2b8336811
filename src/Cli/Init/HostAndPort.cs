using System.Globalization;

namespace Drydock.Cli.Init;

/// <summary>Addresses as users write them.</summary>
internal static class HostAndPort
{
    /// <summary>HOST or HOST:PORT; an IPv6 address with a port is in brackets.</summary>
    public static (string Host, int Port) Split(string text, int otherwise)
    {
        var colon = text.LastIndexOf(':');
        var isPort = colon > 0
            && (text.IndexOf(':', StringComparison.Ordinal) == colon || text[colon - 1] == ']')
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return isPort
            ? (text[..colon], int.Parse(text[(colon + 1)..], CultureInfo.InvariantCulture))
            : (text, otherwise);
    }
}
