using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Drains of TiKVs: what they ask, when they end, and what happens if leaders stay.</summary>
public sealed class DrainTests
{
    private const string Drain = "UpgradeTiKV/tikv-1/drain";
    private const string Swap = "UpgradeTiKV/tikv-1/swap";

    // Before, the same drain of ten minutes took 184 looks at the host, 734 requests to PD and TiKV's status port, and
    // 183 times all metrics.
    [Fact]
    public void Drain_of_2400_leaders_asks_one_small_number()
    {
        var world = Draining(new TiDbWorldSetup { Leaders = 2400 }, leaderLimit: 0);
        world.Asked.Clear();
        var began = world.Now;
        world.RunUntil(() => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained");

        var taken = world.Now - began;
        taken.ShouldBeGreaterThan(TimeSpan.FromMinutes(9));
        var asked = world.Asked.CountBy(a => a).ToDictionary(StringComparer.Ordinal);
        var all = string.Join("; ", asked.Select(a => $"{a.Key}: {a.Value}"));
        asked.GetValueOrDefault("look tikv-1")
            .ShouldBeLessThanOrEqualTo(4, $"two of the drain, one of the copy, one of the swap that follows; {all}");
        asked.GetValueOrDefault("TiKV GET /metrics").ShouldBeLessThanOrEqualTo(1, all);
        asked.Values.Sum().ShouldBeLessThan(400, all);
        asked["PD GET /pd/api/v1/store/1"].ShouldBeGreaterThan(asked.Values.Sum() * 6 / 10, all);
    }

    [Fact]
    public void Drain_that_makes_progress_has_no_time_limit()
    {
        var world = Draining(new TiDbWorldSetup { Leaders = 5000 }, leaderLimit: 0);
        var began = world.Now;
        world.RunUntil(() => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained");

        (world.Now - began).ShouldBeGreaterThan(TimeSpan.FromMinutes(20));
        world.Step(Drain).Attempt.ShouldBe(1);
    }

    [Fact]
    public void Leaders_leave_faster_while_TiKVs_are_upgraded()
    {
        var world = Draining(new TiDbWorldSetup { Leaders = 5000 }, leaderLimit: 32);
        var began = world.Now;
        world.RunUntil(() => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained");
        (world.Now - began).ShouldBeLessThan(TimeSpan.FromMinutes(3));
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Limits["leader-schedule-limit"].ShouldBe(4);
    }

    [Fact]
    public void Drain_that_stalls_fails_at_once_and_leaders_stay_away()
    {
        var world = new TiDbWorld { StuckLeaders = 3 }.Begin();
        world.RunToStall();

        var step = world.Step(Drain);
        (step.State, step.Reason, step.Attempt).ShouldBe((StepState.Failed, Reasons.DrainTimeout, 1));
        step.Message!.ShouldNotContain("left no trace");
        world.Evicted.Keys.ShouldBe([1UL]);
        world.GivesBackAt(isStopped: true).ShouldBe(step.FinishedAt + TimeSpan.FromMinutes(10), "somebody may answer");
        world["tikv-1"].Running.ShouldBe(TiDbWorld.Old);
    }

    [Fact]
    public void Scheduler_of_a_store_that_has_left_does_not_stop_drains()
    {
        var world = new TiDbWorld().Begin();
        world.Evicted[99] = world.Now;
        world.RunUntil(() => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained");

        world.Step(Drain).Attempt.ShouldBe(1);
        world.Evicted.Keys.ShouldContain(99UL, "it is not ours");
    }

    [Fact]
    public void DDL_owner_of_a_version_that_cannot_resign_is_upgraded()
    {
        var world = new TiDbWorld().Begin();
        world.Answers = (_, _, path) => path == "/ddl/owner/resign" ? (404, "404 page not found") : null;
        var owner = world.DdlOwner!;
        world.RunUntil(
            () => world.Step($"UpgradeTiDB/{owner}/drain").State == StepState.Succeeded, "the owner is drained");

        world.Step($"UpgradeTiDB/{owner}/drain").Message.ShouldBeWorded();
        world.Step($"UpgradeTiDB/{owner}/drain").Attempt.ShouldBe(1);
    }

    [Fact]
    public void Store_is_not_drained_before_new_PD_leader_has_heard_of_its_Regions()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { From = "3.0.5", Bootstrap = 33, MergeMoves = false }).Begin();
        world.RunUntil(() => world.Step(Drain).State == StepState.Running, "tikv-1 drains");
        world.Heard = 0.8;
        world.RunUntil(
            () => world.Step(Drain).Message?.Contains(
                "has heard of 80 of 100 Regions of tikv-1 so far", StringComparison.Ordinal) == true,
            "it waits");
        world.Count("stop tikv-1 3.0.5").ShouldBe(0);

        world.Heard = 1;
        world.RunUntil(() => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained", TimeSpan.FromMinutes(1));
        world.Step(Drain).Attempt.ShouldBe(1);
    }

    // A count that stays different must not stop the upgrade.
    [Fact]
    public void Regions_that_PD_never_hears_of_delay_drain_for_minutes_only()
    {
        var world =
            new TiDbWorld(new TiDbWorldSetup { From = "3.0.5", Bootstrap = 33, MergeMoves = false }) { Heard = 0.8 }
                .Begin();
        world.RunUntil(() => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained", TimeSpan.FromHours(1));
        (world.Step(Drain).FinishedAt - world.Step(Drain).StartedAt)!.Value
            .ShouldBeInRange(TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(6));
        world.RunUntil(() => world.Step(Swap).State == StepState.Succeeded, "tikv-1 swapped", TimeSpan.FromMinutes(6));
    }

    // Server 2 is drained while the new program of server 1 still starts.
    [Fact]
    public void DDL_owner_resigns_once_and_only_when_another_server_is_ready()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { TidbStart = TimeSpan.FromSeconds(20) }).Begin();
        world.RunUntil(() => world.Step("UpgradeTiDB/tidb-2/drain").State == StepState.Running, "the drain of tidb-2");
        world["tidb-1"].IsAlive.ShouldBeTrue();
        world.IsReady(world["tidb-1"]).ShouldBeFalse();
        world.Step("UpgradeTiDB/tidb-2/drain").Message.ShouldBeWorded();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Count("resign ddl tidb-2").ShouldBe(1);
        world.Stored!.Steps.ShouldAllBe(s => s.Attempt == 1 && s.Record.Tries <= 1);
        var waited = world.Step("UpgradeTiDB/tidb-2/drain").FinishedAt - world["tidb-1"].ReadyAt;
        waited!.Value.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Resignation_without_effect_is_repeated_in_same_attempt()
    {
        var world = new TiDbWorld().Begin();
        var asked = new List<DateTimeOffset>();
        world.Answers = (method, _, path) =>
        {
            if (method != "POST" || path != "/ddl/owner/resign" || asked.Count == 4)
            {
                return null;
            }

            asked.Add(world.Now);
            return (200, "success!");
        };
        world.RunUntil(
            () => world.Step("UpgradeTiDB/tidb-1/drain").State == StepState.Succeeded, "the owner is drained");

        (world.Step("UpgradeTiDB/tidb-1/drain").Attempt, world.Step("UpgradeTiDB/tidb-1/drain").Record.Tries)
            .ShouldBe((1, 1));
        asked.Count.ShouldBe(4);
        (asked[^1] - asked[0]).ShouldBeInRange(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Failed_drain_continues_when_last_leaders_leave()
    {
        var world = new TiDbWorld { StuckLeaders = 3 }.Begin();
        world.RunToStall();
        world.StuckLeaders = 0;
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Failed_drain_continues_when_spec_says_Proceed()
    {
        var world = new TiDbWorld { StuckLeaders = 3 }.Begin();
        world.RunToStall();
        world.Upgrade = world.Upgrade with
        {
            Spec = world.Upgrade.Spec with { Drain = new DrainSpec { OnTimeout = DrainTimeoutPolicy.Proceed } }
        };
        world.Restart();
        world.RunUntil(() => world.Step(Drain).State == StepState.Succeeded, "it proceeds", TimeSpan.FromMinutes(2));

        world.Step(Drain).Recorded(DrainTikv.ProceededFact).ShouldBe("3");
    }

    [Fact]
    public void Failed_drain_stays_failed_for_a_new_process()
    {
        var world = new TiDbWorld { StuckLeaders = 3 }.Begin();
        world.RunToStall();
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(3));

        world.Step(Drain).State.ShouldBe(StepState.Failed);
        world.Life.Outcome!.State.ShouldBe(RunState.Failed);
    }

    [Fact]
    public void Upper_limit_ends_drain_that_makes_progress()
    {
        var world = Draining(
            new TiDbWorldSetup { Leaders = 5000, Spec = s => s with { Drain = new DrainSpec { Timeout = "2m" } } },
            leaderLimit: 0);
        world.RunToStall();

        world.Step(Drain).Message.ShouldBeWorded();
    }

    [Fact]
    public void Warm_up_of_PD_counts_for_no_limit()
    {
        var world = Draining(
            new TiDbWorldSetup
            {
                Leaders = 2400,
                SchedulerWindow = TimeSpan.FromMinutes(5),
                Spec = s => s with { Drain = new DrainSpec { StalledFor = "4m", Timeout = "12m" } }
            },
            leaderLimit: 0);
        world.RunFor(TimeSpan.FromMinutes(2));
        world.Elect(TimeSpan.FromMilliseconds(700), "pd-1");
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Step(Drain).Message.ShouldBeWorded();
        world.RunUntil(
            () => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained", TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void PD_that_never_runs_all_schedulers_is_named()
    {
        var world = Draining(
            new TiDbWorldSetup { Leaders = 2400, SchedulerWindow = TimeSpan.FromHours(2) }, leaderLimit: 0);
        world.RunToStall();

        world.Step(Drain).Message.ShouldBeWorded();
    }

    [Fact]
    public void PD_that_does_not_answer_fails_drain_like_leaders_that_stay()
    {
        var world = Draining(new TiDbWorldSetup { Leaders = 2400 }, leaderLimit: 0);
        world.Answers = (_, p, path) =>
            p.Component == DatabaseComponent.PD && path.StartsWith("/pd/", StringComparison.Ordinal)
                ? (500, "redirect failed")
                : null;
        world.RunUntil(() => world.Step(Drain).State == StepState.Failed, "it fails", TimeSpan.FromMinutes(12));

        world.Step(Drain).Message.ShouldBeWorded();
    }

    [Fact]
    public void Incomplete_regions_elsewhere_are_tolerated_and_named()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Tikvs = 5, MaxReplicas = 3 }).Begin();
        world.Regions.AddRange([
            new TiDbRegion(5, 3, 4, 5) { Pending = [4] },
            new TiDbRegion(6, 1, 2, 3) { Learners = [5], Pending = [5] }]);
        world.RunUntil(() => world.Step(Swap).State == StepState.Succeeded, "tikv-1 swapped");

        world.Step(Drain).Message.ShouldBeWorded();
        world.RunUntil(
            () => world.Step("UpgradeTiKV/tikv-3/swap").Message
                ?.Contains("1 Region (5)", StringComparison.Ordinal) == true,
            "tikv-3 waits");
        world.Regions.Clear();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Held_instance_gets_its_leaders_back_and_is_drained_again_later()
    {
        var world = new TiDbWorld().Begin();
        world.Controls = world.Controls with { HoldBefore = new HashSet<string>(StringComparer.Ordinal) { Swap } };
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Held, "held");
        world.Evicted.ShouldNotBeEmpty();
        world.GivesBackAt(isStopped: false).ShouldBe(world.Step(Drain).FinishedAt + TimeSpan.FromMinutes(10));
        world.GiveBack().Remaining.ShouldBeEmpty();
        world.Evicted.ShouldBeEmpty();
        world.Limits["region-schedule-limit"].ShouldBe(4);

        // Not before what it is for may start.
        world.RunFor(TimeSpan.FromHours(2));
        world.Life.Outcome!.State.ShouldBe(RunState.Held);
        world.Life.Outcome.StepId.ShouldBe(Swap);
        world.Evicted.ShouldBeEmpty();
        world.GivesBackAt(isStopped: false).ShouldBeNull();

        world.Controls = world.Controls with { Approved = new HashSet<string>(StringComparer.Ordinal) { Swap } };
        world.Life.Wake();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        world.Evicted.ShouldBeEmpty();
        (
            world.Limits["region-schedule-limit"], world.Limits["leader-schedule-limit"],
            world.Limits["hot-region-schedule-limit"]).ShouldBe((4, 4, 2));
    }

    [Fact]
    public void Operator_refused_after_the_copy_evicts_no_leaders()
    {
        var world = new TiDbWorld().Begin();
        world.Fates = point =>
        {
            world.MayAct &= point.What != "stage tikv-1";
            return Fate.Live;
        };
        world.RunUntil(() => !world.MayAct, "the copy");
        world.Fates = static _ => Fate.Live;
        world.RunFor(TimeSpan.FromMinutes(1));
        world["tikv-1"].IsStaged.ShouldBeTrue();
        world.Evicted.ShouldBeEmpty();

        world.MayAct = true;
        world.RunUntil(
            () => world.Step(Drain).State == StepState.Succeeded, "tikv-1 drained", TimeSpan.FromMinutes(10));
    }

    // As after a restore of etcd: nothing shows that this run added the scheduler.
    [Fact]
    public void Drain_found_done_without_receipt_gives_leaders_back()
    {
        var world = new TiDbWorld().Begin();
        world.Controls = world.Controls with { HoldBefore = new HashSet<string>(StringComparer.Ordinal) { Swap } };
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Held, "held");
        world.Stored = world.Stored!.With(s => s.Record.Repeated("put back") with { Attempt = 0 }, only: Drain);
        world.Restart();
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Held, "held again");
        world.Step(Drain).State.ShouldBe(StepState.Succeeded);
        world.Step(Drain).Receipt.ShouldBeNull();
        world.Evicted.ShouldNotBeEmpty();

        world.GiveBack().Remaining.ShouldBeEmpty();
        world.Evicted.ShouldBeEmpty();
    }

    [Fact]
    public void Broken_guard_gives_leaders_back_and_drains_again_afterwards()
    {
        var world = new TiDbWorld().Begin();
        world.RunUntil(() => world.Evicted.Count > 0, "tikv-1 drains");
        world.Ddl.Add(new DdlJob("9", "orders", "t", "add index", "running"));
        world.RunUntil(
            () => world.Life.Outcome?.State == RunState.TargetChanged && world.Step(Drain).State == StepState.Succeeded,
            "reported");
        world.GivesBackAt(isStopped: false).ShouldNotBeNull();
        world.GiveBack();
        world.RunFor(TimeSpan.FromHours(1));
        world.Evicted.ShouldBeEmpty();
        world.Ddl.Clear();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Done.Count(d => d == "evict 1").ShouldBe(2);
    }

    [Fact]
    public void Limit_that_an_administrator_changed_meanwhile_is_kept()
    {
        var world = new TiDbWorld().Begin();
        world.RunUntil(() => world.Step(Swap).State == StepState.Succeeded, "tikv-1 swapped");
        (
            world.Limits["merge-schedule-limit"], world.Limits["region-schedule-limit"],
            world.Limits["hot-region-schedule-limit"], world.Limits["replica-schedule-limit"],
            world.Limits["leader-schedule-limit"])
            .ShouldBe((0, 0, 0, 0, 32));
        world.Limits["hot-region-schedule-limit"] = 7;
        world.RunUntil(() => world.Step("UpgradeTiKV/release-scheduling").State == StepState.Succeeded, "restored");

        (
            world.Limits["merge-schedule-limit"], world.Limits["region-schedule-limit"],
            world.Limits["hot-region-schedule-limit"], world.Limits["leader-schedule-limit"])
            .ShouldBe((2, 4, 7, 4));
    }

    [Fact]
    public void Abandoned_upgrade_names_and_restores_schedule_limits()
    {
        var world = new TiDbWorld().Begin();
        world.RunUntil(() => world.Step(Swap).State == StepState.Succeeded, "tikv-1 swapped");
        var status = new DatabaseRollingUpgradeStatus { Plan = world.Stored! };
        new TiDbUndo(world.Upgrade.Spec, status.Plan!).Advice.ShouldContain(
            a => a.Message.Contains("`pd-ctl config set region-schedule-limit 4`", StringComparison.Ordinal));
        world.CleanUp();

        (world.Limits["region-schedule-limit"], world.Limits["leader-schedule-limit"]).ShouldBe((4, 4));
    }

    [Fact]
    public void Merging_that_PD_keeps_off_is_an_action_item()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { MergeMoves = false }).Begin();
        world.RunToSuccess();

        TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored! }, world.Upgrade.Spec).ActionRequired
            .ShouldContain(a => a.Subject == "max-merge-region-size"
                && a.Message.Contains("max-merge-region-keys 200000", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_build_of_PD_leader_fails_with_way_out()
    {
        var world = new TiDbWorld().Begin();
        world.Answers = (_, _, path) =>
            path == "/pd/api/v1/status" ? (200, """{"build_ts":"x","git_hash":"beef"}""") : null;
        world.RunToSuccess();

        // Its program on the host is the new one there, so the build is only called otherwise.
        var other = new TiDbWorld().Begin();
        other.Answers = (method, process, path) =>
        {
            if (path == "/pd/api/v1/status")
            {
                other[other.PdLeader!].Running = "3.0.8";
            }

            return world.Answers(method, process, path);
        };
        other.RunToStall();
        other.Life.Outcome!.Reason.ShouldBe(Reasons.VersionMismatch);
        other.Life.Outcome.Message.ShouldBeWorded();
    }

    private static TiDbWorld Draining(TiDbWorldSetup setup, int leaderLimit)
    {
        var spec = setup.Spec;
        var world = new TiDbWorld(
            setup with { Spec = s => spec(s) with { Tidb = s.Tidb! with { DrainLeaderScheduleLimit = leaderLimit } } })
            .Begin();
        world.RunUntil(
            () => world.Step(Drain).State == StepState.Running
                && world.Step("UpgradePD/pd-3/verify").State == StepState.Succeeded,
            "tikv-1 drains, and PD has settled");
        return world;
    }
}
