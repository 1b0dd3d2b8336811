using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// The cluster as tidb-ansible describes it (inventory.ini of v3.0, docs/research/tidb.md#tidb-ansible), from the spec
/// and what PD knows. <c>tiup cluster import</c> reads the same file. Pure.
/// </summary>
internal static class AnsibleInventory
{
    /// <summary>The lines of inventory.ini.</summary>
    /// <param name="spec">The upgrade.</param>
    /// <param name="stores">The stores of PD; their labels become those of the TiKVs.</param>
    /// <param name="locationLabels">PD's location-labels, the outermost first.</param>
    /// <param name="supervision">systemd or supervise.</param>
    public static IReadOnlyList<string> Lines(
        DatabaseRollingUpgradeSpec spec,
        IReadOnlyList<PdStore> stores,
        IReadOnlyList<string> locationLabels,
        string supervision)
    {
        var binlog = spec.Of(DatabaseComponent.Pump).Any();
        return
        [
            .. Group(
                spec,
                "tidb_servers",
                DatabaseComponent.TiDB,
                i => $"{Port("tidb_port", spec, i)}{Status("tidb_status_port", spec, i)}"),
            .. Group(
                spec,
                "tikv_servers",
                DatabaseComponent.TiKV,
                i => $"{Port("tikv_port", spec, i)}{Status("tikv_status_port", spec, i)}{Labels(spec, i, stores)}"),
            .. Group(spec, "pd_servers", DatabaseComponent.PD, i => Port("pd_client_port", spec, i)),
            .. Group(spec, "pump_servers", DatabaseComponent.Pump, i => Port("pump_port", spec, i)),
            .. Group(spec, "drainer_servers", DatabaseComponent.Drainer, i => Port("drainer_port", spec, i)),
            .. Services(spec, "monitored_servers", "node"),
            .. Services(spec, "monitoring_servers", "prometheus"),
            .. Services(spec, "grafana_servers", "grafana"),
            .. Services(spec, "alertmanager_servers", "alertmanager"),
            "[pd_servers:vars]",
            $"location_labels = [{string.Join(", ", locationLabels.Select(l => $"\"{l}\""))}]",
            "[all:vars]",
            $"deploy_dir = {Common(spec)}",
            $"ansible_user = {spec.Access.Ssh?.BecomeUser ?? spec.Access.Ssh?.User ?? "tidb"}",
            $"tidb_version = v{TiDbVersion.Plain(spec.ToVersion)}",
            "deployment_method = binary",
            $"process_supervision = {supervision}",
            $"enable_binlog = {(binlog ? "True" : "False")}",
        ];
    }

    private static IEnumerable<string> Group(
        DatabaseRollingUpgradeSpec spec,
        string group,
        DatabaseComponent component,
        Func<DatabaseInstance, string> variables) =>
        spec.Of(component)
            .Select(i => $"{i.Name} ansible_host={i.Host} deploy_dir={i.DeployDir}{variables(i)}")
            .Prepend($"[{group}]");

    // Groups have hosts without variables: a service is found by its name.
    private static IEnumerable<string> Services(DatabaseRollingUpgradeSpec spec, string group, string name) =>
        (spec.Tidb ?? new TiDbSpec()).Services()
            .Where(m => m.Name.Contains(name, StringComparison.OrdinalIgnoreCase))
            .Select(m => m.Host)
            .Distinct(StringComparer.Ordinal)
            .Prepend($"[{group}]");

    private static string Port(string name, DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        string.Create(CultureInfo.InvariantCulture, $" {name}={spec.Service(instance).Port}");

    private static string Status(string name, DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        string.Create(CultureInfo.InvariantCulture, $" {name}={spec.Status(instance).Port}");

    private static string Labels(
        DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, IReadOnlyList<PdStore> stores)
    {
        var store = stores.FirstOrDefault(s => !s.IsTombstone && spec.Service(instance).IsAddress(s.Address));
        if (store is null or { Labels.Count: 0 })
        {
            return "";
        }

        var labels = store.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}");
        return $" labels=\"{string.Join(',', labels)}\"";
    }

    // The directory that most instances have; the others name theirs.
    private static string Common(DatabaseRollingUpgradeSpec spec) =>
        spec.Instances.GroupBy(i => i.DeployDir, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .First().Key;
}
