using System.Collections.Immutable;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>Tablet servers of one zone that are stopped side by side, and why they are not.</summary>
public sealed class ZoneTests
{
    // t1 and t4 are in z1, t2 and t5 in z2, t3 and t6 in z3.
    private static readonly YugaSetup Zoned = new() { Tservers = 6, Zones = 3, MaxUnavailablePerZone = 2 };
    private static readonly YugaSetup Modern =
        Zoned with { From = "2.20.3.1-b2", To = "2024.1.3.0-b5", NodesSafe = true };

    [Fact]
    public void Tservers_of_one_zone_wait_for_the_former_zone()
    {
        var plan = YugaRun.Compile(new YugaWorld(Zoned));

        After(PlanProgress.Of(plan), "t1/drain").ShouldBe(After(PlanProgress.Of(plan), "t4/drain"));
        After(PlanProgress.Of(plan), "t4/swap").ShouldBe(["UpgradeTServers/t4/drain"]);
        After(PlanProgress.Of(plan), "t5/drain").ShouldBe(["UpgradeTServers/t1/swap", "UpgradeTServers/t4/swap"]);
        After(PlanProgress.Of(plan), "t5/swap")
            .ShouldBe(["UpgradeTServers/t5/drain", "UpgradeTServers/t1/verify", "UpgradeTServers/t4/verify"]);
        plan.Steps.Single(s => s.Id == "VerifyVersions/verify").After
            .ShouldBe(["UpgradeMasters/3/verify", "UpgradeTServers/t3/verify", "UpgradeTServers/t6/verify"]);
        plan.Notes.ShouldContain(n => n.Contains(
            "at most 2 of them: c.r.z1: t1, t4; c.r.z2: t2, t5; c.r.z3: t3, t6", StringComparison.Ordinal));
    }

    [Fact]
    public void Limit_splits_a_zone()
    {
        var plan = YugaRun.Compile(new YugaWorld(Zoned with { Tservers = 9 }));

        Others(PlanProgress.Of(plan), "t1").ShouldBe(["t4"]);
        Others(PlanProgress.Of(plan), "t7").ShouldBeEmpty();
        After(PlanProgress.Of(plan), "t7/drain").ShouldBe(["UpgradeTServers/t1/swap", "UpgradeTServers/t4/swap"]);
    }

    [Fact]
    public void Plan_without_the_limit_is_the_same_with_and_without_zones()
    {
        var one = YugaRun.Compile(new YugaWorld(Zoned with { MaxUnavailablePerZone = 1 }));
        var other = YugaRun.Compile(new YugaWorld(Zoned with { MaxUnavailablePerZone = 1, Zones = 0 }));

        one.Hash.ShouldBe(other.Hash);
        one.Notes.ShouldBe(other.Notes);
        YugaRun.Compile(new YugaWorld(Zoned)).Hash.ShouldNotBe(one.Hash);
    }

