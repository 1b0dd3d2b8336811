namespace Drydock.Tests.Unit.Oms;

/// <summary>Which version runs before and after the upgrade, by what the containers and images say.</summary>
public sealed class VersionNameTests
{
    private static readonly WorldSetup Plain = new() { RealJson = false };

    [Theory]
    [InlineData("registry.example/oms:2024.01.15")]
    [InlineData("registry.example/oms:1.0.3")]
    [InlineData("registry.example/base/migration:4.2.1")]
    public void Tag_of_a_private_registry_is_a_note(string image)
    {
        var world = new OmsWorld(Plain).Apply(s => s with { Image = image });
        world.RunToSuccess();

        world.Plan.Notes.ShouldContain(n => n.Contains(image) && n.Contains("does not say which version"));
        world.Status.Nodes.ShouldAllBe(n => n.Version == "4.2.2-bp1");
    }

    [Fact]
    public void Contradicting_image_name_is_asked_for_and_can_be_acknowledged()
    {
        var world = new OmsWorld(Plain).Apply(s => s with { Image = "registry.example/oms:4.2.1" });
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe(Reasons.ImageNameContradicts);
        world.Status.Findings.Single().Acknowledge.ShouldBe(Reasons.ImageNameContradicts);

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Reasons.ImageNameContradicts] }
        });
        world.RunToSuccess();
        world.Plan.Notes.ShouldContain(n => n.Contains("You acknowledged") && n.Contains("named after version 4.2.1"));
    }

    [Fact]
    public void Wrong_version_of_the_old_container_can_be_acknowledged_per_node()
    {
        var world = new OmsWorld(Plain).Apply(s => s with { FromVersion = "3.2.1" });
        world.RunToStall();
        world.Status.Findings.Select(f => f.Acknowledge)
            .ShouldBe(["VersionMismatch/oms-a", "VersionMismatch/oms-b"], ignoreOrder: true);
        world.Status.Findings.ShouldAllBe(f => f.Message.Contains(ContainerVersion.File));

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with
            {
                Acknowledge = [.. s.Preflight.Acknowledge, "VersionMismatch/oms-a", "VersionMismatch/oms-b"]
            }
        });
        world.RunToSuccess();
    }

    [Fact]
    public void Old_version_that_nothing_tells_is_a_note()
    {
        var world = new OmsWorld(Plain with { Reported = static _ => null });
        foreach (var host in world.Hosts)
        {
            world.Old(host.Name).Config = world.Old(host.Name).Config with { Image = "registry.example/oms:latest" };
        }

        world.Apply();
        world.RunUntil(() => world.Status.Plan is not null, "planned");

        world.Plan.Notes.ShouldContain(
            n => n.Contains("oms_322 on oms-a cannot be read") && n.Contains("fromVersion 3.2.2-bp2"));
    }

    [Fact]
    public void Reported_version_after_the_upgrade_is_in_status_and_mismatch_an_action()
    {
        var world = new OmsWorld(Plain with { Reported = static version => version == "4.2.2" ? "4.2.1" : "3.2.2-bp2" })
            .Apply();
        world.RunToSuccess();

        world.Status.Nodes.ShouldAllBe(n => n.Version == "4.2.1");
        world.Status.ActionRequired.Where(a => a.Reason == Reasons.VersionMismatch).Select(a => a.Subject)
            .ShouldBe(["oms-a", "oms-b"]);
        world.Status.ActionRequired.First(a => a.Reason == Reasons.VersionMismatch).Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("registry.example/oms:feature_4.2.2", "4.2.2")]
    [InlineData("registry.example/base/migration:7", null)]
    public void Version_without_a_file_is_that_of_the_image_name(string image, string? version)
    {
        var world = new OmsWorld(Plain with { Reported = static _ => null }).Apply(s => s with { Image = image });
        world.RunToSuccess();

        world.Status.Nodes.ShouldAllBe(n => n.Version == version);
        world.Status.ActionRequired.ShouldNotContain(a => a.Reason == Reasons.VersionMismatch);
    }

    [Fact]
    public void Version_is_empty_until_the_new_container_was_asked()
    {
        var world = new OmsWorld(Plain).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the JAR runs");
        world.Status.Nodes.ShouldAllBe(n => n.Container == OmsWorld.NewName && n.Version == null);
    }
}
