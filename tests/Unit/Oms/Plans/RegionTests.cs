namespace Drydock.Tests.Unit.Oms;

/// <summary>Several regions with several nodes each.</summary>
public sealed class RegionTests
{
    private static readonly Undisturbed Golden = Undisturbed.Run(Begin);

    [Fact]
    public void Two_regions_of_two_nodes_follow_the_runbook()
    {
        var world = new OmsWorld(new WorldSetup { Regions = 2 }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Where(a => a.What is "trim" or "snapshot" or "jar" or "init" or "autostart")
            .Select(a => a.ToString()).ShouldBe(
            [
                "trim cm_hb_340", "trim cm_hb_341", "snapshot rm_340+cm_340+cm_hb_340+cm_hb_341",
                "jar oms-a", "jar oms-c",
                "init oms-a", "init oms-c",
                "autostart oms-b", "autostart oms-d",
            ]);
        Last(world, "jar").ShouldBeLessThan(First(world, "init"));
        Jars(world).ShouldBe([("oms-a", false), ("oms-c", true)]);
        world.Hosts.ShouldAllBe(h => world.New(h.Name)!.Programs.Values.All(p => p.State == "RUNNING"));
        world.Step("Verify/hosts").As<AwaitHostsOnline>().Heartbeats
            .Select(r => $"{r.Database}={string.Join(',', r.Hosts)}")
            .ShouldBe(["cm_hb_340=192.0.2.216,192.0.2.217", "cm_hb_341=192.0.2.218,192.0.2.219"]);
    }

    [Fact]
    public void Regions_keep_spec_order_and_last_node_is_corrected_last()
    {
        var world = new OmsWorld(new WorldSetup { Regions = 3, Nodes = 1, RealJson = false, JarOn = w => w.Hosts });
        world.Apply(s => s with { Regions = [s.Regions[2], s.Regions[0], s.Regions[1]] });
        world.RunUntil(() => world.Status.Plan is not null, "planned");

        Jars(world).ShouldBe([("oms-c", false), ("oms-a", false), ("oms-b", true)]);
        world.Plan.Steps.Where(s => s.Is<RunDockerInit>()).Select(s => s.Node).ShouldBe(["oms-c", "oms-a", "oms-b"]);
        world.Plan.Steps.Single(s => s.Is<TakeSnapshot>()).As<TakeSnapshot>().Databases
            .ShouldBe(["rm_340", "cm_340", "cm_hb_342", "cm_hb_340", "cm_hb_341"]);
    }

    [Theory]
    [InlineData(CorrectionScope.EveryNode, 2, "oms-a:false,oms-b:false,oms-c:true,oms-d:true")]
    [InlineData(CorrectionScope.FirstNodeOfEachRegion, 2, "oms-a:false,oms-c:true")]
    [InlineData(CorrectionScope.Auto, 2, "oms-a:false,oms-c:true")]
    [InlineData(CorrectionScope.EveryNode, 1, "oms-a:true,oms-b:true")]
    [InlineData(CorrectionScope.FirstNodeOfEachRegion, 1, "oms-a:true")]
    [InlineData(CorrectionScope.Auto, 1, "oms-a:true,oms-b:true")]
    public void JAR_runs_on_the_nodes_that_runOn_selects(CorrectionScope scope, int regions, string expected)
    {
        var on = expected.Split(',').Select(e => e.Split(':')[0]).ToList();
        var world = new OmsWorld(new WorldSetup
        {
            Regions = regions,
            RealJson = false,
            JarOn = w => w.Hosts.Where(h => on.Contains(h.Name))
        });
        world.Apply(s => s with { Correction = s.Correction with { RunOn = scope } });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        string.Join(',', Jars(world).Select(p => $"{p.Node}:{(p.Last ? "true" : "false")}")).ShouldBe(expected);
        world.Done.Where(a => a.What == "jar").Select(a => a.Where).ShouldBe(on);
    }

    [Fact]
    public void Region_with_different_cm_nodes_initializes_each_node_in_turn()
    {
        // The second region only: its nodes know different halves of it.
        var world = new OmsWorld(new WorldSetup
        {
            Regions = 2,
            RealJson = false,
            CmNodes = (w, host) =>
                host.Name == "oms-c" ? ["192.0.2.218"] : w.Hosts.Where(h => h.Region == host.Region).Select(h => h.Ip),
        }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Where(a => a.What == "init").Select(a => a.Where).ShouldBe(["oms-a", "oms-c", "oms-d"]);
        world.Done.Where(a => a.What == "autostart").Select(a => a.Where).ShouldBe(["oms-b"]);
        var inits = world.Plan.Steps.Where(s => s.Is<RunDockerInit>()).ToList();
        inits.Zip(inits.Skip(1)).ShouldAllBe(pair => pair.Second.After.Contains(pair.First.Id));
    }

    [Fact]
    public void Region_known_only_to_OMS_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { Regions = 2, RealJson = false });
        world.Metadata.ClusterInfo.AddRange([Row(0, "1"), Row(1, "2"), new ClusterInfoRow("cn-shanghai", "3", false)]);
        world.Apply();
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe(Reasons.RegionsInvalid);
        world.Status.Message.ShouldNotBeNull().ShouldContain("cn-shanghai");

        world.Metadata.ClusterInfo.RemoveAt(2);
        world.RunToSuccess();

        static ClusterInfoRow Row(int region, string code) => new(OmsWorld.RegionName(region), code, region == 0);
    }

