using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class UpgradeRunTests
{
    [Theory]
    [InlineData(YugabyteDialect.Yugabyte)]
    [InlineData(YugabyteDialect.BMDB)]
    public void A_universe_is_taken_to_the_new_version_without_a_violation(YugabyteDialect dialect)
    {
        var world = new YugaWorld(PlannerTests.Replicated() with { Dialect = dialect });
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers").State == StepState.Running, "it waits for the peer");
        world.PeerVersion = world.Setup.To;
        run.ToEnd();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.To && s.Starts == 1 && s.Link == YugaWorld.NewDirectory);
        (world.FlagsVersion, world.CatalogIsUpgraded, world.LeaderBlacklist.Count).ShouldBe((2, true, 0));
        world.Groups.ShouldAllBe(g => !g.IsPaused);
        world.Acts.Count(a => a == "promote").ShouldBe(1);
    }

    [Fact]
    public void The_leader_is_the_last_master_also_when_leadership_moves_on_the_way()
    {
        var world = new YugaWorld();
        world.Elect("m2");
        var run = YugaRun.Of(world);
        run.Until(() => world["m1"].Running == world.Setup.To, "m1 is new");
        world.Elect("m3");
        run.Until(() => world.Masters.All(m => m.Running == world.Setup.To), "all masters are new");
        world.Acts.Where(a => a.StartsWith("stop m", StringComparison.Ordinal)).ShouldBe(["stop m1", "stop m2", "stop m3"]);
        world.Violations.ShouldBeEmpty();
        run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/2/swap").Receipt!["instance"].ShouldBe("m2");
    }

    [Fact]
    public void A_master_that_is_down_comes_first()
    {
        var world = new YugaWorld();
        var plan = YugaRun.Compile(world);
        world.PackageIsThere = true;
        world.End(world["m3"], SupervisionState.Inactive);
        var run = new YugaRun(world, plan);
        world.ToolAnswers["list_all_masters"] = (0, "Master UUID RPC State Role\na 10.0.0.1:7100 ALIVE LEADER\n");
        run.Until(() => world["m3"].Running is not null, "m3 runs");
        world.Acts.Where(a => a.StartsWith("stop m", StringComparison.Ordinal)).First().ShouldBe("stop m3");
        world["m3"].Running.ShouldBe(world.Setup.To);
    }

    [Fact]
    public void Nothing_is_stopped_while_the_cluster_is_not_well_and_it_goes_on_by_itself()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is new");
        world.LeaderlessTablets.Add("tablet-7");
        run.Until(() => run.Told.Any(t => t.Contains("tablet-7", StringComparison.Ordinal)), "it says what it waits for");
        world["t2"].Starts.ShouldBe(0);
        world.LeaderlessTablets.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void A_server_that_only_counts_as_alive_keeps_the_next_one_running()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/verify").State == StepState.Succeeded, "t1 is verified");
        world.End(world["t3"], SupervisionState.Active);
        var stops = world.Acts.Count(a => a.StartsWith("stop", StringComparison.Ordinal));
        run.Until(() => run.Told.Any(t => t.Contains("t3", StringComparison.Ordinal)), "it says whom it waits for");
        world.Acts.Count(a => a.StartsWith("stop", StringComparison.Ordinal)).ShouldBe(stops);
    }

    [Fact]
    public void Leaders_that_do_not_leave_fail_the_upgrade_and_the_server_may_have_leaders_again()
    {
        var world = new YugaWorld();
        world.StuckLeaders["t2"] = 2;
        var run = YugaRun.Of(world).ToEnd();
        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason).ShouldBe((RunState.Failed, "UpgradeTServers/t2/drain", Reasons.DrainTimeout));
        run.Outcome.Message!.ShouldContain("2 tablet leaders did not leave t2 within 2m");
        world.LeaderBlacklist.ShouldBeEmpty();
        world["t2"].Running.ShouldBe(world.Setup.From);
        run.Told.ShouldContain("t2 still leads 2 tablets.");
        world.Violations.ShouldBeEmpty();

        world.StuckLeaders.Clear();
        run.Retry = true;
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "the retry goes on");
        world.Servers.ShouldAllBe(s => s.Starts == 1);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Leaders_that_do_not_leave_are_left_behind_where_that_was_accepted()
    {
        var world = new YugaWorld(new YugaSetup { OnDrainTimeout = DrainTimeoutPolicy.Proceed });
        world.StuckLeaders["t2"] = 2;
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/drain").Facts!["leadersLeft"].ShouldBe("2");
    }

    [Fact]
    public void Leaders_that_came_back_while_the_run_rested_leave_again_before_the_stop()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeTServers/t2/swap");
        run.Until(() => run.Outcome?.State == RunState.Held, "it is held");
        world.LeaderBlacklist.Clear();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        _ = world.Leader;
        world["t2"].Leaders.ShouldBeGreaterThan(0);
        run.HoldBefore.Clear();
        run.Wake();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Leaders_that_come_back_while_the_last_questions_are_asked_keep_the_server_running()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        PlanStep Swap() => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/swap");
        world.Asked = (server, path) =>
        {
            // Another server, which the gate asks after it has looked for leaders.
            if (server == world["t3"].Web && path.EndsWith("/version", StringComparison.Ordinal) && Swap().State == StepState.Running)
            {
                world["t2"].Leaders = 2;
            }
        };

        run.Until(() => Swap().Message?.Contains("It leads 2 tablets again", StringComparison.Ordinal) == true, "it is told");
        world["t2"].Running.ShouldBe(world.Setup.From);

        world.Asked = null;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Servers.ShouldAllBe(s => s.Starts == 1);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void A_server_that_does_not_get_healthy_fails_the_upgrade_and_goes_on_by_itself_once_it_is()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/drain").State == StepState.Succeeded, "t1 is to be stopped next");
        world["t1"].StaysSick = true;
        run.ToEnd();
        (run.Outcome.StepId, run.Outcome.Reason).ShouldBe(("UpgradeTServers/t1/verify", Reasons.InstanceUnhealthy));
        world.LeaderBlacklist.ShouldBeEmpty();
        world["t2"].Starts.ShouldBe(0);

        world["t1"].StaysSick = false;
        run.Until(() => run.Outcome.State == RunState.Succeeded, "it goes on by itself");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void A_process_that_ends_again_and_again_is_not_healthy()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is started");
        world.End(world["t1"], SupervisionState.Restarting);
        run.Until(() => run.Outcome.State == RunState.Failed, "it fails");
        run.Outcome.Message!.ShouldContain("it ends and is restarted");
        world["t2"].Starts.ShouldBe(0);
    }

    [Fact]
    public void An_old_process_beside_the_new_one_is_seen()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is started");
        world["t1"].Strays.Add(new StrayProcess(4711, $"{YugaWorld.OldDirectory}/bin/yb-tserver", null));
        run.Until(() => run.Told.Any(t => t.Contains("unexpected second process of the instance (pid 4711", StringComparison.Ordinal)), "it says so");
        world["t1"].Strays.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void A_program_that_changed_since_preflight_keeps_its_server_running()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is started");
        world["t2"].Installed = "2.19.0";
        run.ToEnd();
        (run.Outcome.StepId, run.Outcome.Reason).ShouldBe(("UpgradeTServers/t2/swap", Reasons.TargetChanged));
        world["t2"].IsUp.ShouldBeTrue();
        world.LeaderBlacklist.ShouldBeEmpty();
    }

    [Fact]
    public void Instances_that_run_the_new_version_already_are_not_touched()
    {
        var world = new YugaWorld { PackageIsThere = true };
        foreach (var server in world.Servers.Where(s => s.Name is "m2" or "t1"))
        {
            (server.Running, server.Installed, server.Link) = (world.Setup.To, world.Setup.To, YugaWorld.NewDirectory);
        }

        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        (world["m2"].Starts, world["t1"].Starts, world["t2"].Starts).ShouldBe((0, 0, 1));
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void The_blacklist_is_not_written_while_the_masters_have_no_leader()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/3/verify").State == StepState.Succeeded, "the masters are new");
        foreach (var master in world.Masters)
        {
            world.Answers[$"{master.Web}/api/v1/is-leader"] = (503, "");
        }

        run.Until(() => world.Time.GetUtcNow() > run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/3/verify").FinishedAt + TimeSpan.FromSeconds(90), "a while passes");
        world.Acts.ShouldNotContain(a => a.StartsWith("ADD", StringComparison.Ordinal));
        world.Answers.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void A_foreign_entry_in_the_blacklist_stops_everything_until_it_is_gone()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/verify").State == StepState.Succeeded, "t1 is verified");
        world.LeaderBlacklist.Add(world["t3"].Rpc);
        run.Until(() => run.Outcome.State == RunState.TargetChanged, "the guard says so");
        run.Outcome.Message!.ShouldContain("change_leader_blacklist REMOVE 10.0.0.3:9100");
        world.LeaderBlacklist.Remove(world["t3"].Rpc);
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Flags_that_somebody_promotes_meanwhile_stop_everything()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["m1"].Running == world.Setup.To, "m1 is new");
        world.FlagsVersion = 2;
        run.Until(() => run.Outcome.State == RunState.TargetChanged, "the guard says so");
        run.Outcome.Message!.ShouldContain("version 1 when the upgrade began");
        world.FlagsVersion = 1;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Nothing_is_promoted_while_an_old_process_is_back()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("PromoteAutoFlags");
        run.Until(() => run.Outcome?.State == RunState.Held, "it is held");
        world["t3"].Running = world.Setup.From;
        run.HoldBefore.Clear();
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.TargetChanged, "the guard says so");
        run.Outcome.Message!.ShouldContain("t3 runs 2.18.4.0-b52");
        world["t3"].Running = world.Setup.To;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_promoted_while_a_process_does_not_say_what_it_is()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("PromoteAutoFlags");
        run.Until(() => run.Outcome?.State == RunState.Held, "it is held");
        world["t3"].IsSilent = true;
        run.HoldBefore.Clear();
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.OutcomeUnknown, "the guard cannot be read");
        world.Acts.ShouldNotContain("promote");
        world["t3"].IsSilent = false;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Promoted_flags_are_waited_for_and_their_versions_recorded()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world).ToEnd();
        var (promote, applied) = (run.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote"), run.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/await-flags"));
        (promote.Recorded("autoFlags"), promote.Recorded("autoFlagsAfter"), promote.Recorded("promoted")).ShouldBe(("1", "2", "true"));
        (applied.FinishedAt - promote.FinishedAt).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_catalogue_is_tried_again_after_a_pause_and_not_for_ever()
    {
        var world = new YugaWorld { CatalogMismatches = 2 };
        YugaRun.Of(world).ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Acts.Count(a => a == "upgrade_ysql").ShouldBe(3);

        var busy = new YugaWorld { CatalogMismatches = 100 };
        var run = YugaRun.Of(busy).ToEnd();
        (run.Outcome.StepId, run.Outcome.Reason).ShouldBe(("UpgradeCatalog/upgrade", Reasons.AdminToolFailed));
        run.Outcome.Message!.ShouldContain("failed 5 times");
        busy.Acts.Count(a => a == "upgrade_ysql").ShouldBe(5);

        busy.CatalogMismatches = 0;
        run.Retry = true;
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "the retry goes on");
    }

    [Fact]
    public void A_catalogue_that_cannot_be_upgraded_fails_at_once()
    {
        var world = new YugaWorld();
        world.ToolAnswers["upgrade_ysql"] = (1, "YSQL is not ready, initdb finished with an error: x");
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.Message!.ShouldContain("initdb finished with an error");
    }

    [Fact]
    public void A_catalogue_without_SQL_is_done_when_the_tool_says_so()
    {
        var world = new YugaWorld();
        world.ToolAnswers["upgrade_ysql"] = (0, "Upgrade is not needed since YSQL is disabled\n");
        var run = YugaRun.Of(world).ToEnd();
        run.Plan.Steps.Single(s => s.Id == "UpgradeCatalog/upgrade").Facts!["notNeeded"].ShouldBe("true");
    }

    [Fact]
    public void Waiting_for_a_peer_counts_as_held()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers") is { State: StepState.Running, Message: not null }, "it waits");
        var step = run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers");
        YugabyteWork.HeldBy(step).ShouldBe(Reasons.PeerNotUpgraded);
        step.Message!.ShouldContain("10.9.0.1:7000 runs 2.18.4.0-b52");
        world.Groups.ShouldAllBe(g => g.IsPaused);
    }

    [Fact]
    public void A_group_that_somebody_resumes_too_early_stops_everything_and_one_that_the_peer_resumes_in_time_does_not(
        )
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        var run = YugaRun.Of(world);
        run.Until(() => world["m1"].Running == world.Setup.To, "m1 is new");
        var group = world.Groups.Single(g => g.IsHere);
        group.IsPaused = false;
        run.Until(() => run.Outcome.State == RunState.TargetChanged, "the guard says so");
        run.Outcome.Message!.ShouldContain("set_universe_replication_enabled b-to-a 0");
        group.IsPaused = true;
        run.Until(() => run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers").State == StepState.Running, "it waits for the peer");
        (world.PeerVersion, group.IsPaused) = (world.Setup.To, false);
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void With_single_replicas_leaders_have_nowhere_to_go_and_the_accepted_outage_is_taken()
    {
        var world = new YugaWorld(new YugaSetup { Masters = 1, Tservers = 2, Replicas = 1, AllowUnavailability = true });
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Acts.ShouldNotContain(a => a.StartsWith("ADD", StringComparison.Ordinal));
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.To);
    }
}
