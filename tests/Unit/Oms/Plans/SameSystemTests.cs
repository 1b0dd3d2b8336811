namespace Drydock.Tests.Unit.Oms;

/// <summary>Nodes whose files or images look different and are the same, or the other way about.</summary>
public sealed class SameSystemTests
{
    private const string Proxy = "proxy-b.example";

    [Fact]
    public void Two_addresses_of_one_metadata_server_are_one_configuration()
    {
        var world = BehindProxy();
        world.Metadata.Aliases[Proxy] = world.Metadata.Identity;
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Count("init").ShouldBe(1);
    }

    [Fact]
    public void Two_metadata_servers_are_refused()
    {
        var world = BehindProxy();
        world.Metadata.Aliases[Proxy] = "uuid:another";
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Node, finding.Acknowledge).ShouldBe((Reasons.NodesDiffer, "oms-b", null));
        finding.Message.ShouldContain("uuid:another");
    }

    [Fact]
    public void Metadata_server_that_cannot_be_compared_must_be_confirmed()
    {
        var world = BehindProxy().Apply();
        world.RunToStall();
        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge)
            .ShouldBe((Reasons.MetadataServerUnconfirmed, "MetadataServerUnconfirmed/oms-b"));

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, finding.Acknowledge!] }
        });
        world.RunToSuccess();
    }

    [Fact]
    public void Different_configuration_files_initialize_every_node()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, InitsEveryHost = true });
        Replace(world, "http://192.0.2.216:8088", "http://192.0.2.217:8088");
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Done.Where(a => a.What == "init").Select(a => a.Where).ShouldBe(["oms-a", "oms-b"]);
        world.Plan.Notes.ShouldContain(
            n => n.Contains("docker_init.sh runs on every node of region default") && n.Contains("differs in cm_url"));
        world.Plan.Notes.ShouldContain(n => n.StartsWith("The correction JAR runs on every node"));
    }

    [Theory]
    [InlineData("oms-a,oms-b", false)]
    [InlineData("oms-b", false)]
    [InlineData("oms-a,oms-b", true)]
    [InlineData("oms-b", true)]
    public void Image_of_the_archive_is_accepted_whatever_id_dockerd_gives(string hosts, bool onHost)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ContainerdHosts = hosts.Split(',') });
        if (onHost)
        {
            var archive = world.Archives.Save(world.NewImageContent);
            world.Hosts.ForEach(h => h.Files["/opt/oms.tar"] = archive);
        }

        world.Apply(s => onHost ? s with { ImageArchive = new() { HostPath = "/opt/oms.tar" } } : s);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world["oms-b"].Images.Keys.ShouldNotContain(world.NewImageContent.Id);
        world.Status.Nodes.Single(n => n.Name == "oms-b").ImageID.ShouldBe(world.New("oms-b")!.Image.Id);
    }

    [Fact]
    public void Other_contents_under_the_name_of_the_image_are_refused()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ContainerdHosts = ["oms-a", "oms-b"] }).Apply();
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world["oms-b"].AddImage(world.Image("9.9.9", world.NewImageName), world.NewImageName);
        world.RunUntil(() => world.Is("Failed"), "it fails");

        world.ReasonOf("Failed").ShouldBe(Reasons.ImagesDiffer);
    }

    private static OmsWorld BehindProxy()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        Replace(world, $"oms_meta_host: {WorldMetadataServer.Host}", $"oms_meta_host: {Proxy}");
        return world;
    }

    private static void Replace(OmsWorld world, string from, string to)
    {
        var text = Encoding.UTF8.GetString(world["oms-b"].Files["/data/oms/config.yaml"]);
        text.ShouldContain(from);
        world["oms-b"].Write("/data/oms/config.yaml", text.Replace(from, to, StringComparison.Ordinal));
    }
}
