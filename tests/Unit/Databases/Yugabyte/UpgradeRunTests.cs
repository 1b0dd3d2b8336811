using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class UpgradeRunTests
{
    [Theory]
    [InlineData(DatabaseEngine.YugabyteDB)]
    [InlineData(DatabaseEngine.BMDB)]
    public void Universe_upgrade_succeeds_without_violation(DatabaseEngine engine)
    {
        var world = new YugaWorld(PlannerTests.Replicated() with { Engine = engine });
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers").State == StepState.Running,
            "it waits for the peer");
        world.PeerVersion = world.Setup.To;
        run.ToEnd();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
        world.Servers.ShouldAllBe(
            s => s.Running == world.Setup.To && s.Starts == 1 && s.Link == YugaWorld.NewDirectory);
        (world.FlagsVersion, world.CatalogIsUpgraded, world.LeaderBlacklist.Count).ShouldBe((2, true, 0));
        world.Groups.ShouldAllBe(g => !g.IsPaused);
        world.Acts.Count(a => a == "promote").ShouldBe(1);
    }

    [Fact]
    public void Master_leader_is_stopped_last_even_when_leadership_moves()
    {
        var world = new YugaWorld();
        world.Elect("m2");
        var run = YugaRun.Of(world);
        run.Until(() => world["m1"].Running == world.Setup.To, "m1 is new");
        world.Elect("m3");
        run.Until(() => world.Masters.All(m => m.Running == world.Setup.To), "all masters are new");
        world.Acts.Where(a => a.StartsWith("stop m", StringComparison.Ordinal))
            .ShouldBe(["stop m1", "stop m2", "stop m3"]);
        world.Violations.ShouldBeEmpty();
        run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/2/swap").Receipt!["instance"].ShouldBe("m2");
    }

    [Fact]
    public void Master_that_is_down_is_upgraded_first()
    {
        var world = new YugaWorld();
        var plan = YugaRun.Compile(world);
        world.PackageIsThere = true;
        world.End(world["m3"], SupervisionState.Inactive);
        var run = new YugaRun(world, PlanProgress.Of(plan));
        world.ToolAnswers["list_all_masters"] = (0, "Master UUID RPC State Role\na 10.0.0.1:7100 ALIVE LEADER\n");
        run.Until(() => world["m3"].Running is not null, "m3 runs");
        world.Acts.Where(a => a.StartsWith("stop m", StringComparison.Ordinal)).First().ShouldBe("stop m3");
        world["m3"].Running.ShouldBe(world.Setup.To);
    }

    [Fact]
    public void Unhealthy_cluster_delays_next_stop_and_upgrade_resumes_automatically()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is new");
        world.LeaderlessTablets.Add("tablet-7");
        run.Until(
            () => run.Told.Any(t => t.Contains("tablet-7", StringComparison.Ordinal)), "it says what it waits for");
        world["t2"].Starts.ShouldBe(0);
        world.LeaderlessTablets.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Silent_tablet_server_counted_as_alive_delays_next_stop()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/verify").State == StepState.Succeeded,
            "t1 is verified");
        world.End(world["t3"], SupervisionState.Active);
        var stops = world.Acts.Count(a => a.StartsWith("stop", StringComparison.Ordinal));
        run.Until(() => run.Told.Any(t => t.Contains("t3", StringComparison.Ordinal)), "it says whom it waits for");
        world.Acts.Count(a => a.StartsWith("stop", StringComparison.Ordinal)).ShouldBe(stops);
    }

    [Fact]
    public void Drain_timeout_fails_upgrade_at_once_and_leaders_stay_away()
    {
        var world = new YugaWorld();
        world.StuckLeaders["t2"] = 2;
        var run = YugaRun.Of(world).ToEnd();
        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, "UpgradeTServers/t2/drain", Reasons.DrainTimeout));
        run.Outcome.Message.ShouldBeWorded();
        run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/drain").Attempt.ShouldBe(1);
        world.LeaderBlacklist.ShouldBe([world["t2"].Rpc]);
        world["t2"].Running.ShouldBe(world.Setup.From);
        run.Told.ShouldContain(t => t.StartsWith("t2 still leads tablets: 2", StringComparison.Ordinal));
        world.Violations.ShouldBeEmpty();

        world.StuckLeaders.Clear();
        run.Retry = true;
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "the retry goes on");
        world.Servers.ShouldAllBe(s => s.Starts == 1);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Drain_timeout_with_Proceed_leaves_leaders_and_succeeds()
    {
        var world = new YugaWorld(new YugaSetup { OnDrainTimeout = DrainTimeoutPolicy.Proceed });
        world.StuckLeaders["t2"] = 2;
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/drain").Facts!["leadersLeft"].ShouldBe("2");
    }

    [Fact]
    public void Leaders_that_returned_during_hold_are_drained_again()
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
    public void Leaders_that_return_during_swap_gate_delay_the_stop()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        Step Swap() => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/swap");
        world.Asked = (server, path) =>
        {
            // Another server, which the gate asks after it has looked for leaders.
            if (server == world["t3"].Web && path.EndsWith("/version", StringComparison.Ordinal)
                && Swap().State == StepState.Running)
            {
                world["t2"].Leaders = 2;
            }
        };

        run.Until(
            () => Swap().Message?.Contains("It leads 2 tablets again", StringComparison.Ordinal) == true, "it is told");
        world["t2"].Running.ShouldBe(world.Setup.From);

        world.Asked = null;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Servers.ShouldAllBe(s => s.Starts == 1);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Unhealthy_server_fails_upgrade_which_resumes_after_recovery()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/drain").State == StepState.Succeeded,
            "t1 is to be stopped next");
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
    public void Repeatedly_ending_process_fails_upgrade()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is started");
        world.End(world["t1"], SupervisionState.Restarting);
        run.Until(() => run.Outcome.State == RunState.Failed, "it fails");
        run.Outcome.Reason.ShouldBe(Reasons.InstanceUnhealthy);
        run.Outcome.Message.ShouldBeWorded();
        world["t2"].Starts.ShouldBe(0);
    }

    [Fact]
    public void Old_process_beside_new_one_is_reported()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is started");
        world["t1"].Strays.Add(new StrayProcess(4711, $"{YugaWorld.OldDirectory}/bin/yb-tserver"));
        run.Until(
            () => run.Told.Any(
                t => t.Contains("unexpected second process of the instance (pid 4711", StringComparison.Ordinal)),
            "it says so");
        world["t1"].Strays.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Theory]
    [InlineData("t2", true)]
    [InlineData("m2", true)]
    [InlineData("t2", false)]
    [InlineData("m2", false)]
    public void Server_is_stopped_once_and_only_if_it_could_be_started(string name, bool hasWatchdog)
    {
        var world = new YugaWorld();
        world[name].HasWatchdog = hasWatchdog;
        world[name].RefusesStop = hasWatchdog
            ? null
            : new HostException("10.0.0.2", Reasons.ControlMismatch, "ExecStart leads elsewhere.", retryable: false);
        var run = YugaRun.Of(world).ToEnd();

        (run.Outcome.State, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, hasWatchdog ? Reasons.ProcessLivesOn : Reasons.ControlMismatch));
        world.Acts.Count(a => a == $"stop {name}").ShouldBe(hasWatchdog ? 1 : 0);
        world[name].Running.ShouldBe(world.Setup.From);
        world.LeaderBlacklist.ShouldBeEmpty();
        world.Violations.ShouldBeEmpty();

        (world[name].HasWatchdog, world[name].RefusesStop) = (false, null);
        run.Retry = true;
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "the retry goes on");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Program_changed_since_preflight_keeps_its_server_running()
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
    public void Instances_that_already_run_target_version_are_not_touched()
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
    public void Leader_blacklist_is_not_written_without_master_leader()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/3/swap").State == StepState.Succeeded,
            "the masters are new");
        foreach (var master in world.Masters)
        {
            world.Answers[$"{master.Web}/api/v1/is-leader"] = (503, "");
        }

        run.Until(
            () => world.Time.GetUtcNow() > run.Plan.Steps.Single(s => s.Id == "UpgradeMasters/3/swap").FinishedAt
                + TimeSpan.FromSeconds(90),
            "a while passes");
        world.Acts.ShouldNotContain(a => a.StartsWith("ADD", StringComparison.Ordinal));
        world.Answers.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Foreign_blacklist_entry_stops_upgrade_until_removed()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/verify").State == StepState.Succeeded,
            "t1 is verified");
        world.LeaderBlacklist.Add(world["t3"].Rpc);
        run.Until(() => run.Outcome.State == RunState.TargetChanged, "the guard says so");
        run.Outcome.Reason.ShouldBe(Reasons.TargetChanged);
        run.Outcome.Message.ShouldBeWorded();
        world.LeaderBlacklist.Remove(world["t3"].Rpc);
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Foreign_AutoFlags_promotion_stops_upgrade_until_reverted()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["m1"].Running == world.Setup.To, "m1 is new");
        (world.FlagsArePromoted, world.FlagsVersion) = (true, 2);
        run.Until(() => run.Outcome.State == RunState.TargetChanged, "the guard says so");
        run.Outcome.Reason.ShouldBe(Reasons.TargetChanged);
        run.Outcome.Message.ShouldBeWorded();
        new YugaTool(world).Run(["yb-admin", "rollback_auto_flags", "1"]).IsSuccess.ShouldBeTrue();
        world.FlagsVersion.ShouldBe(3);
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Promotion_waits_while_a_process_runs_old_version()
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
    public void Promotion_waits_while_a_process_reports_no_version()
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
    public void Catalog_upgrade_without_AutoFlags_waits_for_a_silent_process()
    {
        var world = new YugaWorld(new YugaSetup { From = "2.14.3.0-b1", To = "2.16.9.0-b67" });
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeCatalog/upgrade");
        run.Until(() => run.Outcome?.State == RunState.Held, "it is held");
        world["t3"].IsSilent = true;
        run.HoldBefore.Clear();
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.OutcomeUnknown, "the guard cannot be read");
        world.Acts.ShouldNotContain("upgrade_ysql");
        world["t3"].IsSilent = false;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Promotion_records_flag_versions_and_waits_for_them()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world).ToEnd();
        var (promote, applied) = (run.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote"), run.Plan.Steps.Single(
            s => s.Id == "PromoteAutoFlags/await-flags"));
        (promote.Recorded("autoFlags"), promote.Recorded("autoFlagsAfter"), promote.Recorded("promoted"))
            .ShouldBe(("1", "2", "true"));
        (applied.FinishedAt - promote.FinishedAt).ShouldNotBeNull()
            .ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(YugaFate.LoseAnswer)]
    [InlineData(YugaFate.DieAfter)]
    internal void Promotion_whose_answer_is_lost_is_recorded_and_waited_for(YugaFate fate)
    {
        var world = new YugaWorld();
        var isLost = false;
        var run = YugaRun.Of(world, (_, what) =>
            what == "promote_auto_flags" && !isLost && (isLost = true) ? fate : YugaFate.Live).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Acts.Count(a => a == "promote").ShouldBe(2);
        var (promote, applied) = (run.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote"), run.Plan.Steps.Single(
            s => s.Id == "PromoteAutoFlags/await-flags"));
        (promote.Recorded("autoFlagsAfter"), promote.Recorded("promoted"), promote.Recorded("needsRestart"))
            .ShouldBe(("2", "true", "true"));
        (applied.FinishedAt - promote.FinishedAt).ShouldNotBeNull()
            .ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        YugabyteStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, world.Spec).ActionRequired
            .ShouldHaveSingleItem().Reason.ShouldBe(Reasons.RestartRequired);
    }

    [Fact]
    public void Own_promotion_whose_answer_is_lost_is_not_called_foreign()
    {
        var world = new YugaWorld();
        var (isLost, isKilled) = (false, false);
        YugaRun? run = null;
        run = YugaRun.Of(world, (_, what) =>
        {
            if (what == "promote_auto_flags" && !isLost)
            {
                isLost = true;
                return YugaFate.LoseAnswer;
            }

            var isBetweenAttempts = isLost && !isKilled
                && run!.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote").State == StepState.Pending;
            isKilled |= isBetweenAttempts;
            return isBetweenAttempts ? YugaFate.DieBefore : YugaFate.Live;
        });

        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        (isKilled, run.Lives).ShouldBe((true, 2));
    }

    [Fact]
    public void Catalog_upgrade_is_retried_five_times_with_pauses()
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
    public void Catalog_upgrade_fails_at_once_on_permanent_error()
    {
        var world = new YugaWorld();
        world.ToolAnswers["upgrade_ysql"] = (1, "YSQL is not ready, initdb finished with an error: x");
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.Reason.ShouldBe(Reasons.AdminToolFailed);
        run.Outcome.Message.ShouldBeWorded();
    }

    [Fact]
    public void Catalog_upgrade_without_YSQL_is_recorded_as_not_needed()
    {
        var world = new YugaWorld();
        world.ToolAnswers["upgrade_ysql"] = (0, "Upgrade is not needed since YSQL is disabled\n");
        var run = YugaRun.Of(world).ToEnd();
        run.Plan.Steps.Single(s => s.Id == "UpgradeCatalog/upgrade").Facts!["notNeeded"].ShouldBe("true");
    }

    [Fact]
    public void Wait_for_peer_counts_as_held()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers")
                is { State: StepState.Running, Message: not null },
            "it waits");
        var step = run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers");
        new YugabyteEngine().Steps.Of(step).HeldBy.ShouldBe(Reasons.PeerNotUpgraded);
        step.Message!.ShouldContain("10.9.0.1:7000 runs 2.18.4.0-b52");
        world.Groups.ShouldAllBe(g => g.IsPaused);
    }

    [Fact]
    public void Early_replication_resume_stops_upgrade_but_timely_one_does_not()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        var run = YugaRun.Of(world);
        run.Until(() => world["m1"].Running == world.Setup.To, "m1 is new");
        var group = world.Groups.Single(g => g.IsHere);
        group.IsPaused = false;
        run.Until(() => run.Outcome.State == RunState.TargetChanged, "the guard says so");
        run.Outcome.Message!.ShouldContain("set_universe_replication_enabled b-to-a 0");
        group.IsPaused = true;
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "ResumeReplication/await-peers").State == StepState.Running,
            "it waits for the peer");
        (world.PeerVersion, group.IsPaused) = (world.Setup.To, false);
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Single_replica_upgrade_skips_drain_when_outage_is_accepted()
    {
        var world = new YugaWorld(
            new YugaSetup { Masters = 1, Tservers = 2, Replicas = 1, AcceptsOutage = true });
        var run = YugaRun.Of(world).ToEnd();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Acts.ShouldNotContain(a => a.StartsWith("ADD", StringComparison.Ordinal));
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.To);
    }
}
