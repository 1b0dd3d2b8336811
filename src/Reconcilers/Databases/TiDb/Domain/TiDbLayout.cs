namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Paths, from the spec and tidb-ansible's layout (docs/project/research/tidb.md#tidb-ansible).
/// Pure.</summary>
internal static class TiDbLayout
{
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
            Programs = [.. components.Select(c => ProgramNames.Of(spec, c))],
        };
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
    public static string Format(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public static DateTimeOffset? Parse(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
