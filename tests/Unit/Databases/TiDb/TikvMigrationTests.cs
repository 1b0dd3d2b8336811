using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>tikv.toml from 2.1 to 3.0.</summary>
public sealed class TikvMigrationTests
{
    private static readonly TikvSettings Settings = new("16GB", 6, "0.0.0.0:20180", HibernateRegions: false);

    [Fact]
    public void Block_cache_is_half_of_memory_divided_by_instances()
    {
        TikvSettings.Of(Spec(1), Spec(1).Instances[0], 32L << 30, 16).Capacity.ShouldBe("16GB");
        TikvSettings.Of(Spec(2), Spec(2).Instances[0], 32L << 30, 16).Capacity.ShouldBe("8GB");
        TikvSettings.Of(Spec(3), Spec(3).Instances[0], 32L << 30, 16).Capacity.ShouldBe("5461MB");
    }

    [Fact]
    public void Concurrency_is_set_only_when_instances_share_a_host()
    {
        TikvSettings.Of(Spec(1), Spec(1).Instances[0], 32L << 30, 16).Concurrency.ShouldBeNull();
        TikvSettings.Of(Spec(2), Spec(2).Instances[0], 32L << 30, 16).Concurrency.ShouldBe(6);
    }

    [Fact]
    public void Migrate_adds_missing_settings_and_keeps_other_lines()
    {
        const string Text = "# mine\n[server]\naddr = \"x\" # here\nunknown-key = [1]\n";
        var migrated = TikvMigration.Migrate(Text, Settings);

        migrated.Text.ShouldStartWith(
            "# mine\n[server]\naddr = \"x\" # here\nunknown-key = [1]\nstatus-addr = \"0.0.0.0:20180\"\n");
        migrated.Changes.Select(c => c.Path).ShouldBe([
            "storage.block-cache.capacity", "readpool.coprocessor.high-concurrency",
            "readpool.coprocessor.normal-concurrency", "readpool.coprocessor.low-concurrency", "server.status-addr"]);
        TomlText.Parse(migrated.Text).Word("storage.block-cache.capacity").ShouldBe("16GB");
    }

    [Fact]
    public void Migrate_keeps_values_chosen_by_user()
    {
        const string Text = "[storage.block-cache]\ncapacity = \"3GB\"\n[readpool.coprocessor]\nhigh-concurrency = "
            + "2\n[server]\nstatus-addr = \"10.0.0.1:30180\"\n";

        TikvMigration.Migrate(Text, Settings).Text.ShouldBe(Text);
    }

    [Fact]
    public void Migrate_copies_chosen_end_point_concurrency()
    {
        var migrated = TikvMigration.Migrate("[server]\nend-point-concurrency = 12\nstatus-addr = \"a:1\"\n", Settings);

        TomlText.Parse(migrated.Text).Find("readpool.coprocessor.low-concurrency").ShouldBe("12");
        TomlText.Parse(migrated.Text).Find("server.end-point-concurrency").ShouldBe("12", "nothing is removed");
    }

    [Fact]
    public void Migrate_keeps_column_family_caches_and_remarks_on_them()
    {
        var migrated = TikvMigration.Migrate("[rocksdb.defaultcf]\nblock-cache-size = \"1GB\"\n", Settings);

        migrated.Text.ShouldContain("block-cache-size = \"1GB\"");
        migrated.Remarks.ShouldContain(r => r.Contains("rocksdb.defaultcf.block-cache-size", StringComparison.Ordinal));
    }

    [Fact]
    public void Migrate_skips_cache_capacity_when_cache_is_not_shared() =>
        TikvMigration.Migrate("[storage.block-cache]\nshared = false\n", Settings).Changes
            .ShouldNotContain(c => c.Path == "storage.block-cache.capacity");

    [Fact]
    public void Migrate_enables_hibernate_regions_only_on_request()
    {
        TikvMigration.Migrate("a = 1\n", Settings).Text.ShouldNotContain("hibernate");
        TikvMigration.Migrate("[raftstore]\nhibernate-regions = true\n", Settings).Text
            .ShouldContain("hibernate-regions = false");
        TikvMigration.Migrate("[raftstore]\nsync-log = true\n", Settings with { HibernateRegions = true }).Text
            .ShouldContain("hibernate-regions = true");
    }

    [Fact]
    public void Migrate_applied_twice_changes_nothing_more()
    {
        var once = TikvMigration.Migrate("[server]\naddr = \"x\"\n", Settings);

        TikvMigration.Migrate(once.Text, Settings).Text.ShouldBe(once.Text);
    }

    [Fact]
    public void Status_port_listens_on_all_addresses_for_host_name()
    {
        var spec = Spec(1);
        var named = spec with { Instances = [spec.Instances[0] with { Host = "tikv1.example" }] };

        TikvSettings.Of(named, named.Instances[0], 1L << 30, 4).StatusAddress.ShouldBe("0.0.0.0:20180");
        TikvSettings.Of(spec, spec.Instances[0], 1L << 30, 4).StatusAddress.ShouldBe("192.0.2.1:20180");
    }

    private static DatabaseRollingUpgradeSpec Spec(int tikvs) => new()
    {
        Engine = DatabaseEngine.TiDB,
        Instances = [.. Enumerable.Range(1, tikvs).Select(i => new DatabaseInstance
        {
            Name = $"tikv-{i}",
            Component = DatabaseComponent.TiKV,
            Host = "192.0.2.1",
            Port = 20160 + i,
            DeployDir = "/d"
        })],
    };
}
