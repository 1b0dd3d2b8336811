namespace Drydock.Reconcilers.Databases;

/// <summary>Where a process listens. Hosts compare without regard to case and to the spelling of IPv6
/// addresses.</summary>
/// <param name="Host">Name or address, as the spec or the cluster has it.</param>
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

    public bool Is(string? address) => TryParse(address, out var other) && Equals(other);

    /// <summary>Whether one of the URLs that the cluster reports (http://HOST:PORT) is this one's.</summary>
    public bool IsAmong(IEnumerable<string> urls)
    {
        var own = this;
        return urls.Any(url => own.Is(OfUrl(url)));
    }

    public static string OfUrl(string url)
    {
        var begin = url.IndexOf("://", StringComparison.Ordinal);
        return (begin < 0 ? url : url[(begin + 3)..]).TrimEnd('/');
    }

    public bool Equals(ServiceAddress other) =>
        Port == other.Port && HostNames.AreSame(Host ?? "", other.Host ?? "");

    public override int GetHashCode() =>
        HashCode.Combine(Port, HostNames.Normalize(Host ?? ""));

    /// <summary>HOST:PORT, as the cluster itself writes addresses; an IPv6 address in brackets.</summary>
    public override string ToString() =>
        $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}

/// <summary>The processes of a spec and where they listen. Pure.</summary>
internal static class SpecAddresses
{
    public static IEnumerable<DatabaseInstance> Of(this DatabaseRollingUpgradeSpec spec, DatabaseComponent component) =>
        spec.Instances.Where(i => i.Component == component);

    public static ServiceAddress Service(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        new(instance.Host, DefaultPorts.Service(spec, instance));

    public static ServiceAddress Status(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        new(instance.Host, DefaultPorts.Status(spec, instance));
}
