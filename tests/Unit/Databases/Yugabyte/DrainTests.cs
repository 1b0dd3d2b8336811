using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>Drains of tablet servers: what they ask, when they end, and what happens if leaders stay.</summary>
public sealed class DrainTests
{
    private const string Drain = "UpgradeTServers/t1/drain";

    [Fact]
    public void Drain_that_makes_progress_has_no_time_limit()
    {
        var world = Many(leaders: 2400, new DrainSpec { StalledFor = "1m" });
        var run = Draining(world);
        var began = world.Time.GetUtcNow();
        run.Until(() => Step(run).State == StepState.Succeeded, "t1 is drained");

        (world.Time.GetUtcNow() - began).ShouldBeGreaterThan(TimeSpan.FromMinutes(19));
        Step(run).Attempt.ShouldBe(1);
    }

    [Fact]
    public void Drain_of_2400_leaders_asks_one_page()
    {
        var world = Many(leaders: 2400, new DrainSpec());
        var run = Draining(world);
        var asked = new List<string>();
        world.Asked = (_, path) => asked.Add(path);
        run.Until(() => Step(run).State == StepState.Succeeded, "t1 is drained");

        var all = asked.CountBy(a => a).ToDictionary(StringComparer.Ordinal);
        var text = string.Join("; ", all.Select(a => $"{a.Key}: {a.Value}"));
        all["/api/v1/tablet-servers"].ShouldBeInRange(250, 700, text);
        all["/api/v1/cluster-config"].ShouldBeLessThan(all["/api/v1/tablet-servers"] / 4, text);
    }

    [Theory]
    [InlineData(3, 250)]
    [InlineData(20, 250)]
    [InlineData(21, 2000)]
    public void Drain_looks_closely_when_few_leaders_are_left(int left, int milliseconds) =>
        DrainView.Pause(left, TimeSpan.FromSeconds(2)).TotalMilliseconds.ShouldBe(milliseconds);

    [Fact]
    public async Task Drain_that_waits_for_a_release_is_woken_by_it()
    {
        var world = Many(leaders: 10, new DrainSpec());
        var cluster = new YugabyteCluster(new YugaLife(world).Context);
        var waits = cluster.Released.WaitAsync(TimeSpan.FromMinutes(1), world.Time, default);
        await cluster.ReleaseAsync(world.Spec.Instances.Single(i => i.Name == "t1"), default);
        await waits;
    }

    [Fact]
    public void Drain_without_progress_fails_after_stalledFor()
    {
        var world = Many(leaders: 20, new DrainSpec { StalledFor = "3m" });
        world.StuckLeaders["t1"] = 5;
        var run = YugaRun.Of(world).ToEnd();

        (run.Outcome.State, run.Outcome.Reason).ShouldBe((RunState.Failed, Reasons.DrainTimeout));
        run.Outcome.Message.ShouldBeWorded();
        world["t1"].Running.ShouldBe(world.Setup.From);
        world.LeaderBlacklist.ShouldBe([world["t1"].Rpc]);
    }

    [Fact]
    public void Failed_drain_continues_when_last_leaders_leave()
    {
        var world = Many(leaders: 20, new DrainSpec { StalledFor = "3m" });
        world.StuckLeaders["t1"] = 5;
        var run = YugaRun.Of(world).ToEnd();
        world.StuckLeaders.Clear();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "it continues");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Drain_survives_universe_that_does_not_answer_for_a_while()
    {
        var world = Many(leaders: 600, new DrainSpec { StalledFor = "3m" });
        var run = Draining(world);
        run.Until(() => world["t1"].Leaders < 500, "leaders leave");
        var until = world.Time.GetUtcNow() + TimeSpan.FromMinutes(2);
        world.Asked = (_, path) =>
        {
            if (world.Time.GetUtcNow() < until)
            {
                world.Answers[path] = (503, "busy");
            }
            else
            {
                world.Answers.Clear();
            }
        };
        run.Until(() => Step(run).State == StepState.Succeeded, "t1 is drained");
        Step(run).Attempt.ShouldBe(1);
    }

    [Fact]
    public void Leaders_leave_faster_and_masters_get_their_values_back()
    {
        var world = Slow(new LeaderMoves(2, 1));
        world["t1"].Leaders = 5000;
        var run = Draining(world);
        var began = world.Time.GetUtcNow();
        run.Until(() => Step(run).State == StepState.Succeeded, "t1 is drained");
        (world.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromMinutes(2));
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);

        world.Masters.ShouldAllBe(m => m.Moves == new LeaderMoves(2, 1));
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Value_that_an_administrator_sets_meanwhile_stays()
    {
        var world = Slow(new LeaderMoves(2, 1));
        var run = Draining(world);
        world["m2"].Moves = new LeaderMoves(7, 100);
        run.ToEnd();
        world["m2"].Moves.ShouldBe(new LeaderMoves(7, 1));
        world["m1"].Moves.ShouldBe(new LeaderMoves(2, 1));
    }