    [Theory]
    [InlineData(0, 3, "the masters do not list cloud, region and zone of every tablet server")]
    [InlineData(2, 3, "the tablet servers are in 2 zones, and there must be 3, one for each replica")]
    [InlineData(3, 1, "with replication factor 1, no tablet keeps a majority")]
    [InlineData(3, 5, "the tablet servers are in 3 zones, and there must be 5, one for each replica")]
    public void Unsuitable_zones_keep_tservers_one_at_a_time(int zones, int replicas, string why)
    {
        var plan = YugaRun.Compile(
            new YugaWorld(Zoned with { Zones = zones, Replicas = replicas, AcceptsOutage = true }));

        Others(PlanProgress.Of(plan), "t1").ShouldBeEmpty();
        plan.Notes.ShouldContain(n => n.StartsWith(
            "Tablet servers are stopped one at a time, although spec.yugabyte.maxUnavailablePerZone is 2",
            StringComparison.Ordinal) && n.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void Tablet_with_most_replicas_in_one_zone_keeps_tservers_one_at_a_time()
    {
        var world = new YugaWorld(Zoned);
        world.Tablets["uneven"] = ["t1", "t4", "t5"];
        var plan = YugaRun.Compile(world);

        Others(PlanProgress.Of(plan), "t1").ShouldBeEmpty();
        plan.Notes.ShouldContain(n => n.Contains(
            "Without t1, t4, 1 tablet (uneven) would have no majority of running replicas", StringComparison.Ordinal));
    }

    [Fact]
    public void Replicas_that_cannot_be_read_keep_tservers_one_at_a_time()
    {
        var world = new YugaWorld(Zoned);
        world.Answers["/dump-entities"] = (404, "<h1>not found</h1>");
        var plan = YugaRun.Compile(world);

        Others(PlanProgress.Of(plan), "t1").ShouldBeEmpty();
        plan.Notes.ShouldContain(n => n.Contains("the replicas of tablets cannot be read", StringComparison.Ordinal)
            && n.Contains("status 404", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Zone_rolls_side_by_side_and_no_tablet_loses_its_majority(bool nodesSafe)
    {
        var world = new YugaWorld(nodesSafe ? Modern : Zoned);
        var serial = new YugaWorld((nodesSafe ? Modern : Zoned) with { MaxUnavailablePerZone = 1 });
        var (run, other) = (YugaRun.Of(world).ToEnd(), YugaRun.Of(serial).ToEnd());

        (run.Outcome.State, other.Outcome.State).ShouldBe((RunState.Succeeded, RunState.Succeeded));
        world.Violations.ShouldBeEmpty();
        world.LeaderBlacklist.ShouldBeEmpty();
        world.Tservers.ShouldAllBe(t => t.Starts == 1);
        (Step(run, "t1/swap").StartedAt < Step(run, "t4/verify").FinishedAt
            && Step(run, "t4/swap").StartedAt < Step(run, "t1/verify").FinishedAt).ShouldBeTrue();
        Step(run, "t2/swap").StartedAt!.Value
            .ShouldBeGreaterThanOrEqualTo(Max(Step(run, "t1/verify").FinishedAt, Step(run, "t4/verify").FinishedAt));
        (Rolled(run) < Rolled(other) * 0.7).ShouldBeTrue($"{Rolled(run)} of {Rolled(other)}");
    }

    [Theory]
    [InlineData(false, "Without t1, t4, 1 tablet (uneven) would have no majority of running replicas")]
    [InlineData(true, "1 tablet(s) would be under-replicated. Example: tablet uneven")]
    public void Zone_is_not_drained_once_a_tablet_has_most_replicas_there(bool nodesSafe, string why)
    {
        var world = new YugaWorld(nodesSafe ? Modern : Zoned);
        var run = YugaRun.Of(world);
        world.Tablets["uneven"] = ["t1", "t4", "t5"];
        run.ToEnd();

        (run.Outcome.State, run.Outcome.Reason).ShouldBe((RunState.Failed, Reasons.ClusterUnhealthy));
        run.Outcome.Message.ShouldNotBeNull().ShouldContain(why);
        world.Acts.ShouldNotContain(a => a.StartsWith("ADD", StringComparison.Ordinal));
        world.Tservers.ShouldAllBe(t => t.Running == world.Setup.From);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Zone_is_not_stopped_once_a_replica_elsewhere_does_not_run(bool isSilent)
    {
        var world = new YugaWorld(Zoned);
        var run = Drained(world);
        (world["t3"].StaysSick, world["t1"].IsSilent) = (true, isSilent);
        Release(run);
        run.Until(
            () => run.Told.Any(m => m.StartsWith("Waiting until t1 may be stopped.", StringComparison.Ordinal)),
            "the gate refuses");

        run.Told.ShouldContain(m => m.Contains("would have no majority of running replicas", StringComparison.Ordinal));
        world.Acts.ShouldNotContain(a => a.StartsWith("stop t", StringComparison.Ordinal));
        (world["t3"].StaysSick, world["t1"].IsSilent) = (false, false);
        run.ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Silent_neighbour_outside_the_zone_prevents_every_stop()
    {
        var world = new YugaWorld(Zoned);
        var run = Drained(world);
        world["t2"].IsSilent = true;
        Release(run);
        run.Until(
            () => run.Told.Any(
                m => m.StartsWith("Waiting until t1 may be stopped. t2 does not answer", StringComparison.Ordinal)),
            "the gate refuses");

        world.Acts.ShouldNotContain(a => a.StartsWith("stop t", StringComparison.Ordinal));
    }

    [Fact]
    public void Dead_server_of_the_zone_does_not_prevent_the_others()
    {
        var world = new YugaWorld(Zoned);
        var run = Drained(world);
        world.End(world["t4"], SupervisionState.Inactive);
        Release(run);
        run.ToEnd();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Zone_goes_back_side_by_side()
    {
        var world = new YugaWorld(Modern);
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("VerifyVersions");
        run.Until(
            () => Step(run, "t6/verify").State == StepState.Succeeded
                && Step(run, "t3/verify").State == StepState.Succeeded,
            "all is new");
        PlanProgress back = PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan));

        StoppedTogether.Others(back, back.Step("RollbackTServers/t6/drain")).ShouldBe(["t3"]);
        StoppedTogether.Others(back, back.Step("RollbackTServers/t1/drain")).ShouldBe(["t4"]);
        back.Notes.ShouldContain(n => n.Contains("side by side go back side by side", StringComparison.Ordinal));
        var undone = new YugaRun(world, back).ToEnd();
        undone.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.From && s.Starts == 2);
        world.Violations.ShouldBeEmpty();
        world.LeaderBlacklist.ShouldBeEmpty();
    }

    [Fact]
    public void Zone_that_does_not_start_is_rolled_back()
    {
        var world = new YugaWorld(Modern);
        var run = YugaRun.Of(world);
        run.Until(
            () => world["t1"].IsUp && world["t4"].IsUp && world["t1"].Starts + world["t4"].Starts == 2,
            "both run the new program");
        (world["t1"].StaysSick, world["t4"].StaysSick) = (true, true);
        run.ToEnd();
        run.Outcome.State.ShouldBe(RunState.Failed);
        var back = YugabyteRollback.Compile(world.Spec, run.Plan);
        var undone = new YugaRun(world, PlanProgress.Of(back));
        undone.Until(() => world["t1"].Starts == 2 && world["t4"].Starts == 2, "both run the old program");
        (world["t1"].StaysSick, world["t4"].StaysSick) = (false, false);
        undone.ToEnd();

        undone.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.From);
    }

    // The first zone is drained, and none of it is stopped.
    private static YugaRun Drained(YugaWorld world)
    {
        var run = YugaRun.Of(world);
        run.HoldBefore.UnionWith(["UpgradeTServers/t1/swap", "UpgradeTServers/t4/swap"]);
        return run.Until(
            () => Step(run, "t1/drain").State == StepState.Succeeded
                && Step(run, "t4/drain").State == StepState.Succeeded,
            "the zone is drained");
    }

    private static void Release(YugaRun run)
    {
        run.HoldBefore.Clear();
        run.Wake();
    }

    private static DateTimeOffset Max(params IEnumerable<DateTimeOffset?> times) => times.Max()!.Value;

    private static TimeSpan Rolled(YugaRun run)
    {
        var steps = run.Plan.Steps.Where(s => s.Phase == DatabaseRollingUpgradePhases.UpgradeTServers).ToList();
        return steps.Max(s => s.FinishedAt)!.Value - steps.Min(s => s.StartedAt)!.Value;
    }

    private static Step Step(YugaRun run, string id) => run.Plan.Steps.Single(s => s.Id == $"UpgradeTServers/{id}");

    private static ImmutableList<string> After(PlanProgress plan, string id) =>
        plan.Steps.Single(s => s.Id == $"UpgradeTServers/{id}").After;

    private static IReadOnlyList<string> Others(PlanProgress plan, string name) =>
        StoppedTogether.Others(plan, plan.Step($"UpgradeTServers/{name}/drain"));
}
