using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What tidb-ansible and tiup get after an upgrade.</summary>
public sealed class InventoryTests
{
    [Fact]
    public void Inventory_has_groups_ports_labels_and_variables()
    {
        var spec = HostCases.Spec(
            DatabaseEngine.TiDB,
            HostCases.Instance(DatabaseComponent.PD, "pd-1", deployDir: "/home/tidb/deploy"),
            HostCases.Instance(DatabaseComponent.TiDB, "tidb-1", deployDir: "/home/tidb/deploy"),
            HostCases.Instance(DatabaseComponent.TiKV, "tikv-1-2", 20172, "/data2/deploy") with { StatusPort = 20182 }) with
        { ToVersion = "3.0.9" };
        PdStore[] stores =
        [
            new() { Id = 1, Address = $"{HostCases.Host}:20172", State = "Up", Version = "3.0.9", Labels = new Dictionary<string, string> { ["zone"] = "z1", ["host"] = "tikv1" } },
        ];

        var lines = AnsibleInventory.Lines(spec, stores, ["zone", "host"], "systemd");

        lines.ShouldContain("tikv-1-2 ansible_host=192.0.2.11 deploy_dir=/data2/deploy tikv_port=20172 tikv_status_port=20182 labels=\"host=tikv1,zone=z1\"");
        lines.ShouldContain("pd-1 ansible_host=192.0.2.11 deploy_dir=/home/tidb/deploy pd_client_port=2379");
        lines.ShouldContain("location_labels = [\"zone\", \"host\"]");
        lines.ShouldContain("deploy_dir = /home/tidb/deploy");
        lines.ShouldContain("tidb_version = v3.0.9");
        lines.ShouldContain("enable_binlog = False");
        lines.Where(l => l.StartsWith('[')).ShouldBeUnique();
    }

    [Fact]
    public void Inventory_is_stored_once_and_named_in_status()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Spec = s => s with { Tidb = s.Tidb! with { StoreInventory = true } } }).Begin();

        world.RunToSuccess();

        var map = world.Objects.All<V1ConfigMap>().Where(m => m.Data!.ContainsKey(StoreInventory.InventoryKey)).ShouldHaveSingleItem();
        map.Data![StoreInventory.InventoryKey].ShouldContain("[tikv_servers]");
        map.Data[StoreInventory.DifferencesKey].ShouldContain("Use the tag v3.0.9 of tidb-ansible.");
        TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored }, world.Upgrade.Spec).ActionRequired
            .ShouldContain(a => a.Reason == Reasons.InventoryStored && a.Message.Contains(map.Metadata.Name!, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_the_setting_nothing_is_stored()
    {
        var world = new TiDbWorld(new TiDbWorldSetup()).Begin();

        world.RunToSuccess();

        world.Stored!.Steps.ShouldNotContain(s => s.Id == TiDbStepIds.Inventory);
    }
}
