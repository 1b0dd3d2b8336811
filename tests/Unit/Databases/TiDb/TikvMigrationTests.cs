using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>tikv.toml from 2.1 to 3.0.</summary>
public sealed class TikvMigrationTests
{
    private static readonly TikvSettings Settings = new("16GB", 6, "0.0.0.0:20180", HibernateRegions: false);

    [Fact]
    public void Half_of_the_memory_divided_by_the_instances_becomes_the_shared_block_cache()
    {
        TikvSettings.Of(Spec(1), Spec(1).Instances[0], 32L << 30, 16).Capacity.ShouldBe("16GB");
        TikvSettings.Of(Spec(2), Spec(2).Instances[0], 32L << 30, 16).Capacity.ShouldBe("8GB");
        TikvSettings.Of(Spec(3), Spec(3).Instances[0], 32L << 30, 16).Capacity.ShouldBe("5461MB");
    }

    [Fact]
    public void Several_instances_on_a_host_share_its_processors()
    {
        TikvSettings.Of(Spec(1), Spec(1).Instances[0], 32L << 30, 16).Concurrency.ShouldBeNull();
        TikvSettings.Of(Spec(2), Spec(2).Instances[0], 32L << 30, 16).Concurrency.ShouldBe(6);
    }

    [Fact]
    public void What_is_missing_is_added_and_the_rest_stays()
    {
        const string Text = "# mine\n[server]\naddr = \"x\" # here\nunknown-key = [1]\n";
        var migrated = TikvMigration.Migrate(Text, Settings);

        migrated.Text.ShouldStartWith("# mine\n[server]\naddr = \"x\" # here\nunknown-key = [1]\nstatus-addr = \"0.0.0.0:20180\"\n");
        migrated.Changes.Select(c => c.Path).ShouldBe(["storage.block-cache.capacity", "readpool.coprocessor.high-concurrency", "readpool.coprocessor.normal-concurrency", "readpool.coprocessor.low-concurrency", "server.status-addr"]);
        TomlText.Parse(migrated.Text).Word("storage.block-cache.capacity").ShouldBe("16GB");
    }

    [Fact]
    public void What_somebody_chose_wins()
    {
        const string Text = "[storage.block-cache]\ncapacity = \"3GB\"\n[readpool.coprocessor]\nhigh-concurrency = 2\n[server]\nstatus-addr = \"10.0.0.1:30180\"\n";

        TikvMigration.Migrate(Text, Settings).Text.ShouldBe(Text);
    }

    [Fact]
    public void A_chosen_end_point_concurrency_is_carried_over()
    {
        var migrated = TikvMigration.Migrate("[server]\nend-point-concurrency = 12\nstatus-addr = \"a:1\"\n", Settings);

        TomlText.Parse(migrated.Text).Find("readpool.coprocessor.low-concurrency").ShouldBe("12");
        TomlText.Parse(migrated.Text).Find("server.end-point-concurrency").ShouldBe("12", "nothing is removed");
    }

    [Fact]
    public void Cache_sizes_of_column_families_stay_and_are_said_to_have_no_effect()
    {
        var migrated = TikvMigration.Migrate("[rocksdb.defaultcf]\nblock-cache-size = \"1GB\"\n", Settings);

        migrated.Text.ShouldContain("block-cache-size = \"1GB\"");
        migrated.Remarks.ShouldContain(r => r.Contains("rocksdb.defaultcf.block-cache-size", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cache_that_is_not_shared_is_left_alone() =>
        TikvMigration.Migrate("[storage.block-cache]\nshared = false\n", Settings).Changes.ShouldNotContain(c => c.Path == "storage.block-cache.capacity");

    [Fact]
    public void Hibernating_regions_are_switched_on_only_if_asked_for()
    {
        TikvMigration.Migrate("a = 1\n", Settings).Text.ShouldNotContain("hibernate");
        TikvMigration.Migrate("[raftstore]\nhibernate-regions = true\n", Settings).Text.ShouldContain("hibernate-regions = false");
        TikvMigration.Migrate("[raftstore]\nsync-log = true\n", Settings with { HibernateRegions = true }).Text.ShouldContain("hibernate-regions = true");
    }

    [Fact]
    public void Migrating_twice_is_migrating_once()
    {
        var once = TikvMigration.Migrate("[server]\naddr = \"x\"\n", Settings);

        TikvMigration.Migrate(once.Text, Settings).Text.ShouldBe(once.Text);
    }

    [Fact]
    public void The_status_port_listens_on_all_addresses_where_the_host_is_a_name()
    {
        var spec = Spec(1);
        var named = spec with { Instances = [spec.Instances[0] with { Host = "tikv1.example" }] };

        TikvSettings.Of(named, named.Instances[0], 1L << 30, 4).StatusAddress.ShouldBe("0.0.0.0:20180");
        TikvSettings.Of(spec, spec.Instances[0], 1L << 30, 4).StatusAddress.ShouldBe("192.0.2.1:20180");
    }

    private static DatabaseRollingUpgradeSpec Spec(int tikvs) => new()
    {
        Engine = DatabaseEngine.TiDB,
        Instances = [.. Enumerable.Range(1, tikvs).Select(i => new DatabaseInstance { Name = $"tikv-{i}", Component = DatabaseComponent.TiKV, Host = "192.0.2.1", Port = 20160 + i, DeployDir = "/d" })],
    };
}
