using System.Security.Cryptography;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Paths and ports, from the spec and tidb-ansible's layout (docs/research/tidb.md#tidb-ansible).
/// Pure.</summary>
internal static class TiDbLayout
{
    public static IEnumerable<DatabaseInstance> Of(this DatabaseRollingUpgradeSpec spec, DatabaseComponent component) =>
        spec.Instances.Where(i => i.Component == component);

    public static Endpoint Service(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        new(instance.Host, DefaultPorts.Service(spec, instance));

    public static Endpoint Status(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        new(instance.Host, DefaultPorts.Status(spec, instance));

    public static string ConfigFile(DatabaseInstance instance) =>
        instance.ConfigFile
            ?? $"{instance.DeployDir.TrimEnd('/')}/conf/{instance.Component.ToString().ToLowerInvariant()}.toml";

    public static string StartScript(DatabaseInstance instance) =>
        $"{instance.DeployDir.TrimEnd('/')}/scripts/run_{instance.Component.ToString().ToLowerInvariant()}.sh";

    public static string NewConfigFile(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        $"{ConfigFile(instance)}.{TiDbVersion.Plain(spec.ToVersion)}";

    public static string FormerConfigFile(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        $"{ConfigFile(instance)}.{TiDbVersion.Plain(spec.FromVersion)}";

    public static string NewProgram(this DatabaseRollingUpgradeSpec spec, string program) =>
        $"{spec.Package.Directory.TrimEnd('/')}/bin/{program}";

    public static PackageRequest Package(this DatabaseRollingUpgradeSpec spec, string host)
    {
        var components = spec.Instances.Where(i => i.Host == host).Select(i => i.Component).Distinct().Order().ToList();
        return new PackageRequest
        {
            Package = spec.Package,
            Components = components,
            Programs = [.. components.Select(TiDbComponents.Program)],
        };
    }
}

/// <summary>Where a process listens.</summary>
/// <param name="Host">Name or address, as the spec has it.</param>
internal sealed record Endpoint(string Host, int Port)
{
    /// <summary>HOST:PORT, as the cluster itself writes addresses; an IPv6 address in brackets.</summary>
    public override string ToString() =>
        $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";

    public bool IsAddress(string? address)
    {
        var colon = address?.LastIndexOf(':') ?? -1;
        return colon > 0
            && address![(colon + 1)..] == Port.ToString(CultureInfo.InvariantCulture)
            && HostNames.AreSame(Host, address[..colon]);
    }

    /// <summary>Whether one of the URLs that the cluster reports (http://HOST:PORT) is this one's.</summary>
    public bool IsAmong(IEnumerable<string> urls) => urls.Any(url => IsAddress(AddressOf(url)));

    public static string AddressOf(string url)
    {
        var begin = url.IndexOf("://", StringComparison.Ordinal);
        return (begin < 0 ? url : url[(begin + 3)..]).TrimEnd('/');
    }
}

/// <summary>Checksums of texts.</summary>
internal static class ContentHash
{
    public const int ShortLength = 16;

    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Short(string text) => Of(text)[..ShortLength];
}

/// <summary>Points in time in receipts: seconds since 1970, because the status has to hold hundreds of them.</summary>
internal static class Timestamps
{
    public static string Text(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public static DateTimeOffset? Parse(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
