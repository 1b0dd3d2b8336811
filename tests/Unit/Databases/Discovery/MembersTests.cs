using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Discovery;

/// <summary>What the clusters themselves report, from one address on.</summary>
public sealed class MembersTests
{
    [Fact]
    public void TiDB_cluster_is_found_from_one_PD()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Pumps = 2, Drainers = 1 });

        var found = world.FindMembers(MemberSearch.Of("192.0.2.2", []));

        found.Findings.ShouldBeEmpty();
        Listed(found).ShouldBe(Expected(world.Upgrade.Spec), ignoreOrder: true);
        found.Members.Where(m => m.Component == DatabaseComponent.PD).Select(m => m.Name)
            .ShouldBe(["pd-1", "pd-2", "pd-3"]);
    }

    [Fact]
    public void TiDB_cluster_behind_a_wrong_seed_names_the_field()
    {
        var found = new TiDbWorld().FindMembers(MemberSearch.Of("192.0.2.99", []));

        found.Members.ShouldBeEmpty();
        found.Findings.ShouldNotBeEmpty();
        found.Findings.ShouldAllBe(f => f.Field == "spec.discoverFrom");
    }

    [Fact]
    public async Task Universe_is_found_from_one_master()
    {
        var world = new YugaWorld();

        var found = await FindAsync(world, "10.0.0.2");

        found.Findings.ShouldBeEmpty();
        Listed(found).ShouldBe(Expected(world.Spec), ignoreOrder: true);
        found.Members.ShouldAllBe(m => m.StatusPort == (m.Component == DatabaseComponent.Master ? 7000 : 9000));
    }

    [Fact]
    public async Task Universe_with_silent_master_asks_for_it()
    {
        var world = new YugaWorld();
        world.End(world["m2"], SupervisionState.Restarting);

        var found = await FindAsync(world, "10.0.0.1");

        found.Findings.ShouldContain(f => f.Reason == Reasons.InstanceDown
            && f.Message.Contains("list it in spec.instances", StringComparison.Ordinal));
        found.Members.Count(m => m.Component == DatabaseComponent.Tserver).ShouldBe(3);
    }

    [Theory]
    [InlineData("10.0.0.1:9101", 9101)]
    [InlineData("[fd00::15]:9101", 9101)]
    [InlineData("fd00::15", 9100)]
    [InlineData("[fd00::15]", 9100)]
    [InlineData("::", 9100)]
    [InlineData("0.0.0.0", 9100)]
    [InlineData("10.0.0.1:9101,127.0.0.1:9102", 9101)]
    public async Task Tserver_port_is_that_of_its_first_bind_address(string addresses, int port)
    {
        var world = new YugaWorld();
        world.Answers["10.0.0.1:9000/api/v1/varz"] =
            (200, $$"""{"flags":[{"name":"rpc_bind_addresses","value":"{{addresses}}"}]}""");

        var found = await FindAsync(world, "10.0.0.2");

        found.Findings.ShouldBeEmpty();
        found.Members.Single(m => m.Component == DatabaseComponent.Tserver && m.Host == "10.0.0.1").Port.ShouldBe(port);
    }

    private static Task<FoundMembers> FindAsync(YugaWorld world, string seed)
    {
        var life = new YugaLife(world);
        return new YugabyteMembers(
            new YugabyteCluster(life.Context), new Findings(life.Context.Redact, ClientFailures.Finding)).FindAsync(
            MemberSearch.Of(seed, []), CancellationToken.None);
    }

    private static IEnumerable<(DatabaseComponent Component, string Host, int Port)> Listed(FoundMembers found) =>
        found.Members.Select(m => (m.Component, m.Host, m.Port));

    private static IEnumerable<(DatabaseComponent Component, string Host, int Port)> Expected(
        DatabaseRollingUpgradeSpec spec) =>
        spec.Instances.Select(i => (i.Component, i.Host, DefaultPorts.Service(spec, i)));
}
