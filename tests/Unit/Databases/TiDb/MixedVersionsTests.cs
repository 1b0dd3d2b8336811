using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What PD must not do while TiKVs of 2.1 and 3.0 run together (tikv/tikv#8967), whom a pump must notify, and
/// the look at the end.</summary>
public sealed class MixedVersionsTests
{
    private const string Hold = "UpgradeTiKV/hold-scheduling";
    private const string Limit = "replica-schedule-limit";
    private const string Repair = "replace-offline-replica (kind:region,replica, region:5(1,1), currentStep:1, "
        + "steps:[add learner peer 9 on store 3, promote learner peer 9 on store 3 to voter, remove peer on store 1])";
    private const string MovesLeader = "balance-leader (kind:leader,balance, region:7(1,1), currentStep:0, "
        + "steps:[transfer leader from store 1 to store 2])";
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };

    [Fact]
    public void First_TiKV_waits_until_PD_changes_no_replicas()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.Operators.AddRange([MovesLeader, Repair]);
        world.RunUntil(
            () => world.Step(Hold).Message?.Contains("tikv/tikv#8967", StringComparison.Ordinal) == true, "it waits");
        world.Step(Hold).Message.ShouldBeWorded();
        world.Limits[Limit].ShouldBe(0, "PD begins nothing new");
        world.Evicted.ShouldBeEmpty();

        world.Operators.Remove(Repair);
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        world.Limits[Limit].ShouldBe(16);
    }

    [Fact]
    public void Operator_that_never_ends_fails_the_step_and_limits_come_back()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.Operators.Add(Repair);
        world.RunToStall();
        world.Life.Outcome!.StepId.ShouldBe(Hold);
        world.GiveBack().Remaining.ShouldBeEmpty();

        (world.Limits[Limit], world.Limits["region-schedule-limit"]).ShouldBe((8, 4));
        world["tikv-1"].Running.ShouldBe(TiDbWorld.Old);
    }

    [Fact]
    public void Repair_continues_between_two_versions_of_3_0()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { From = "3.0.5", Bootstrap = 33, MergeMoves = false }).Begin();
        world.Operators.Add(Repair);
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/swap").State == StepState.Succeeded, "tikv-1 swapped");

        world.Limits[Limit].ShouldBe(8);
        world.Stored!.Notes.ShouldNotContain(n => n.Contains("8967", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_names_the_issue_of_mixed_versions() => new TiDbWorld(Whole).Begin().Stored!.Notes
        .ShouldContain(
            n => n.Contains("tikv/tikv#8967", StringComparison.Ordinal) && n.Contains(Limit, StringComparison.Ordinal));

    [Fact]
    public void Store_that_is_down_keeps_repair_on_and_is_named()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradePD/pd-3/swap").State == StepState.Succeeded, "PD is new");
        Cut(world, "tikv-3");
        world.RunUntil(
            () => world.Step(Hold).Message?.Contains(
                $"Store 3 ({world["tikv-3"].Address}) is Down", StringComparison.Ordinal) == true,
            "it waits");
        world.Step(Hold).Message.ShouldBeWorded();
        world.Limits[Limit].ShouldBe(8);

        world.StoreOf("tikv-3").IsCut = false;
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Store_that_dies_while_operators_are_waited_for_gets_repair_back()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.Operators.Add(Repair);
        world.RunUntil(
            () => world.Step(Hold).Message?.Contains(
                "Waiting until PD has changed replicas", StringComparison.Ordinal) == true,
            "it waits");
        world.Limits[Limit].ShouldBe(0);
        Cut(world, "tikv-3");
        world.RunUntil(() => world.Limits[Limit] == 8, "repair has its value of before", TimeSpan.FromMinutes(2));

        world.StoreOf("tikv-3").IsCut = false;
        world.Operators.Clear();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Store_that_comes_and_goes_while_operators_are_waited_for_costs_no_attempt()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.Operators.Add(Repair);
        world.RunUntil(
            () => world.Step(Hold).Message?.Contains(
                "Waiting until PD has changed replicas", StringComparison.Ordinal) == true,
            "it waits");
        for (var times = 0; times < 6; times++)
        {
            Cut(world, "tikv-3");
            world.RunUntil(() => world.Limits[Limit] == 8, "repair has its value of before", TimeSpan.FromMinutes(2));
            world.StoreOf("tikv-3").IsCut = false;
            world.RunUntil(() => world.Limits[Limit] == 0, "it is held again", TimeSpan.FromMinutes(2));
        }

        (world.Step(Hold).Attempt, world.Step(Hold).State).ShouldBe((1, StepState.Running));
        world.Operators.Clear();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }

    // As after a restore of etcd, while a store is down: the limits are those of the upgrade but for repair.
    [Fact]
    public void Limits_of_a_put_back_hold_are_not_taken_for_former_ones()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradePD/pd-3/swap").State == StepState.Succeeded, "PD is new");
        Cut(world, "tikv-3");
        world.RunUntil(() => world.Limits["region-schedule-limit"] == 0, "it is held");
        world.Stored = world.Stored!.With(s => s.Record.Repeated("put back") with { Attempt = 0 }, only: Hold);
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(1));
        world.StoreOf("tikv-3").IsCut = false;
        world.RunUntil(
            () => world.Step("UpgradeTiKV/release-scheduling").State == StepState.Succeeded, "it is released");

        (world.Limits[Limit], world.Limits["region-schedule-limit"], world.Limits["hot-region-schedule-limit"])
            .ShouldBe((8, 4, 2));
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Store_that_dies_between_two_stops_gets_repair_back()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/verify").State == StepState.Succeeded, "tikv-1 is new");
        world.Limits[Limit].ShouldBe(0);
        Cut(world, "tikv-3");
        world.RunToStall();
        world.GiveBack().Remaining.ShouldBeEmpty();
        world.Limits[Limit].ShouldBe(8);

        world.Controls = world.Controls with { Retry = true };
        world.Life.Wake();
        world.RunUntil(
            () => world.Step(Hold).Message?.Contains("keeps its value", StringComparison.Ordinal) == true,
            "the retry leaves repair on");
        world.Limits[Limit].ShouldBe(8);
        world.StoreOf("tikv-3").IsCut = false;
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        world.Limits[Limit].ShouldBe(16);
    }

    [Fact]
    public void Replicas_that_may_change_again_delay_the_next_TiKV()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/verify").State == StepState.Succeeded, "tikv-1 is new");
        world.Limits[Limit] = 64;
        world.RunUntil(
            () => world.Step("UpgradeTiKV/tikv-2/swap").Message
                ?.Contains("tikv-2 is not stopped. replica-schedule-limit is 64", StringComparison.Ordinal) == true,
            "it is said");
        world.Limits[Limit] = 0;
        world.Operators.Add(Repair);
        world.RunUntil(
            () => world.Step("UpgradeTiKV/tikv-2/swap").Message
                ?.Contains("Waiting until PD has changed replicas", StringComparison.Ordinal) == true,
            "it is said");
        world["tikv-2"].Running.ShouldBe(TiDbWorld.Old);

        world.Operators.Clear();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Pump_is_not_stopped_while_a_drainer_that_it_must_notify_is_dead()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-3/swap").State == StepState.Succeeded, "TiKVs are new");
        world.End(world["drainer-1"], byOperator: false);
        world["drainer-1"].IsStopped = true;
        world.RunUntil(
            () => world.Stored!.Steps.Exists(s => s.Message?.Contains(
                "-cmd update-drainer -node-id drainer-1:id -state paused", StringComparison.Ordinal) == true),
            "the pump waits");
        world.Count("stop pump-1 2.1.19").ShouldBe(0);

        world.NodeStates["drainer-1"] = "paused";
        world.RunUntil(() => world["pump-2"].Running == TiDbWorld.New, "pumps are new");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Cluster_must_stay_healthy_for_settle_before_the_end()
    {
        var world = new TiDbWorld(Whole with { Spec = s => s with { MinHealthySeconds = 60 } }).Begin();
        world.RunUntil(() => world.Step("Verify/cluster").State == StepState.Running, "it is looked at");
        var began = world.Now;
        world.RunUntil(() => world.Now > began + TimeSpan.FromSeconds(30), "half of the time passes");
        world.StoreOf("tikv-2").IsCut = true;
        world.RunUntil(
            () => world.Step("Verify/cluster").Message?.Contains("Disconnected", StringComparison.Ordinal) == true,
            "it is seen");
        world.StoreOf("tikv-2").IsCut = false;
        world.RunUntil(
            () => world.Step("Verify/cluster").State == StepState.Succeeded, "it has settled",
            TimeSpan.FromMinutes(10));

        (world.Step("Verify/cluster").FinishedAt - began).ShouldNotBeNull()
            .ShouldBeGreaterThan(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public void Down_replicas_delay_the_end()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(
            () => world.Step("UpgradeDrainer/drainer-1/swap").State == StepState.Succeeded, "the last instance is new");
        world.Regions.Add(new TiDbRegion(5, 1, 2, 3) { Down = [2] });
        world.RunUntil(
            () => world.Step("Verify/cluster").Message?.Contains(
                "1 Region has a replica that is down, or too few.", StringComparison.Ordinal) == true,
            "it is seen");

        world.Regions.Clear();
        world.RunToSuccess();
    }

    [Fact]
    public void Lost_quorum_of_PD_is_named_with_its_members()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Running, "tikv-1 drains");
        foreach (var pd in new[] { world["pd-1"], world["pd-2"] })
        {
            world.End(pd, byOperator: false);
            pd.IsStopped = true;
        }

        world.Answers = (_, p, path) =>
            p.Component == DatabaseComponent.PD && path.StartsWith("/pd/", StringComparison.Ordinal)
                ? (500, "redirect failed")
                : null;
        world.RunUntil(
            () => world.Stored!.Steps.Exists(s => s.Message?.Contains(
                $"PD has no leader (2 of 3 members do not answer: {world["pd-1"].Address}, {world["pd-2"].Address}). "
                + "Leaders of Regions stay where they are.", StringComparison.Ordinal) == true),
            "it is said", TimeSpan.FromMinutes(30));
    }

    private static void Cut(TiDbWorld world, string tikv) =>
        (world.StoreOf(tikv).IsCut, world.StoreOf(tikv).LastHeartbeat) = (true, world.Now - TimeSpan.FromHours(1));
}