    [Theory]
    [InlineData("cn-heilongjiang", "cn-beijing", Reasons.RegionsInvalid)]
    [InlineData("cm_hb_341", "cm_hb_340", Reasons.HeartbeatDatabaseShared)]
    [InlineData("cm_location: \"2\"", "cm_location: \"1\"", Reasons.RegionsInvalid)]
    [InlineData("cm_is_default: !!bool \"false\"", "cm_is_default: !!bool \"true\"", Reasons.RegionsInvalid)]
    [InlineData("drc_rm_db: rm_340", "drc_rm_db: rm_341", Reasons.RegionsInvalid)]
    [InlineData("oms_meta_port: 3306", "oms_meta_port: 3307", Reasons.MetadataServerUnconfirmed)]
    public void Contradicting_regions_are_findings_before_any_change(
        string from, string to, string reason)
    {
        var world = new OmsWorld(new WorldSetup { Regions = 2, RealJson = false });
        foreach (var host in world.Hosts.Where(h => h.Region == 1))
        {
            var text = System.Text.Encoding.UTF8.GetString(host.Files["/data/oms/config.yaml"]);
            text.ShouldContain(from);
            host.Write("/data/oms/config.yaml", text.Replace(from, to, StringComparison.Ordinal));
        }

        world.Apply();
        world.RunToStall();

        world.Status.Findings.Select(f => f.Reason).ShouldContain(reason);
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Two_regions_killed_before_any_write_or_act_end_golden() =>
        Everywhere(Fate.DieBefore, way: 0);

    [Fact]
    public void Two_regions_killed_after_any_write_or_act_end_golden() =>
        Everywhere(Fate.DieAfter, way: 2);

    [Fact]
    public void Lost_answer_with_two_regions_ends_golden() => Everywhere(Fate.LostAnswer, way: 4);

    private static void Everywhere(Fate fate, int way) =>
        Cases.Try(
            Golden.World.Points.Where(p => Sample.Takes(p.Number, way, 8)).ToList(),
            point => Golden.With(point.Number, fate));

    private static OmsWorld Begin() => new OmsWorld(new WorldSetup { Regions = 2, RealJson = false }).Apply();

    private static IEnumerable<(string Node, bool Last)> Jars(OmsWorld world) => world.Plan.Steps
        .Where(s => s.Is<RunCorrectionJar>())
        .Select(s => (s.Node!, s.As<RunCorrectionJar>().Last));

    private static int First(OmsWorld world, string what) => world.Done.FindIndex(a => a.What == what);

    private static int Last(OmsWorld world, string what) => world.Done.FindLastIndex(a => a.What == what);

    [Fact]
    public void Writers_of_own_regions_are_noted_and_those_of_no_region_asked_about()
    {
        var world = new OmsWorld(new WorldSetup { Regions = 2, Nodes = 1, RealJson = false });
        world.Metadata.Cascades.AddRange([new CascadedWriter("1", "id=1"), new CascadedWriter("2", "id=2")]);
        world.Apply(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.Status.Plan is not null, "a plan");
        world.Plan.Notes.ShouldContain(
            n => n.Contains("id=1=1", StringComparison.Ordinal) && n.Contains("id=2=2", StringComparison.Ordinal));

        world.Metadata.Cascades.Add(new CascadedWriter("99", "id=3"));
        world.Retry();
        world.RunUntil(() => world.Status.Findings.Count > 0, "a finding");
        world.Status.Findings.ShouldHaveSingleItem().Message.ShouldContain("id=3=99");
        world.Status.Findings[0].Message.ShouldNotContain("id=1=1");
    }
}
