using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>A universe that breaks while or after an upgrade is made final: the run does not succeed unseen.</summary>
public sealed class VerifyUniverseTests
{
    [Theory]
    [InlineData(DatabaseEngine.YugabyteDB)]
    [InlineData(DatabaseEngine.BMDB)]
    public void Server_that_dies_after_the_last_act_fails_Verify(DatabaseEngine engine)
    {
        var world = new YugaWorld(PlannerTests.Replicated() with { Engine = engine })
        {
            PeerVersion = PlannerTests.Replicated().To
        };
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "UpgradeCatalog/upgrade").State == StepState.Succeeded, "the catalogue is new");
        world.End(world["t3"], SupervisionState.Inactive);
        run.ToEnd();

        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, "Verify/universe", Reasons.ClusterUnhealthy));
        run.Outcome.Message.ShouldBeWorded();
        world.Groups.ShouldAllBe(g => g.IsPaused);

        world.Start(world["t3"], world.Setup.To);
        run.Retry = true;
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "the retry looks again");
        world.Groups.ShouldAllBe(g => !g.IsPaused);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Heartbeats_refused_since_promotion_stop_the_run_before_the_catalogue()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "PromoteAutoFlags/promote").State == StepState.Succeeded, "flags are promoted");
        world["t2"].RefusedSince = world.Time.GetUtcNow();
        run.ToEnd();

        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, "UpgradeCatalog/universe", Reasons.ClusterUnhealthy));
        run.Outcome.Message.ShouldBeWorded();
        world.CatalogIsUpgraded.ShouldBeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Heartbeats_refused_since_the_last_act_are_seen_whatever_settle_is(int settle)
    {
        var world = new YugaWorld();
        world.Spec = world.Spec with { MinHealthySeconds = settle };
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "UpgradeCatalog/upgrade").State == StepState.Succeeded, "the catalogue is new");
        world["t2"].RefusedSince = world.Time.GetUtcNow();

        run.ToEnd().Outcome.StepId.ShouldBe("Verify/universe");
    }

    [Fact]
    public void Flags_are_not_promoted_while_a_server_is_unhealthy()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("PromoteAutoFlags");
        run.Until(() => run.Outcome?.State == RunState.Held, "it is held");
        world["t2"].RefusedSince = world.Time.GetUtcNow() - TimeSpan.FromMinutes(2);
        run.HoldBefore.Clear();
        run.Wake();
        run.Until(
            () => run.Told.Any(t => t.Contains(
                "AutoFlags are not promoted while the universe is unhealthy.", StringComparison.Ordinal)),
            "it says so");
        world.Acts.ShouldNotContain("promote");

        world["t2"].RefusedSince = null;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Catalogue_is_not_upgraded_while_a_server_is_unhealthy()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeCatalog/upgrade");
        run.Until(
            () => Step(run, "UpgradeCatalog/universe").State == StepState.Succeeded
                && run.Outcome?.State == RunState.Held,
            "it is held");
        world["t2"].RefusedSince = world.Time.GetUtcNow() - TimeSpan.FromMinutes(2);
        run.HoldBefore.Clear();
        run.Wake();
        run.Until(
            () => run.Told.Any(t => t.Contains(
                "The catalogue is not upgraded while the universe is unhealthy.", StringComparison.Ordinal)),
            "it says so");
        world.CatalogIsUpgraded.ShouldBeFalse();

        world["t2"].RefusedSince = null;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Catalogue_is_not_tried_again_while_a_server_is_unhealthy()
    {
        var world = new YugaWorld { CatalogMismatches = 1 };
        var run = YugaRun.Of(world);
        run.Until(() => world.CatalogMismatches == 0, "it failed once");
        world["t2"].RefusedSince = world.Time.GetUtcNow() - TimeSpan.FromMinutes(2);
        run.Until(
            () => run.Told.Any(t => t.Contains(
                "The catalogue is not upgraded while the universe is unhealthy.", StringComparison.Ordinal)),
            "it says so");
        world.CatalogIsUpgraded.ShouldBeFalse();

        world["t2"].RefusedSince = null;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Look_that_finds_a_problem_starts_the_count_again()
    {
        var world = new YugaWorld();
        world.Spec = world.Spec with { MinHealthySeconds = 60 };
        var run = YugaRun.Of(world);
        run.Until(() => Step(run, "Verify/universe").State == StepState.Running, "it is looked at");
        var began = world.Time.GetUtcNow();
        run.Until(() => world.Time.GetUtcNow() > began + TimeSpan.FromSeconds(40), "most of the time passes");
        world["t2"].HasNoPostgres = true;
        run.Until(
            () => run.Told.Any(t => t.StartsWith("Waiting until the universe is healthy in", StringComparison.Ordinal)),
            "it says so");
        world["t2"].HasNoPostgres = false;

        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        (Step(run, "Verify/universe").FinishedAt - began).ShouldNotBeNull()
            .ShouldBeGreaterThan(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public void Rollback_ends_with_a_look_at_the_universe()
    {
        var world = new YugaWorld(new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" });
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("VerifyVersions");
        run.Until(() => Step(run, "UpgradeTServers/t3/verify").State == StepState.Succeeded, "all is new");
        var back = new YugaRun(world, PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan)));
        back.Until(
            () => back.Plan.Steps.Single(s => s.Id == "RollbackMasters/verify-versions").State == StepState.Succeeded,
            "all is old");
        world["t1"].RefusedSince = world.Time.GetUtcNow();
        back.ToEnd();

        (back.Outcome.State, back.Outcome.StepId).ShouldBe((RunState.Failed, "Verify/universe"));
        back.Outcome.Reason.ShouldBe(Reasons.ClusterUnhealthy);
        back.Outcome.Message.ShouldBeWorded();
    }

    private static Step Step(YugaRun run, string id) => run.Plan.Steps.Single(s => s.Id == id);
}
