using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Tests.Integration.Databases.Yugabyte;

/// <summary>Tablet servers in zones, and servers that are taken out for good.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ZoneTests(LabFixture lab) : YugabyteTest(lab)
{
    private const string Newest = "2024.1.0.0-b129";

    // The servers 1 and 4 are in the first zone, 2 and 5 in the second.
    private static readonly YugabyteClusterOptions Zoned = new() { Version = Newest, Tservers = 6, Zones = 3 };

    [Fact]
    public async Task Servers_of_one_zone_may_be_down_at_once_and_of_two_zones_not()
    {
        await using var cluster = await StartAsync(Zoned);
        await DrainAsync(cluster, 0, 3, 1);

        await Task.WhenAll(
            cluster.StopAsync(cluster.Tservers[0], Token), cluster.StopAsync(cluster.Tservers[3], Token));
        var leaks = cluster.Directory.Violations().Select(violation => violation.What).Distinct(StringComparer.Ordinal);
        leaks.ShouldBe(["BlacklistLeaked"], "the server of another zone is in the blacklist too");

        await cluster.StopAsync(cluster.Tservers[1], Token);
        var all = cluster.Directory.Violations().Select(violation => violation.What).ToList();
        all.ShouldContain("TwoTserversDown");
        all.ShouldContain("TabletMajorityLost");
    }

    [Fact]
    public async Task Nodes_of_one_zone_are_safe_to_take_down_and_of_two_zones_not()
    {
        await using var cluster = await StartAsync(Zoned);
        var uuids = cluster.State().Tservers.Select(server => server.Uuid).ToList();

        await AdminAsync(cluster, "are_nodes_safe_to_take_down", $"{uuids[0]},{uuids[3]}", "NONE", "60000");
        (await RefusedAsync(cluster, "are_nodes_safe_to_take_down", $"{uuids[0]},{uuids[1]}", "NONE", "60000")).Error
            .ShouldContain("tablet(s) would be under-replicated");
    }

    [Fact]
    public async Task Page_lists_zone_of_every_tablet_server_and_replicas_are_in_different_zones()
    {
        await using var cluster = await StartAsync(Zoned);
        var servers = await JsonAsync(cluster, Leader(cluster), "/api/v1/tablet-servers");
        var zones = servers.GetProperty("").EnumerateObject().ToDictionary(
            s => s.Name.Split(':')[0], s => s.Value.GetProperty("zone").GetString(), StringComparer.Ordinal);
        zones.Values.Distinct().Count().ShouldBe(3);

        var entities = await JsonAsync(cluster, Leader(cluster), "/dump-entities");
        foreach (var tablet in entities.GetProperty("tablets").EnumerateArray())
        {
            tablet.GetProperty("replicas").EnumerateArray()
                .Select(r => zones[r.GetProperty("addr").GetString()!.Split(':')[0]]).Distinct().Count().ShouldBe(3);
        }
    }

    [Fact]
    public async Task Lost_server_gives_its_replicas_to_others_and_can_be_removed()
    {
        await using var cluster = await StartAsync(Zoned with { Tservers = 4, Zones = 0 });
        var lost = cluster.Tservers[3];
        var uuid = cluster.State().Server(lost.Name).Uuid;

        await lost.Host.CrashAsync();
        await AdminAsync(cluster, "change_blacklist", "ADD", lost.RpcAddress);
        await Deadline.UntilAsync(
            "the server to be removed",
            async token => (await cluster.AdminAsync(Newest, ["remove_tablet_server", uuid], token)).ExitCode == 0,
            cancellationToken: Token);

        (await JsonAsync(cluster, Leader(cluster), "/api/v1/health-check")).GetProperty("dead_nodes").GetArrayLength()
            .ShouldBe(0);
        (await JsonAsync(cluster, Leader(cluster), "/api/v1/tablet-under-replication"))
            .GetProperty("underreplicated_tablets").GetArrayLength().ShouldBe(0);
        cluster.Directory.Violations().ShouldBeEmpty();
    }

    [Fact]
    public async Task Server_that_is_not_in_the_blacklist_cannot_be_removed()
    {
        await using var cluster = await StartAsync(Zoned with { Tservers = 4, Zones = 0 });

        (await RefusedAsync(cluster, "remove_tablet_server", cluster.State().Tservers[3].Uuid)).Error
            .ShouldContain("Cannot remove tablet server");
    }

    private static async Task DrainAsync(YugabyteCluster cluster, params int[] servers)
    {
        foreach (var number in servers)
        {
            await AdminAsync(cluster, "change_leader_blacklist", "ADD", cluster.Tservers[number].RpcAddress);
        }

        await cluster.UntilAsync(
            "the leaders to leave", state => servers.All(number => LeadersOf(state, cluster.Tservers[number]) == 0),
            Token);
    }
}
