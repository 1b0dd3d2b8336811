using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

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
        world.Life.Outcome.Message.ShouldContain("No leader has left for 10m (spec.drain.stalledFor): 3 are left on tikv-1");
        world.GiveBack().Removed.ShouldBe(["tikv-1", TiDbStepIds.HoldScheduling]);
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
        var world = new TiDbWorld(Whole with { Spec = s => s with { Drain = new DrainSpec { OnTimeout = DrainTimeoutPolicy.Proceed } } }) { StuckLeaders = 3 }.Begin();
        world.RunToSuccess();

        world.Evicted.ShouldBeEmpty();
        var status = TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored! }, world.Upgrade.Spec);
        status.ActionRequired.Where(a => a.Reason == Reasons.DrainTimeout).Select(a => a.Subject).ShouldBe(["tikv-1", "tikv-2", "tikv-3"]);
    }

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
        world.Step("UpgradeTiKV/tikv-1/swap").Message!.ShouldContain("Without tikv-1, 2 Regions (5, 6) would lose the quorum");
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
        world.RunToStall();

        (world.Life.Outcome!.StepId, world.Life.Outcome.Reason).ShouldBe(("UpgradeTiKV/tikv-2/verify", Reasons.InstanceUnhealthy));
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
        world.Fates = p => p.What == "swap tidb-1" ? Drydock.Tests.Unit.Fakes.Fate.DieBefore : Drydock.Tests.Unit.Fakes.Fate.Live;
        world.RunUntil(() => world.Life.IsDead, "killed while tidb-1 is down");
        world.Fates = static _ => Drydock.Tests.Unit.Fakes.Fate.Live;
        world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        world.RunUntil(() => world["tidb-1"].Running == TiDbWorld.New, "tidb-1 up", TimeSpan.FromMinutes(2));
        world.Ddl.Clear();
        world.RunToSuccess();
    }
}
