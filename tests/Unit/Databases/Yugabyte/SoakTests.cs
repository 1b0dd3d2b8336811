namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class SoakTests
{
    [Fact]
    public void Soak_passes_before_promotion()
    {
        var world = new YugaWorld(new YugaSetup { Soak = "2h" });
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        (Step(run, "PromoteAutoFlags/promote").FinishedAt - Step(run, "VerifyVersions/verify").FinishedAt)
            .ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromHours(2));
    }

    [Fact]
    public void Soak_starts_again_after_unhealthy_look()
    {
        var world = new YugaWorld(new YugaSetup { Soak = "1h" });
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "Finalize/soak").State == StepState.Running, "it is watched");
        var before = world.Time.GetUtcNow();
        run.Until(() => world.Time.GetUtcNow() > before + TimeSpan.FromMinutes(30), "half of the time passes");
        world["t2"].HasNoPostgres = true;
        run.Until(
            () => run.Told.Any(
                t => t.Contains("not made final while the universe is unhealthy", StringComparison.Ordinal)),
            "it says so");
        world["t2"].HasNoPostgres = false;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        (Step(run, "Finalize/soak").FinishedAt - before).ShouldNotBeNull()
            .ShouldBeGreaterThan(TimeSpan.FromMinutes(89));
    }

    [Fact]
    public void Soak_counts_over_restart_of_operator()
    {
        var world = new YugaWorld(new YugaSetup { Soak = "1h" });
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "Finalize/soak").State == StepState.Running, "it is watched");
        var before = world.Time.GetUtcNow();
        run.Until(() => world.Time.GetUtcNow() > before + TimeSpan.FromMinutes(50), "most of the time passes");
        run.Life.Die();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        (Step(run, "Finalize/soak").FinishedAt - before).ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromMinutes(65));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Soak_starts_again_after_unhealthy_look_of_an_operator_that_was_restarted(bool whileUnhealthy)
    {
        var world = new YugaWorld(new YugaSetup { Soak = "1h" });
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "Finalize/soak").State == StepState.Running, "it is watched");
        var before = world.Time.GetUtcNow();
        run.Until(() => world.Time.GetUtcNow() > before + TimeSpan.FromMinutes(50), "most of the time passes");
        world["t2"].HasNoPostgres = true;
        run.Until(() => world.Time.GetUtcNow() > before + TimeSpan.FromMinutes(52), "it is unhealthy for two minutes");
        if (whileUnhealthy)
        {
            run.Life.Die();
            world["t2"].HasNoPostgres = false;
        }
        else
        {
            world["t2"].HasNoPostgres = false;
            run.Until(() => world.Time.GetUtcNow() > before + TimeSpan.FromMinutes(53), "it is healthy again");
            run.Life.Die();
        }

        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        (Step(run, "Finalize/soak").FinishedAt - before).ShouldNotBeNull()
            .ShouldBeGreaterThan(TimeSpan.FromMinutes(111));
    }

    [Fact]
    public void Lasting_unhealthiness_fails_before_anything_is_final()
    {
        var world = new YugaWorld(new YugaSetup { Soak = "1h" });
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "Finalize/soak").State == StepState.Running, "it is watched");
        world["t2"].HasNoPostgres = true;
        run.ToEnd();
        (run.Outcome.State, run.Outcome.StepId).ShouldBe((RunState.Failed, "Finalize/soak"));
        world.Acts.ShouldNotContain("promote");
    }

    private static Step Step(YugaRun run, string id) => run.Plan.Steps.Single(s => s.Id == id);
}
