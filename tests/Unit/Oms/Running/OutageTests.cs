namespace Drydock.Tests.Unit.Oms;

/// <summary>dockerd, a container or the network under a step goes away.</summary>
public sealed class OutageTests
{
    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Command_killed_by_dockerd_restart_stalls_and_is_not_repeated(
        string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-a"].RestartDockerd();
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe("OutcomeUnknown");
        world.RunFor(TimeSpan.FromMinutes(20));
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(20));
        world.New("oms-a")!.Start();
        world.RunFor(TimeSpan.FromMinutes(20));
        world.Count(kind).ShouldBe(1);
        world.ReasonOf("Stalled").ShouldBe("OutcomeUnknown");
        world.Status.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Command_lost_with_its_container_is_reported_as_lost_at_once(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world.New("oms-a")!.Stop();
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe("OutcomeUnknown");
        world.Status.Message.ShouldBeWorded();
        world.Status.Message.ShouldNotContain("docker start");
        world.Count(kind).ShouldBe(1);
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Command_survives_dockerd_restart_with_live_restore(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world.Hosts.ForEach(h => h.LiveRestore = true);
        world["oms-a"].RestartDockerd();
        world.RunToSuccess();

        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("CorrectMetadata")]
    [InlineData("CorrectMetadata/oms-a/jar")]
    [InlineData("InitMetadata")]
    [InlineData("Verify")]
    public void Stopped_new_container_is_reported_with_docker_start_command(string before)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = [before] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.New("oms-a")!.Stop();
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "down");
        world.ReasonOf("Failed").ShouldBe("ComponentsUnhealthy");
        world.Status.Message.ShouldBeWorded();

        world.New("oms-a")!.Start();
        world.RunFor(TimeSpan.FromSeconds(5));
        if (before == "CorrectMetadata/oms-a/jar")
        {
            // The console comes up with its container, after the step that stopped it.
            world.New("oms-a")!.StopProgram("oms_console");
        }

        world.Retry();
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Dockerd_restart_does_not_revive_old_container()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("stop") == 2, "stopped");
        world.Hosts.ForEach(h => h.RestartDockerd());
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("load")]
    [InlineData("stop")]
    [InlineData("snapshot")]
    [InlineData("jar")]
    [InlineData("init")]
    [InlineData("ha on")]
    public void Upgrade_succeeds_after_network_outage_without_repeating_commands(string after)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(after) == 1, after);
        world.Hosts.ForEach(h => h.Cut(off: true));
        world.RunFor(TimeSpan.FromMinutes(4));
        world.Hosts.ForEach(h => h.Cut(off: false));
        if (world.Is("Failed"))
        {
            world.Retry();
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("create"), world.Count("snapshot"))
            .ShouldBe((2, 1, 2, 1));
    }

    [Theory]
    [InlineData("ha off")]
    [InlineData("stop")]
    [InlineData("snapshot")]
    [InlineData("init")]
    public void Upgrade_succeeds_after_outage_of_metadata_database(string after)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count(after) == 1, after);
        world.Metadata.IsReachable = false;
        world.RunFor(TimeSpan.FromMinutes(4));
        world.Metadata.IsReachable = true;
        if (world.Is("Failed"))
        {
            world.Retry();
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
    }

    [Fact]
    public void JAR_past_its_timeout_is_not_stopped_and_counts_later()
    {
        var world = new OmsWorld(new WorldSetup { JarTakes = TimeSpan.FromMinutes(40) }).Apply(
            s => s with { Timeouts = s.Timeouts with { CorrectMetadata = "10m" } });
        world.RunUntil(() => world.Is("Failed"), "timed out");
        world.ReasonOf("Stalled").ShouldBe("StepTimeout");
        world.Step("CorrectMetadata/oms-a/jar").State.ShouldBe(StepState.Failed);

        world.RunUntil(() => world.Count("jar", "oms-b") == 1, "it went on");
        world.Count("jar", "oms-a").ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }
}
