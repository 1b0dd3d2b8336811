namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>The stand-in walks every road of the upgrade guides, and only in their order.</summary>
[Collection(OmsLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class UpgradeRoadTests(OmsLab lab)
{
    private const string Marker = "【结束】全部初始化步骤执行成功";

    [Fact]
    public async Task Community_331_has_no_JAR_and_init_creates_HaConfig()
    {
        var oms = await lab.UseAsync(UpgradeRoad.CommunitySingle);
        var hand = new ByHand(oms, lab.MetaDb);
        (await oms.ReadHaConfigAsync()).ShouldBeNull();
        await hand.StopOldAsync();
        await hand.StartNewAsync();
        (await hand.InNewAsync(oms.Nodes[0], "ls", "/root")).ShouldNotContain("correction");

        var said = await hand.InitAsync(oms.Nodes[0]);

        said.ShouldContain(Marker);
        said.ShouldContain("crond");
        await hand.OnlineAsync(oms.Nodes);
        (await oms.ReadHaConfigAsync())!.ShouldContain("\"enable\":false");
        var state = await oms.ReadStateAsync();
        state.SchemaVersion.ShouldBe("3.3.1");
        state.Projects.ShouldContain(x => x.Type == "SYNC");
        (await oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_regions_need_JAR_and_init_on_each_first_node()
    {
        var oms = await lab.UseAsync(UpgradeRoad.EnterpriseTwoRegions);
        var hand = new ByHand(oms, lab.MetaDb);
        oms.Databases.Count.ShouldBe(4);
        await hand.StopOldAsync();
        await hand.StartNewAsync();
        await hand.CorrectAsync([oms.Nodes[0], oms.Nodes[2]]);
        await hand.ForgetHostsAsync();
        (await hand.InitAsync(oms.Nodes[0])).ShouldContain(Marker);
        await hand.OnlineAsync(oms.Nodes.Take(2));
        var between = await oms.ReadStateAsync();
        between.Hosts[oms.Nodes[2].Host.Address].ShouldBe(
            "OFFLINE", "the second region's node is not taken before its init");

        (await hand.InitAsync(oms.Nodes[2])).ShouldContain(Marker);

        await hand.OnlineAsync(oms.Nodes);
        var state = await oms.ReadStateAsync();
        state.Schemas["hb/cn-hangzhou"].ShouldBe(state.Schemas["hb/cn-heilongjiang"]);
        state.Damage.ShouldBeEmpty();
        (await oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nodes_with_different_cm_nodes_need_an_init_each()
    {
        var oms = await lab.UseAsync(UpgradeRoad.EnterpriseSplitNodes);
        var hand = new ByHand(oms, lab.MetaDb);
        await hand.StopOldAsync();
        await hand.StartNewAsync();
        await hand.CorrectAsync(oms.Nodes);
        await hand.ForgetHostsAsync();
        (await hand.InitAsync(oms.Nodes[0])).ShouldContain(Marker);
        await hand.OnlineAsync(oms.Nodes.Take(1));
        (await oms.ReadStateAsync()).Hosts[oms.Nodes[1].Host.Address].ShouldBe("OFFLINE");

        (await hand.InitAsync(oms.Nodes[1])).ShouldContain(Marker);

        await hand.OnlineAsync(oms.Nodes);
        (await oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task JAR_from_401_on_is_unneeded_and_punished()
    {
        var oms = await lab.UseAsync(UpgradeRoad.Enterprise401);
        var hand = new ByHand(oms, lab.MetaDb);
        (await oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.0.1");
        await hand.StopOldAsync();
        await hand.StartNewAsync();
        (await hand.InitAsync(oms.Nodes[0])).ShouldContain(Marker);
        await hand.OnlineAsync(oms.Nodes);
        (await oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
        (await oms.PunishmentsAsync()).ShouldBeEmpty();

        await hand.CorrectJarOnlyAsync(oms.Nodes[0]);

        (await oms.PunishmentsAsync()).ShouldContain("jar-not-needed");
    }

    [Fact]
    public async Task Community_init_merges_project_tables_of_401()
    {
        var oms = await lab.UseAsync(UpgradeRoad.Community410);
        var hand = new ByHand(oms, lab.MetaDb);
        var before = await oms.ReadStateAsync();
        await hand.StopOldAsync();
        await hand.StartNewAsync();
        (await hand.InitAsync(oms.Nodes[0])).ShouldContain(Marker);

        var after = await oms.ReadStateAsync();
        after.Projects.ShouldBe(before.Projects);
        after.Data.Keys.ShouldNotContain("rm.oms_sync_project");
        (await oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Certificates_and_custom_ports_are_served()
    {
        var road = new UpgradeRoad
        {
            Id = "https",
            From = "4.0.1",
            RegionSizes = [1],
            Https = true,
            Ports = new OmsPorts(Ghana: 18090, Nginx: 18089, Cm: 18088, Supervisor: 19000, Sshd: 12023)
        };
        var oms = await lab.UseAsync(road);
        var node = oms.Nodes[0];

        var health = await Drydock.Lab.Shell.RunAsync("curl", [
            "-sS", "--retry", "20", "--retry-delay", "1", "--retry-all-errors", "--cacert", node.Certificate,
            $"https://{node.Host.Address}:18089/oms/health"]);

        health.ShouldContain("\"healthy\": true");
        (await Drydock.Lab.Shell.TryRunAsync("curl", ["-sS", $"http://{node.Host.Address}:18089/"])).ExitCode
            .ShouldNotBe(0);
    }
}
