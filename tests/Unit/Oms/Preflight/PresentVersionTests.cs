namespace Drydock.Tests.Unit.Oms;

/// <summary>An upgrade to the version that runs already. A redo is in RedoTests, an adoption in
/// HolderGoneTests.</summary>
public sealed class PresentVersionTests
{
    private const string Again = "again";

    [Theory]
    [InlineData("4.2.2-bp1", false)]
    [InlineData("4.2.2", false)]
    [InlineData(null, false)]
    [InlineData("4.2.2-bp1", true)]
    public void Second_upgrade_to_the_running_version_is_refused_for_good(string? reported, bool rebuilt)
    {
        var world = Upgraded(reported);
        var image = world.NewImageName;
        if (rebuilt)
        {
            image = "registry.example/oms:rebuilt";
            world.Hosts.ForEach(h => h.AddImage(world.Image("4.2.2-b", image), image));
        }

        world.Done.Clear();
        Order(world, s => s with { Image = image, ImageArchive = null });
        world.RunUntil(() => IsStalled(world), "refused");

        var finding = Found(world).Single(f => f.Reason == Reasons.AlreadyAtVersion);
        (finding.Acknowledge, finding.Field).ShouldBe((null, "spec.toVersion"));
        finding.Message.ShouldContain("oms_422 on oms-a");
        finding.Message.ShouldContain("oms_422 on oms-b");

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with
            {
                Acknowledge =
                    [.. s.Preflight.Acknowledge, Reasons.AlreadyAtVersion, Reasons.SameRelease, Reasons.VersionMismatch]
            }
        }, Again);
        world.RunFor(TimeSpan.FromMinutes(10));
        IsStalled(world).ShouldBeTrue();
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Nodes_of_two_versions_are_a_finding_that_names_the_ways()
    {
        var world = Upgraded("4.2.2-bp1");
        world.New("oms-b")!.Stop(1);
        world.Old("oms-b").Start();
        world.Done.Clear();
        Order(world, s => s with
        {
            Regions = [.. s.Regions.Select(r => r with
            {
                Nodes = [.. r.Nodes.Select(n => n.Name == "oms-b" ? n with { CurrentContainer = OmsWorld.OldName } : n)]
            })]
        });
        world.RunUntil(() => IsStalled(world), "refused");

        var finding = Found(world).Single(f => f.Reason == Reasons.VersionsMixed);
        finding.Acknowledge.ShouldBeNull();
        finding.Message.ShouldBeWorded();
        Found(world).ShouldNotContain(f => f.Reason == Reasons.AlreadyAtVersion);
        world.Done.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("oms-b")]
    [InlineData("oms-a,oms-b")]
    public void Node_that_cannot_be_read_to_the_end_is_its_own_finding(string hosts)
    {
        var world = Upgraded("4.2.2-bp1");
        world.Hosts.Where(h => hosts.Contains(h.Name)).ToList()
            .ForEach(h => h.UnreadableFile = "/home/admin/conf/config.yaml");
        Order(world, s => s);
        world.RunUntil(() => IsStalled(world), "refused");

        Found(world).ShouldContain(f => f.Node == "oms-b" && f.Message.Contains("input/output error"));
        Found(world).ShouldNotContain(f => f.Reason == Reasons.InternalError);
    }

    [Fact]
    public void Patch_of_a_release_needs_no_word()
    {
        var world = new OmsWorld(
            new WorldSetup { RealJson = false, NeedsJar = false, FromVersion = "4.2.2", ToVersion = "4.2.2-bp2" })
            .Apply(s => s.Acknowledge(Reasons.VersionPathUnsupported));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("4.2.2")]
    [InlineData(null)]
    public void Same_release_without_a_readable_bugfix_pack_is_asked(string? reported)
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            NeedsJar = false,
            FromVersion = "4.2.2",
            ToVersion = "4.2.2-bp1",
            Reported = version => version == "4.2.2" ? reported : "4.2.2-bp1"
        })
            .Apply(s => (s with { FromVersion = "4.2.2" }).Acknowledge(Reasons.VersionPathUnsupported));
        world.RunToStall();
        world.Status.Findings.Select(f => f.Acknowledge)
            .ShouldBe(["SameRelease/oms-a", "SameRelease/oms-b"], ignoreOrder: true);
        world.Status.Findings.ShouldAllBe(f => f.Message.Contains("If it is 4.2.2-bp1 already"));

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.SameRelease] }
        });
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static OmsWorld Upgraded(string? reported)
    {
        var world = new OmsWorld(
            new WorldSetup { RealJson = false, Reported = version => version == "3.2.2" ? "3.2.2-bp2" : reported })
            .Apply();
        world.RunToSuccess();
        return world;
    }

    private static void Order(OmsWorld world, Func<OmsUpgradeSpec, OmsUpgradeSpec> change) => world.Apply(
        s => change(s.Acknowledge(Reasons.VersionPathUnsupported) with
        {
            FromVersion = "4.2.2",
            CurrentContainer = OmsWorld.NewName,
            NewContainer = "oms_422bp1",
        }),
        Again);

    private static OmsUpgradeStatus? Status(OmsWorld world) =>
        world.Api.Find<OmsUpgrade>(OmsWorld.Namespace, Again)!.Status;

    private static List<Finding> Found(OmsWorld world) => Status(world)!.Findings;

    private static bool IsStalled(OmsWorld world) =>
        Status(world)?.Conditions.Exists(c => c is { Type: "Stalled", Status: "True" }) == true;
}
