namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>What runs side by side in an upgrade of YugabyteDB, and what does not.</summary>
public sealed class OverlapTests
{
    [Fact]
    public void Drain_ends_while_former_tserver_settles()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "t2/drain").State == StepState.Succeeded, "t2 drained");

        Step(run, "t1/verify").State.ShouldBe(StepState.Running);
        (world["t2"].Starts, world.LeaderBlacklist.Count).ShouldBe((0, 1));
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Run_never_stops_tserver_before_former_settled()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.ToEnd();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
        Step(run, "t2/swap").StartedAt!.Value.ShouldBeGreaterThanOrEqualTo(Step(run, "t1/verify").FinishedAt!.Value);
        Step(run, "t3/swap").StartedAt!.Value.ShouldBeGreaterThanOrEqualTo(Step(run, "t2/verify").FinishedAt!.Value);
    }

    private static Step Step(YugaRun run, string id) => run.Plan.Steps.Single(s => s.Id == $"UpgradeTServers/{id}");
}
