namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Paths and ports, from the spec and tidb-ansible's layout (docs/research/tidb.md#tidb-ansible).
/// Pure.</summary>
internal static class TiDbLayout
{
    public static string Program(DatabaseComponent component) => component switch
    {
        DatabaseComponent.PD => "pd-server",
        DatabaseComponent.TiKV => "tikv-server",
        DatabaseComponent.TiDB => "tidb-server",
        DatabaseComponent.Pump => "pump",
        DatabaseComponent.Drainer => "drainer",
        _ => throw new ArgumentOutOfRangeException(nameof(component), component, "no component of TiDB"),
    };

    public static string Phase(DatabaseComponent component) => component switch
    {
        DatabaseComponent.PD => DatabaseRollingUpgradePhases.UpgradePD,
        DatabaseComponent.TiKV => DatabaseRollingUpgradePhases.UpgradeTiKV,
        DatabaseComponent.TiDB => DatabaseRollingUpgradePhases.UpgradeTiDB,
        DatabaseComponent.Pump => DatabaseRollingUpgradePhases.UpgradePump,
        DatabaseComponent.Drainer => DatabaseRollingUpgradePhases.UpgradeDrainer,
        _ => throw new ArgumentOutOfRangeException(nameof(component), component, "no component of TiDB"),
    };

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
            Programs = [.. components.Select(Program)],
        };
    }
}
