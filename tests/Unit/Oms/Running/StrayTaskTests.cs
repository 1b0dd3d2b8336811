namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// A dockerd with live-restore was killed in the middle of a start, or somebody removed a container: dockerd and the
/// world are not of one mind.
/// </summary>
public sealed class StrayTaskTests
{
    [Theory]
    [InlineData("task {0}: already exists")]
    [InlineData(
        "failed to start shim: mkdir /run/containerd/io.containerd.runtime.v2.task/moby/{0}: file exists: unknown")]
    public void Refused_container_start_names_command_that_removes_stray_task(
        string words)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world["oms-a"].StrayTasks[OmsWorld.NewName] = words;
        world.RunUntil(() => world.Is("Failed"), "the start is refused");

        world.ReasonOf("Failed").ShouldBe(Reasons.ComponentsUnhealthy);
        var id = world["oms-a"].Find(OmsWorld.NewName)!.Id;
        world.Status.Message.ShouldNotBeNull().ShouldContain($"pkill -KILL -f 'containerd-shim.* -id {id}'");

        world["oms-a"].StrayTasks.Clear();
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Container_removed_during_JAR_leaves_only_rollback()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the JAR runs");
        var removed = world["oms-a"].Find(OmsWorld.NewName)!;
        removed.Stop(137);
        world["oms-a"].Containers.Remove(removed);
        world.RunUntil(() => world.Is("Stalled"), "it is seen");
        world.Retry();
        world.RunFor(TimeSpan.FromHours(2));

        (world.Count("jar"), world.Is("Stalled")).ShouldBe((1, true));
        world.ReasonOf("Stalled").ShouldBe(Reasons.TargetChanged);
        world.Status.Message.ShouldBeWorded();

        RollbackTests.GoBack(world);
        (world.Metadata.Contents, world.Count("restore")).ShouldBe(("3.2.2", 1));
    }
}
