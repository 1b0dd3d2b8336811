namespace Drydock.Cli.Init;

/// <summary>Addresses as users write them.</summary>
internal static class HostAndPort
{
    /// <summary>Whether a connection can be made to it.</summary>
    public static bool IsAddress(string text)
    {
        var (host, port) = Split(text, 1);
        return host is not ("::" or "0.0.0.0") && port is > 0 and <= ushort.MaxValue
            && Uri.CheckHostName(host) != UriHostNameType.Unknown;
    }

    /// <summary>HOST or HOST:PORT. An IPv6 address with a port is in brackets; the host has none.</summary>
    public static (string Host, int Port) Split(string text, int otherwise)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
            && (text.IndexOf(':', StringComparison.Ordinal) == colon || text[colon - 1] == ']')
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (Host(text[..colon]), port)
            : (Host(text), otherwise);
    }

    public static string Join(string host, int port) =>
        $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}";

    /// <summary>The address as spec.discoverFrom takes it: an IPv6 address has no brackets and no port there.</summary>
    /// <param name="usual">The port that is used without one.</param>
    /// <exception cref="CliException">It is an IPv6 address with another port.</exception>
    public static string Seed(string text, int usual)
    {
        var (host, port) = Split(text, usual);
        return !host.Contains(':', StringComparison.Ordinal) ? text
            : port == usual ? host
            : throw new CliException(
                $"spec.discoverFrom cannot have an IPv6 address with a port: {text}. Use the name of the host instead "
                    + "of its address.");
    }

    private static string Host(string text) => text is ['[', .. var inner, ']'] ? inner : text;
}
