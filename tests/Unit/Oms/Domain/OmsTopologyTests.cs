namespace Drydock.Tests.Unit.Oms;

public sealed class OmsTopologyTests
{
    [Fact]
    public void One_region_of_two_nodes_is_accepted()
    {
        var result = OmsTopology.Build(OneRegion());

        result.Findings.ShouldBeEmpty();
        var topology = result.Topology.ShouldNotBeNull();
        topology.Databases.ShouldBe(["rm", "cm", "hb"]);
        var region = topology.Regions.ShouldHaveSingleItem();
        region.DifferentKeys.ShouldBeEmpty();
        region.SameConfiguration.ShouldBeTrue();
        region.Nodes.Select(node => node.Name).ShouldBe(["a", "b"]);
        topology.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public void Cm_nodes_are_compared_as_sets_of_addresses()
    {
        var result = OmsTopology.Build(
        [
            Node("a", "192.0.2.1"),
            Node("b", "192.0.2.2", _ => Config("[192.000.002.002, '::ffff:192.0.2.1', 192.0.2.1]")),
        ]);

        result.Topology.ShouldNotBeNull().Regions[0].DifferentKeys.ShouldBeEmpty();
    }

    [Fact]
    public void Different_cm_nodes_initialize_every_node_of_the_region()
    {
        var result = OmsTopology.Build(
        [
            Node("a", "192.0.2.1", _ => Config("[192.0.2.1]")),
            Node("b", "192.0.2.2"),
        ]);

        result.Topology.ShouldNotBeNull().Regions[0].DifferentKeys.ShouldBe(["cm_nodes"]);
        result.Topology.Regions[0].SameConfiguration.ShouldBeFalse();
    }

    [Fact]
    public void Differing_keys_are_named_and_refuse_nothing()
    {
        var result = OmsTopology.Build(
        [
            Node("a", "192.0.2.1", _ => Config(
                more: "cm_url: http://192.0.2.7:8088\nnginx_server_port: '8089'\nfuture_key: 1\n")),
            Node("b", "192.0.2.2", _ => Config(
                more: "nginx_server_port: 8089\nfuture_key: 2\ncm_url: http://192.0.2.8:8088\n")),
        ]);

        result.Topology.ShouldNotBeNull().Regions[0].DifferentKeys.ShouldBe(["cm_url", "future_key"]);
        result.Topology.Regions[0].SameConfiguration.ShouldBeFalse();
    }

    [Fact]
    public void Another_address_of_the_metadata_server_is_no_other_configuration()
    {
        var other = Config() with { MetaHost = "proxy-b", MetaPort = 2883 };
        var checksums = new Dictionary<string, string>(other.Checksums, StringComparer.Ordinal)
        {
            ["oms_meta_host"] = "x",
            ["oms_meta_port"] = "y",
            ["oms_meta_password"] = "z"
        };

        var result = OmsTopology.Build(
            [Node("a", "192.0.2.1"), Node("b", "192.0.2.2", _ => other with { Checksums = checksums })]);

        result.Topology.ShouldNotBeNull().Regions[0].DifferentKeys.ShouldBeEmpty();
    }

    [Fact]
    public void Two_regions_keep_the_order_of_the_spec()
    {
        var topology = OmsTopology.Build(TwoRegions()).Topology.ShouldNotBeNull();

        topology.Regions.Select(region => (region.Name, region.CmLocation, region.HeartbeatDatabase, region.IsDefault))
            .ShouldBe([("east", 2, "hb2", false), ("west", 1, "hb1", true)]);
        topology.Databases.ShouldBe(["rm", "cm", "hb2", "hb1"]);
    }

    [Fact]
    public void Nodes_missing_in_spec_or_cm_nodes_are_found()
    {
        var result = OmsTopology.Build([Node("a", "192.0.2.1"), Node("c", "192.0.2.3")]);

        result.Topology.ShouldBeNull();
        result.Findings.Select(finding => (finding.Reason, finding.Node))
            .ShouldBe([(Reasons.NodesDiffer, null), (Reasons.NodesDiffer, "c")]);
        result.Findings[0].Message.ShouldContain("192.0.2.2");
        result.Findings[1].Message.ShouldContain("192.0.2.3");
    }

    [Fact]
    public void System_without_nodes_is_refused() =>
        OmsTopology.Build([]).Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.NodesDiffer);

    [Fact]
    public void Every_disagreement_of_nodes_is_found_without_passwords()
    {
        var result = OmsTopology.Build(
        [
            Node("a", "192.0.2.1"),
            Node("b", "192.0.2.2", config => config with
            {
                RmDatabase = "rm2",
                CmDatabase = "cm2",
                HeartbeatDatabase = "hb2",
                CmLocation = 3,
            }),
        ]);

        result.Findings.Where(finding => finding.Reason == Reasons.ConfigUnreadable)
            .Select(finding => finding.Message.Split(' ')[2]).ShouldBe(
                ["drc_rm_db", "drc_cm_db", "drc_cm_heartbeat_db", "cm_location"]);
        result.Findings.ShouldAllBe(finding => finding.Node == "b" && !finding.Message.Contains("canary"));
    }

