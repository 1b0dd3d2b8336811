using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Paths and ports, from the spec and tidb-ansible's layout (docs/research/tidb.md#tidb-ansible). Pure.
/// </summary>
internal static class TiDbLayout
{
    /// <summary>The file name of a component's program.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No component of TiDB.</exception>
    public static string Program(DatabaseComponent component) => component switch
    {
        DatabaseComponent.PD => "pd-server",
        DatabaseComponent.TiKV => "tikv-server",
        DatabaseComponent.TiDB => "tidb-server",
        DatabaseComponent.Pump => "pump",
        DatabaseComponent.Drainer => "drainer",
        _ => throw new ArgumentOutOfRangeException(nameof(component), component, "no component of TiDB"),
    };

    /// <summary>The phase in which a component is upgraded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No component of TiDB.</exception>
    public static string Phase(DatabaseComponent component) => component switch
    {
        DatabaseComponent.PD => DatabaseRollingUpgradePhases.UpgradePD,
        DatabaseComponent.TiKV => DatabaseRollingUpgradePhases.UpgradeTiKV,
        DatabaseComponent.TiDB => DatabaseRollingUpgradePhases.UpgradeTiDB,
        DatabaseComponent.Pump => DatabaseRollingUpgradePhases.UpgradePump,
        DatabaseComponent.Drainer => DatabaseRollingUpgradePhases.UpgradeDrainer,
        _ => throw new ArgumentOutOfRangeException(nameof(component), component, "no component of TiDB"),
    };

    /// <summary>Instances of a component, in the order of the spec.</summary>
    public static IEnumerable<DatabaseInstance> Of(this DatabaseRollingUpgradeSpec spec, DatabaseComponent component) =>
        spec.Instances.Where(i => i.Component == component);

    /// <summary>The service port of an instance.</summary>
    public static Endpoint Service(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        new(instance.Host, DefaultPorts.Service(spec, instance));

    /// <summary>The status port of an instance.</summary>
    public static Endpoint Status(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        new(instance.Host, DefaultPorts.Status(spec, instance));

    /// <summary>
    /// The configuration file of an instance: conf/tikv.toml below deployDir, if the spec names no other.
    /// </summary>
    public static string ConfigFile(DatabaseInstance instance) =>
        instance.ConfigFile
            ?? $"{instance.DeployDir.TrimEnd('/')}/conf/{instance.Component.ToString().ToLowerInvariant()}.toml";

    /// <summary>
    /// The script that starts an instance deployed by tidb-ansible: scripts/run_tikv.sh below deployDir.
    /// </summary>
    public static string StartScript(DatabaseInstance instance) =>
        $"{instance.DeployDir.TrimEnd('/')}/scripts/run_{instance.Component.ToString().ToLowerInvariant()}.sh";

    /// <summary>The path of the file for the new version until it is installed, beside the current one.</summary>
    public static string NewConfigFile(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        $"{ConfigFile(instance)}.{TiDbVersion.Plain(spec.ToVersion)}";

    /// <summary>The path under which the former file is kept.</summary>
    public static string FormerConfigFile(this DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        $"{ConfigFile(instance)}.{TiDbVersion.Plain(spec.FromVersion)}";

    /// <summary>A program of the new version.</summary>
    public static string NewProgram(this DatabaseRollingUpgradeSpec spec, string program) =>
        $"{spec.Package.Directory.TrimEnd('/')}/bin/{program}";

    /// <summary>The package as a host needs it.</summary>
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