    [Theory]
    [InlineData(100, -1)]
    [InlineData(300, 200)]
    public void Plan_of_universe_that_moves_leaders_fast_changes_no_flag(int all, int perTable) =>
        YugaRun.Compile(Slow(new LeaderMoves(all, perTable))).Steps.ShouldNotContain(s => s.Is<SpeedUpLeaders>());

    [Fact]
    public void Tool_that_cannot_set_flags_does_not_fail_the_upgrade()
    {
        var world = Slow(new LeaderMoves(2, 1));
        world.FlagAnswer = new(
            1, "", "Remote error: flag is not safe to change at runtime (use --force flag to allow anyway)");
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        run.Plan.Steps.Single(s => s.Is<SpeedUpLeaders>()).Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Speed_of_leaders_is_restored_when_the_run_is_stopped()
    {
        var world = Slow(new LeaderMoves(2, 1));
        var run = Draining(world);
        var status = new DatabaseRollingUpgradeStatus { Plan = run.Plan };
        YugabyteStatus.LeftBehind(world.Spec, status)
            .ShouldContain(a => a.Reason == Reasons.ScheduleLimits && a.Message.Contains(
                "--server_address=10.0.0.1:7100 --timeout_ms=30000 set_flag load_balancer_max_concurrent_moves 2",
                StringComparison.Ordinal));

        var came = await new YugabyteCluster(new YugaLife(world).Context).CleanUpAsync(status, default);
        came.Removed.ShouldBe(["t1", "UpgradeTServers/speed-up-leaders"]);
        world.Masters.ShouldAllBe(m => m.Moves == new LeaderMoves(2, 1));
    }

    [Fact]
    public async Task Silent_master_does_not_keep_others_from_their_values()
    {
        var world = Slow(new LeaderMoves(2, 1));
        var status = new DatabaseRollingUpgradeStatus { Plan = Draining(world).Plan };
        var silent = world.Masters.First(m => m != world.Leader);
        silent.IsSilent = true;
        var came = await new YugabyteCluster(new YugaLife(world).Context).CleanUpAsync(status, default);
        came.Remaining.ShouldHaveSingleItem().ShouldBeWorded();
        world.Masters.Where(m => m != silent).ShouldAllBe(m => m.Moves == new LeaderMoves(2, 1));
        silent.Moves.ShouldBe(new LeaderMoves(100, 100));

        silent.IsSilent = false;
        (await new YugabyteCluster(new YugaLife(world).Context).CleanUpAsync(status, default)).Remaining
            .ShouldBeEmpty();
        world.Masters.ShouldAllBe(m => m.Moves == new LeaderMoves(2, 1));
    }

    [Fact]
    public void Rollback_restores_the_speed_of_leaders()
    {
        var world = Slow(new LeaderMoves(2, 1), "2.20.2.0-b1", "2024.1.3.0-b5");
        var run = Draining(world);
        new YugaRun(world, PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan))).Until(
            () => world.Masters.All(m => m.Moves == new LeaderMoves(2, 1)), "the values are back");
        world["m1"].Running.ShouldBe(world.Setup.To, "before any master is restarted");
    }

    [Theory]
    [InlineData(YugaFate.DieBefore)]
    [InlineData(YugaFate.DieAfter)]
    [InlineData(YugaFate.LoseAnswer)]
    internal void Speed_of_leaders_survives_a_kill_at_each_change(YugaFate fate)
    {
        for (var at = 1; at <= 12; at++)
        {
            var (number, disturbed) = (0, at);
            var world = Slow(new LeaderMoves(2, 1));
            var run = YugaRun.Of(world, (_, what) =>
                what.Contains("set_flag", StringComparison.Ordinal) && ++number == disturbed ? fate : YugaFate.Live)
                .ToEnd();
            run.Outcome.State.ShouldBe(RunState.Succeeded, $"{fate} at {at}");
            world.Masters.ShouldAllBe(m => m.Moves == new LeaderMoves(2, 1), $"{fate} at {at}");
        }
    }

    private static YugaWorld Many(int leaders, DrainSpec drain)
    {
        var world = new YugaWorld();
        world.Spec = world.Spec with { Drain = drain };
        world["t1"].Leaders = leaders;
        return world;
    }

    private static YugaWorld Slow(LeaderMoves moves, string from = "2.18.4.0-b52", string to = "2.20.7.0-b58")
    {
        var world = new YugaWorld(new YugaSetup { Moves = moves, From = from, To = to });
        world.Spec = world.Spec with { Drain = new DrainSpec() };
        return world;
    }

    private static YugaRun Draining(YugaWorld world)
    {
        var run = YugaRun.Of(world);
        return run.Until(() => world.LeaderBlacklist.Contains(world["t1"].Rpc), "the drain has begun");
    }

    private static Step Step(YugaRun run) => run.Plan.Steps.Single(s => s.Id == Drain);
}
