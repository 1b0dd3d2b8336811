namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// What no retry of the stored plan gets over before the downtime: the message names a way out, and that way works.
/// </summary>
public sealed class PreparationFailureTests
{
    private const string WayOut = "Or roll back: ";

    [Fact]
    public void Missing_JAR_is_corrected_through_rollback_and_retry()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { Correction = s.Correction with { JarPath = "/root/other.jar" } });
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Stalled").ShouldBe("JarMissing");
        world.Said.ShouldContain(WayOut);

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();
        world.EditSpec(
            s => s with { DesiredState = DesiredState.Upgraded, Correction = new() });
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Image_that_differs_between_nodes_is_corrected_through_rollback()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImageInRegistry = true }).Apply(
            s => s with { MaxParallelNodes = 1 });
        world.RunUntil(() => world.Count("pull") == 1, "the first node has it");
        var right = world.Registry[world.NewImageName];
        world.Registry[world.NewImageName] = right with { Id = world.Image("4.2.3", "other").Id };
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Stalled").ShouldBe("ImagesDiffer");
        world.Said.ShouldContain(WayOut);

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunToRolledBack();
        world.Registry[world.NewImageName] = right;
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }
}
