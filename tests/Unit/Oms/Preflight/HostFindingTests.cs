namespace Drydock.Tests.Unit.Oms;

/// <summary>What preflight asks of hosts that would otherwise show in the downtime.</summary>
public sealed class HostFindingTests
{
    private const string Other = "192.0.2.217";

    [Theory]
    [InlineData("ONLINE", false)]
    [InlineData("OFFLINE", true)]
    [InlineData("ONLINE", true)]
    public void Host_that_the_spec_does_not_name_is_asked_about_if_it_may_write(string status, bool beats)
    {
        var world = new OmsWorld(new WorldSetup { CmNodes = (w, _) => [w.Hosts[0].Ip] });
        world.Metadata.HostStatus[Other] = status;
        if (!beats)
        {
            world.Old("oms-b").Stop();
            world.RunFor(TimeSpan.FromMinutes(5));
        }

        world.Apply(OnlyFirst).RunToStall();
        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge, finding.Field)
            .ShouldBe((Reasons.NodesDiffer, $"NodesDiffer/{Other}", "spec.regions"));
        finding.Message.ShouldBeWorded();
        finding.Message.Contains("fresh heartbeat", StringComparison.Ordinal).ShouldBe(beats);
    }

    [Fact]
    public void Host_that_is_gone_is_only_noted()
    {
        var world = new OmsWorld(new WorldSetup { CmNodes = (w, _) => [w.Hosts[0].Ip] });
        world.Metadata.HostStatus[Other] = "OFFLINE";
        world.Old("oms-b").Stop();
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Apply(OnlyFirst);
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.Plan.Notes.ShouldContain(n => n.StartsWith($"Host {Other} is OFFLINE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("present")]
    [InlineData("archive")]
    [InlineData("registry")]
    public void Image_for_another_architecture_is_found_before_the_downtime(string source)
    {
        var world = new OmsWorld(
            new WorldSetup { ImagePresent = source == "present", ImageInRegistry = source == "registry" });
        world["oms-b"].Architecture = "aarch64";
        world.Apply().RunToStall();
        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Node, finding.Acknowledge)
            .ShouldBe((Reasons.ImageUnsuitable, "oms-b", "ImageUnsuitable/oms-b/architecture"));
        finding.Message.ShouldBeWorded();
        finding.Field.ShouldBe("spec.image");
    }

    [Fact]
    public void Changed_files_that_are_listed_too_slowly_are_asked_about()
    {
        var world = new OmsWorld();
        world["oms-a"].ListsChangesSlowly = true;
        world.Apply().RunToStall();
        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge).ShouldBe((Reasons.ContainerFilesUnknown, "ContainerFilesUnknown/oms-a"));
        finding.Message.ShouldBeWorded();

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, finding.Acknowledge!] }
        });
        world.RunUntil(() => world.Status.Plan is not null, "planned");
    }

    private static OmsUpgradeSpec OnlyFirst(OmsUpgradeSpec spec) =>
        spec with { Regions = [spec.Regions[0] with { Nodes = [spec.Regions[0].Nodes[0]] }] };
}
