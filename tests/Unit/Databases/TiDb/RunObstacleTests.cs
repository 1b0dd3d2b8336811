using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>
/// What gets in the way of a run: leaders that stay, a cluster that is unwell, DDL, processes that end.
/// </summary>
public sealed class RunObstacleTests
{
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };

    [Fact]
    public void Failed_drain_is_resumed_by_retry_after_leaders_were_given_back()
    {
        var world = new TiDbWorld(Whole) { StuckLeaders = 3 }.Begin();
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.DrainTimeout);
        world.Life.Outcome.Message.ShouldBeWorded();
        world.GiveBack().Removed.ShouldBe(["tikv-1", "UpgradeTiKV/hold-scheduling"]);
        world.Evicted.ShouldBeEmpty();
        world["tikv-1"].Running.ShouldBe(TiDbWorld.Old);
        world.StuckLeaders = 0;
        world.Controls = world.Controls with { Retry = true };
        world.Life.Wake();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Drain_timeout_with_Proceed_continues_and_is_reported()
    {
        var world = new TiDbWorld(
            Whole with { Spec = s => s with { Drain = new DrainSpec { OnTimeout = DrainTimeoutPolicy.Proceed } } })
        {
            StuckLeaders = 3
        }.Begin();
        world.RunToSuccess();

        world.Evicted.ShouldBeEmpty();
        var status = TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored! }, world.Upgrade.Spec);
        status.ActionRequired.Where(a => a.Reason == Reasons.DrainTimeout).Select(a => a.Subject)
            .ShouldBe(["tikv-1", "tikv-2", "tikv-3"]);
    }

    [Fact]
    public void Leaders_that_return_after_Proceed_are_moved_away_again()
    {
        var world = new TiDbWorld(
            Whole with { Spec = s => s with { Drain = new DrainSpec { OnTimeout = DrainTimeoutPolicy.Proceed } } })
        {
            StuckLeaders = 3
        }.Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        world.Evicted.Clear();
        world.StoreOf("tikv-1").Leaders = 8;
        world.RunUntil(() => world["tikv-1"].Running == TiDbWorld.New, "tikv-1 swapped");

        world.Done.Where(d => d is "evict 1" or "stop tikv-1 2.1.19")
            .ShouldBe(["evict 1", "evict 1", "stop tikv-1 2.1.19"]);
    }

    [Fact]
    public void Leader_more_than_the_drain_left_does_not_stop_an_upgrade_that_proceeds()
    {
        var world = new TiDbWorld(
            Whole with { Spec = s => s with { Drain = new DrainSpec { OnTimeout = DrainTimeoutPolicy.Proceed } } })
        {
            StuckLeaders = 3
        }.Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        world.StuckLeaders = 4;
        world.StoreOf("tikv-1").Leaders = 4;
        world.RunUntil(() => world["tikv-1"].Running == TiDbWorld.New, "tikv-1 swapped");

        world.Step("UpgradeTiKV/tikv-1/swap").State.ShouldNotBe(StepState.Failed);
    }

    [Fact]
    public void Store_that_keeps_the_cluster_version_back_is_named()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-3/swap").State == StepState.Running, "tikv-3");
        world.Processes.Add(new TiDbProcess("tikv-9", DatabaseComponent.TiKV, "192.0.2.9", 20160, 20180)
        {
            Installed = TiDbWorld.Old,
            Running = TiDbWorld.Old,
            Pid = 9
        });
        world.Stores.Add(new TiDbStore(9, world["tikv-9"])
        {
            Version = TiDbWorld.Old,
            StartedAt = world.Now,
            LastHeartbeat = world.Now,
            Label = "h9"
        });
        world.RunUntil(
            () => world.Step("UpgradeTiKV/cluster-version").State == StepState.Running, "the cluster version");

        world.Step("UpgradeTiKV/cluster-version").Message.ShouldBeWorded();
    }

    // As if an old store had left instead of being upgraded.
    [Fact]
    public void Cluster_version_that_PD_keeps_has_a_way_out()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world["tikv-3"].Running == TiDbWorld.New, "tikv-3");
        world.ClusterVersion = TiDbWorld.Old;
        world.RunUntil(
            () => world.Step("UpgradeTiKV/cluster-version").State == StepState.Running, "the cluster version");

        world.Step("UpgradeTiKV/cluster-version").Message.ShouldBeWorded();
        world.Run(world["tikv-1"]);
        world.RunUntil(
            () => world.Step("UpgradeTiKV/cluster-version").State == StepState.Succeeded, "raised",
            TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Cluster_version_above_the_new_one_fails_the_wait()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world["tikv-3"].Running == TiDbWorld.New, "tikv-3");
        world.ClusterVersion = "3.1.0";
        world.RunToStall();

        var step = world.Step("UpgradeTiKV/cluster-version");
        (step.State, step.Reason).ShouldBe((StepState.Failed, Reasons.VersionMismatch));
        step.Message.ShouldBeWorded();
    }

    [Fact]
    public void Cluster_version_above_the_new_one_is_a_finding()
    {
        var world = new TiDbWorld(Whole) { ClusterVersion = "4.0.0-alpha" };
        var finding = world.Preflight().Findings.ShouldHaveSingleItem();

        (finding.Reason, finding.Field).ShouldBe((Reasons.VersionPathUnsupported, "spec.toVersion"));
        finding.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("2.1.0", true)]
    [InlineData("2.1.1", false)]
    public void Charset_of_old_tables_is_noted(string from, bool noted) =>
        new TiDbWorld(Whole with { From = from }).Begin().Stored!.Notes
            .Any(n => n.Contains("unsupported modify column charset", StringComparison.Ordinal)).ShouldBe(noted);

    [Fact]
    public void Zero_leader_count_of_new_PD_leader_is_not_trusted()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/drain").State == StepState.Running, "tikv-2 drains");
        world.Elect(TimeSpan.FromMilliseconds(700), "pd-1");
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Evicted.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DrainTimeoutPolicy.Fail, 0)]
    [InlineData(DrainTimeoutPolicy.Proceed, 3)]
    public void Stop_waits_until_new_PD_leader_counts_and_says_so(DrainTimeoutPolicy onTimeout, int stuck)
    {
        var world = new TiDbWorld(Whole with { Spec = s => s with { Drain = new DrainSpec { OnTimeout = onTimeout } } })
        {
            StuckLeaders = stuck
        }.Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/drain").State == StepState.Succeeded, "tikv-2 drained");
        world.Elect(TimeSpan.FromMilliseconds(700), "pd-1");
        world.RunUntil(
            () => world.Step("UpgradeTiKV/tikv-2/swap").Message?.Contains(
                "tikv-2 is not stopped: PD has a new leader that does not count leaders yet.",
                StringComparison.Ordinal) == true,
            "it says so");
        world["tikv-2"].Running.ShouldBe(TiDbWorld.Old);
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Stop_waits_until_new_PD_leader_has_heard_of_Regions()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { From = "3.0.5", Bootstrap = 33, MergeMoves = false }).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/drain").State == StepState.Succeeded, "tikv-2 drained");
        world.Heard = 0.8;
        world.RunUntil(
            () => world.Step("UpgradeTiKV/tikv-2/swap").Message
                ?.Contains("has heard of 80 of 100 Regions of tikv-2 so far", StringComparison.Ordinal) == true,
            "it waits");
        world["tikv-2"].Running.ShouldBe("3.0.5");

        world.Heard = 1;
        world.RunUntil(() => world["tikv-2"].Running == TiDbWorld.New, "tikv-2 swapped", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Scheduler_not_yet_run_by_new_PD_leader_is_removed()
    {
        var world = new TiDbWorld(Whole with { SchedulerWindow = TimeSpan.FromMinutes(5) }).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/swap").State == StepState.Succeeded, "tikv-2 swapped");
        world.Elect(TimeSpan.FromMilliseconds(700), "pd-1");
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/verify").State == StepState.Succeeded, "tikv-2 verified");

        world.Evicted.ShouldBeEmpty("the drain of tikv-3 waits until PD counts leaders");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Swap_waits_while_regions_are_unhealthy()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        world.Regions.AddRange([new TiDbRegion(5, 1, 2, 3) { Pending = [2] }, new TiDbRegion(6, 1, 2)]);
        world.RunFor(TimeSpan.FromMinutes(3));
        world["tikv-1"].Running.ShouldBe(TiDbWorld.Old);
        world.Step("UpgradeTiKV/tikv-1/swap").Message.ShouldBeWorded();
        world.Regions.Clear();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Unhealthy_cluster_past_timeout_fails_step_and_removes_scheduler()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        world.RegionChecks["down-peer"] = 2;
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.ClusterUnhealthy);
        world["tikv-1"].Running.ShouldBe(TiDbWorld.Old);
        world.Evicted.ShouldBeEmpty();
    }

    [Fact]
    public void Ended_TiKV_blocks_next_stop_while_PD_still_reports_up()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        world.End(world["tikv-3"], byOperator: false);
        world.RunFor(TimeSpan.FromSeconds(15));
        world["tikv-1"].Running.ShouldBe(TiDbWorld.Old);
        world.Run(world["tikv-3"]);
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void New_DDL_is_reported_and_waited_for()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Running, "tikv-1 drains");
        world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        world.Life.WorldChanged();
        world.RunUntil(() => world.Life.Outcome?.State == RunState.TargetChanged, "reported", TimeSpan.FromMinutes(2));
        world.Life.Outcome!.Message.ShouldContain("job 9");
        world.Ddl.Clear();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void System_DDL_of_first_new_TiDB_does_not_block_upgrade()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiDB/tidb-1/swap").State == StepState.Succeeded, "tidb-1 swapped");
        world.Ddl.Add(new DdlJob("9", "mysql", "user", "add column", "running"));
        world.After(TimeSpan.FromSeconds(30), world.Ddl.Clear);
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Verification_of_first_TiDB_waits_for_system_tables()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiDB/tidb-1/swap").State == StepState.Succeeded, "tidb-1 swapped");
        world.RunUntil(() => world.Step("UpgradeTiDB/tidb-1/verify").State == StepState.Succeeded, "tidb-1 verified");

        world.Bootstrap.ShouldBe(33);
    }

    [Fact]
    public void Restarting_instance_is_not_healthy()
    {
        var world = new TiDbWorld(Whole).Begin();
        world["tikv-2"].CrashLoops = true;
        world.Logs["/data/tikv-2/log"] = "[2026/03/01 02:00:00.000 +00:00] [ERROR] [conn.rs:7] [\"failed\"] "
            + "[sql=\"insert into t values ('secret row')\"]\n[2026/03/01 02:00:01.000 +00:00] [FATAL] [setup.rs:9] "
            + "[\"invalid configuration file\"] [path=tikv.toml]\n";
        world.RunToStall();

        var message = world.Step("UpgradeTiKV/tikv-2/verify").Message!;
        message.ShouldBeWorded();

        (world.Life.Outcome!.StepId, world.Life.Outcome.Reason)
            .ShouldBe(("UpgradeTiKV/tikv-2/verify", Reasons.InstanceUnhealthy));
        world["tikv-3"].Running.ShouldBe(TiDbWorld.Old);
    }

    [Fact]
    public void Store_that_stays_down_fails_step_and_leaves_no_scheduler()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/drain").State == StepState.Succeeded, "tikv-2 drained");
        world.StoreOf("tikv-2").IsCut = true;
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.InstanceUnhealthy, world.Describe());
        world.Evicted.ShouldBeEmpty();
    }

    [Fact]
    public void Instance_that_ends_after_swap_is_started_again()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradePD/pd-2/swap").State == StepState.Succeeded, "pd-2 swapped");
        world.End(world["pd-2"], byOperator: false);
        world["pd-2"].IsStopped = true;
        world.RunToSuccess();

        world.Processes.ShouldAllBe(p => p.IsAlive);
    }

    [Fact]
    public void Stopped_instance_is_started_while_DDL_guard_is_broken()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.Fates = p =>
            p.What == "swap tidb-1" ? Drydock.Tests.Unit.Fakes.Fate.DieBefore : Drydock.Tests.Unit.Fakes.Fate.Live;
        world.RunUntil(() => world.Life.IsDead, "killed while tidb-1 is down");
        world.Fates = static _ => Drydock.Tests.Unit.Fakes.Fate.Live;
        world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        world.RunUntil(() => world["tidb-1"].Running == TiDbWorld.New, "tidb-1 up", TimeSpan.FromMinutes(2));
        world.Ddl.Clear();
        world.RunToSuccess();
    }

    [Fact]
    public void Stopped_instance_is_started_though_one_beside_it_lives()
    {
        const string Swap = "UpgradeTiKV/tikv-2/swap";
        var world = new TiDbWorld(
            OverlapTests.Zones with
            {
                Spec = s => OverlapTests.Zones.Spec(s) with { MinHealthySeconds = 300 }
            }).Begin();
        world.Controls = world.Controls with { HoldBefore = new HashSet<string>(StringComparer.Ordinal) { Swap } };
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/verify").State == StepState.Running, "tikv-1 settles");
        world.Controls = world.Controls with { Approved = new HashSet<string>(StringComparer.Ordinal) { Swap } };
        world.Fates = p =>
            p.What == "swap tikv-2" ? Drydock.Tests.Unit.Fakes.Fate.DieBefore : Drydock.Tests.Unit.Fakes.Fate.Live;
        world.Life.Wake();
        world.RunUntil(() => world.Life.IsDead, "killed while tikv-2 is down");
        world.Fates = static _ => Drydock.Tests.Unit.Fakes.Fate.Live;
        world["tikv-1"].IsAlive.ShouldBeTrue();
        world.Step("UpgradeTiKV/tikv-1/verify").State.ShouldBe(StepState.Running);
        world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        world.RunUntil(() => world["tikv-2"].Running == TiDbWorld.New, "tikv-2 up", TimeSpan.FromMinutes(2));

        world.Violations.ShouldBeEmpty();
    }
}
