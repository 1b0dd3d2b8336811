using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class StatusTests
{
    [Fact]
    public void Status_after_success_shows_versions_and_needs_no_action()
    {
        var world = new YugaWorld();
        var discovery = YugaRun.Discover(world);
        var run = new YugaRun(world, PlanProgress.Of(new YugabytePlanner(world.Spec, discovery).Compile())).ToEnd();
        var status = Compose(
            world, discovery.Learn(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, discovery.Spec, default));
        status.Instances.ShouldAllBe(i => i.Version == world.Setup.To);
        (status.AutoFlagsConfigBefore, status.AutoFlagsConfig).ShouldBe((1, 2));
        status.Elapsed.ShouldNotBeNull();
        status.PausedReplication.ShouldBeEmpty();
        status.ActionRequired.ShouldBeEmpty();
    }

    [Fact]
    public void Status_in_the_middle_shows_running_version_of_each_instance()
    {
        var world = new YugaWorld();
        var discovery = YugaRun.Discover(world);
        var run = new YugaRun(world, PlanProgress.Of(new YugabytePlanner(world.Spec, discovery).Compile()));
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/swap").State == StepState.Succeeded,
            "t1 is swapped");
        var status = Compose(
            world, discovery.Learn(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, discovery.Spec, default));
        status.Instances.ToDictionary(i => i.Name, i => i.Version).ShouldBe(new Dictionary<string, string?>
        {
            ["m1"] = world.Setup.To,
            ["m2"] = world.Setup.To,
            ["m3"] = world.Setup.To,
            ["t1"] = world.Setup.To,
            ["t2"] = world.Setup.From,
            ["t3"] = world.Setup.From,
        });
        status.AutoFlagsConfig.ShouldBeNull();
    }

    [Fact]
    public void Failed_upgrade_names_paused_groups_with_resume_commands()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        world["t1"].StaysSick = true;
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Failed);
        var status = Compose(world, new DatabaseRollingUpgradeStatus { Plan = run.Plan });
        status.PausedReplication.ShouldBe(["a-to-b", "b-to-a"]);
        var items = status.ActionRequired.Where(a => a.Reason == Reasons.ReplicationPaused).ToList();
        items.Select(a => a.Subject).ShouldBe(["a-to-b", "b-to-a"]);
        items[0].Message.ShouldBeWorded();
        items[1].Message.ShouldBeWorded();
        status.ActionRequired.Where(a => a.Reason == Reasons.LeaderBlacklisted).Select(a => a.Subject)
            .ShouldBe(["t2"], "it was drained while t1 settled");
    }

    [Fact]
    public void Status_of_running_upgrade_needs_no_action()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        var run = YugaRun.Of(world);
        run.Until(() => world["m1"].Running == world.Setup.To, "m1 is new");
        var status = Compose(world, new DatabaseRollingUpgradeStatus { Plan = run.Plan });
        status.PausedReplication.ShouldBe(["a-to-b", "b-to-a"]);
        status.ActionRequired.ShouldBeEmpty();
    }

    [Fact]
    public void Aborted_upgrade_names_server_left_without_leaders()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeTServers/t2/swap");
        run.Until(() => run.Outcome?.State == RunState.Held, "t2 is drained");
        var status = Compose(world, new DatabaseRollingUpgradeStatus { Plan = run.Plan, AbortedBy = "token" });
        var item = status.ActionRequired.ShouldHaveSingleItem();
        (item.Reason, item.Subject).ShouldBe((Reasons.LeaderBlacklisted, "t2"));
        item.Message.ShouldBeWorded();
        YugabyteStatus.LeftBehind(world.Spec, status).ShouldHaveSingleItem();
    }

    [Fact]
    public void Server_whose_release_failed_needs_action()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t3/swap").State == StepState.Succeeded,
            "t3 is swapped");
        world.ToolAnswers["change_leader_blacklist"] = (1, "Timed out");
        run.ToEnd();
        (run.Outcome.StepId, run.Outcome.Reason).ShouldBe(("UpgradeTServers/t3/verify", Reasons.AdminToolFailed));

        var item = Compose(world, new DatabaseRollingUpgradeStatus { Plan = run.Plan }).ActionRequired
            .ShouldHaveSingleItem();
        (item.Reason, item.Subject).ShouldBe((Reasons.LeaderBlacklisted, "t3"));
    }

    [Fact]
    public async Task Cleanup_of_stopped_run_is_recorded_and_run_resumes_later()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeTServers/t2/swap");
        run.Until(() => run.Outcome?.State == RunState.Held, "t2 is drained");
        var (rest, aborted) = (
            new DatabaseParkedState(SupportedEngines.All),
            new DatabaseRollingUpgradeStatus { Plan = run.Plan, AbortedBy = "token" });
        rest.MayRemain(world.Spec, aborted).ShouldBeTrue();
        var came = await new YugabyteCluster(new YugaLife(world).Context).CleanUpAsync(aborted, default);
        came.Removed.ShouldBe(["t2"]);
        (came.Remaining.Count, world.LeaderBlacklist.Count).ShouldBe((0, 0));
        var status = (DatabaseRollingUpgradeStatus)rest.MarkRemoved(
            world.Spec, aborted, came.Removed, world.Time.GetUtcNow());
        rest.MayRemain(world.Spec, status).ShouldBeFalse();
        Compose(world, status).ActionRequired.ShouldBeEmpty();

        // What goes on later begins later than what was written down.
        world.Time.Advance(TimeSpan.FromSeconds(1));
        var later = new YugaRun(world, status.Plan!);
        later.Until(
            () => later.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/swap").State == StepState.Running,
            "t2 is being swapped");
        rest.MayRemain(world.Spec, status with { Plan = later.Plan }).ShouldBeTrue("it is in hand again");
        later.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        rest.MayRemain(world.Spec, status with { Plan = later.Plan }).ShouldBeFalse();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cleanup_failure_is_reported_with_its_command()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeTServers/t2/swap");
        run.Until(() => run.Outcome?.State == RunState.Held, "t2 is drained");
        world.ToolAnswers["change_leader_blacklist"] = (1, "Timed out");
        var came = await new YugabyteCluster(new YugaLife(world).Context).CleanUpAsync(
            new DatabaseRollingUpgradeStatus { Plan = run.Plan }, default);
        came.Removed.ShouldBeEmpty();
        came.Remaining.ShouldHaveSingleItem().ShouldBeWorded();
    }

    [Fact]
    public async Task Server_whose_drain_timed_out_needs_action_until_it_is_released()
    {
        var world = new YugaWorld();
        world.StuckLeaders["t2"] = 2;
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.Reason.ShouldBe(Reasons.DrainTimeout);
        var status = new DatabaseRollingUpgradeStatus { Plan = run.Plan };
        Compose(world, status).ActionRequired.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.LeaderBlacklisted);

        var came = await new YugabyteCluster(new YugaLife(world).Context).CleanUpAsync(status, default);
        var released = (DatabaseRollingUpgradeStatus)new DatabaseParkedState(new DatabaseEngineSet(
            [new YugabyteEngine()])).MarkRemoved(world.Spec, status, came.Removed, world.Time.GetUtcNow());
        Compose(world, released).ActionRequired.ShouldBeEmpty();
        world.LeaderBlacklist.ShouldBeEmpty();
    }

    [Fact]
    public void Status_after_rollback_shows_old_versions_and_nothing_paused()
    {
        var world = new YugaWorld(PlannerTests.Replicated() with
        {
            From = "2.20.2.0-b1",
            To = "2024.1.3.0-b5",
            Mode = ReplicationMode.PauseBothSides
        });
        var discovery = YugaRun.Discover(world);
        var run = new YugaRun(world, PlanProgress.Of(new YugabytePlanner(world.Spec, discovery).Compile()));
        run.HoldBefore.Add("UpgradeTServers/t2/drain");
        run.Until(() => run.Outcome?.State == RunState.Held, "it is held");
        var back = new YugaRun(world, PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan))).ToEnd();
        back.Outcome.State.ShouldBe(RunState.Succeeded);
        var status = Compose(world, discovery.Learn(
            new DatabaseRollingUpgradeStatus { Plan = run.Plan, RollbackPlan = back.Plan }, discovery.Spec, default));
        status.Instances.ShouldAllBe(i => i.Version == world.Setup.From);
        status.PausedReplication.ShouldBeEmpty();
        status.ActionRequired.ShouldBeEmpty();
        world.Violations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AutoFlagClass.External)]
    [InlineData(AutoFlagClass.LocalVolatile)]
    public void Flags_that_need_a_restart_require_action(AutoFlagClass highest)
    {
        var world = new YugaWorld(new YugaSetup { Class = highest });
        world.ToolAnswers["promote_auto_flags"] = (
            0, "PromoteAutoFlags completed successfully\nNew AutoFlags were promoted\nNew config version: 2\nAll "
                + "yb-master and yb-tserver processes need to be restarted in order to apply the promoted AutoFlags\n");
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Exists(s => s.Is<PromoteAutoFlags>() && s.State == StepState.Succeeded),
            "they are promoted");
        world.ToolAnswers.Clear();
        run.ToEnd();
        Compose(world, new DatabaseRollingUpgradeStatus { Plan = run.Plan }).ActionRequired
            .ShouldHaveSingleItem().Reason.ShouldBe(Reasons.RestartRequired);
    }

    [Fact]
    public void Restart_for_promoted_flags_is_not_asked_for_while_a_rollback_is_wanted()
    {
        var world = new YugaWorld(
            new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5", Class = AutoFlagClass.LocalVolatile });
        world.ToolAnswers["promote_auto_flags"] = (
            0, "PromoteAutoFlags completed successfully\nNew AutoFlags were promoted\nNew config version: 2\nAll "
                + "yb-master and yb-tserver processes need to be restarted in order to apply the promoted AutoFlags\n");
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Exists(s => s.Is<PromoteAutoFlags>() && s.State == StepState.Succeeded),
            "the flags that can be rolled back are promoted");
        var aborted = new DatabaseRollingUpgradeStatus { Plan = run.Plan, AbortedBy = "token" };
        var back = world.Spec with { DesiredState = DesiredState.RolledBack };

        Compose(world, aborted).ActionRequired.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.RestartRequired);
        YugabyteStatus.Compose(aborted, back).ActionRequired
            .ShouldBeEmpty("the rollback restarts every process with the flags from before");

        // Nothing is rolled back past a point of no return: the new version stays, and needs the restart.
        world.ToolAnswers.Clear();
        run.Until(
            () => run.Plan.Steps.Exists(s => s is { PointOfNoReturn: true, State: StepState.Succeeded }),
            "it is final");
        YugabyteStatus.Compose(aborted with { Plan = run.Plan }, back).ActionRequired.ShouldHaveSingleItem().Reason
            .ShouldBe(Reasons.RestartRequired);
    }

    private static DatabaseRollingUpgradeStatus Compose(YugaWorld world, DatabaseRollingUpgradeStatus status) =>
        YugabyteStatus.Compose(status, world.Spec);
}