    [Fact]
    public void Contradictions_between_regions_are_all_found()
    {
        var result = OmsTopology.Build(TwoRegions(config => config with
        {
            HeartbeatDatabase = "HB1",
            CmLocation = 1,
            CmIsDefault = true,
            CmNodes = ["192.0.2.2", "192.0.2.1"]
        }));

        result.Findings.Select(finding => finding.Reason).Order(StringComparer.Ordinal).ShouldBe(
            [
                Reasons.HeartbeatDatabaseShared, Reasons.NodesDiffer, Reasons.NodesDiffer, Reasons.RegionsInvalid,
                Reasons.RegionsInvalid
            ]);
        var ofRegions = result.Findings.Where(finding => finding.Reason == Reasons.RegionsInvalid)
            .Select(finding => finding.Message).ToList();
        ofRegions.ShouldContain(message => message.Contains("cm_is_default"));
        ofRegions.ShouldContain(message => message.Contains("cm_location"));
    }

    [Fact]
    public void Regions_with_different_databases_are_refused()
    {
        var result = OmsTopology.Build(TwoRegions(config => config with { RmDatabase = "rm2", CmDatabase = "cm2" }));

        result.Topology.ShouldBeNull();
        result.Findings.ShouldAllBe(finding => finding.Reason == Reasons.RegionsInvalid);
        result.Findings.Count.ShouldBe(2);
    }

    [Fact]
    public void System_without_default_region_is_refused() =>
        OmsTopology.Build(
            [Node("a", "192.0.2.1", config => config with { CmIsDefault = false, CmNodes = ["192.0.2.1"] })])
            .Findings.ShouldHaveSingleItem().Message.ShouldContain("cm_is_default");

    [Fact]
    public void One_database_for_two_purposes_is_refused() =>
        OmsTopology.Build(
            [Node("a", "192.0.2.1", config => config with { HeartbeatDatabase = "cm", CmNodes = ["192.0.2.1"] })])
            .Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.HeartbeatDatabaseShared);

    [Fact]
    public void Region_names_must_be_those_of_config_yaml()
    {
        OmsTopology.Build(
            [new NodeConfig("a", "nowhere", "192.0.2.1", Config() with { CmNodes = ["192.0.2.1"], CmRegion = "west" })])
            .Findings.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.RegionsInvalid);
        OmsTopology.Build([new NodeConfig("a", "west", "192.0.2.1", Config() with { CmNodes = ["192.0.2.1"] })])
            .Findings.ShouldBeEmpty();
    }

    [Fact]
    public void Two_nodes_with_one_address_are_refused() =>
        OmsTopology.Build([Node("a", "192.0.2.1"), Node("b", "192.0.2.1")]).Findings
            .ShouldContain(finding => finding.Message.Contains("a, b"));

    [Fact]
    public void Region_missing_in_spec_or_cluster_info_is_found()
    {
        var topology = OmsTopology.Build(TwoRegions()).Topology.ShouldNotBeNull();

        topology.CompareWith([]).ShouldBeEmpty();
        topology.CompareWith([Row("1", true), Row("2", false)]).ShouldBeEmpty();
        topology.CompareWith([Row("1", true), Row("2", false), Row("3", false)]).ShouldHaveSingleItem().Message
            .ShouldContain("cm_location 3");
        topology.CompareWith([Row("1", true)]).ShouldHaveSingleItem().Message.ShouldContain("'east'");
        topology.CompareWith([Row("1", false), Row("2", true)])
            .Select(finding => finding.Message.Contains("cm_is_default"))
            .ShouldBe([true, true]);

        topology.CompareWith([Row("1", true), Row("2", false) with { Region = "north" }]).ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                finding => finding.Reason.ShouldBe(Reasons.RegionsInvalid),
                finding => finding.Message.ShouldContain("'north'"));
        topology.CompareWith([Row("1", true), Row("2", false) with { Region = "" }]).ShouldBeEmpty();

        static ClusterInfoRow Row(string code, bool isDefault) =>
            new(code switch { "1" => "west", "2" => "east", _ => "r" + code }, code, isDefault);
    }

    private static List<NodeConfig> OneRegion() => [Node("a", "192.0.2.1"), Node("b", "192.0.2.2")];

    private static List<NodeConfig> TwoRegions(Func<OmsConfig, OmsConfig>? changeEast = null)
    {
        var east = Config() with
        {
            CmRegion = "east",
            CmLocation = 2,
            CmIsDefault = false,
            HeartbeatDatabase = "hb2",
            CmNodes = ["192.0.2.2"]
        };
        var west =
            Config() with { CmRegion = "west", CmLocation = 1, HeartbeatDatabase = "hb1", CmNodes = ["192.0.2.1"] };
        return [new NodeConfig("e", "east", "192.0.2.2", changeEast is null ? east : changeEast(east)), new NodeConfig(
            "w", "west", "192.0.2.1", west)];
    }

    private static NodeConfig Node(string name, string ip, Func<OmsConfig, OmsConfig>? change = null) =>
        new(name, "default", ip, change is null ? Config() : change(Config()));

    private static OmsConfig Config(string nodes = "[192.0.2.1, 192.0.2.2]", string more = "") => OmsConfig.Parse($"""
        oms_meta_host: 192.0.2.9
        oms_meta_port: 3306
        oms_meta_user: drc
        oms_meta_password: canary-1
        drc_rm_db: rm
        drc_cm_db: cm
        drc_cm_heartbeat_db: hb
        cm_location: 1
        cm_nodes: {nodes}

        """ + more).Config!;
}
