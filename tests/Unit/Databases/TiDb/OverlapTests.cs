using System.Collections.Immutable;
using Drydock.Reconcilers.Databases.TiDb;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What runs side by side in an upgrade of TiDB, and what does not.</summary>
public sealed class OverlapTests
{
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };
    internal static readonly TiDbWorldSetup Zones = new()
    {
        Tikvs = 6,
        TwoTikvsAHost = true,
        Spec = s => s with { Tidb = s.Tidb! with { MaxUnavailablePerZone = 2 } }
    };

    [Fact]
    public void Scheduler_from_outside_is_named_with_its_store()
    {
        var world = new TiDbWorld().Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/hold-scheduling").State == StepState.Succeeded, "TiKVs are next");
        world.Evicted[3] = world.Now;
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").Message?.StartsWith(
            "Waiting: an evict-leader-scheduler from outside this upgrade keeps leaders away from store 3 (tikv-3).",
            StringComparison.Ordinal) == true, "it is named");

        world.Evicted.Clear();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
    }

    [Fact]
    public void TiKV_is_drained_while_former_settles_and_stopped_after()
    {
        var plan = new TiDbWorld(Whole).Begin().Stored!;

        After(plan, "UpgradeTiKV/tikv-1/drain").ShouldBe(["UpgradeTiKV/hold-scheduling"]);
        After(plan, "UpgradeTiKV/tikv-1/swap").ShouldBe(["UpgradeTiKV/tikv-1/drain"]);
        After(plan, "UpgradeTiKV/tikv-2/drain").ShouldBe(["UpgradeTiKV/tikv-1/swap"]);
        After(plan, "UpgradeTiKV/tikv-2/swap").ShouldBe(["UpgradeTiKV/tikv-2/drain", "UpgradeTiKV/tikv-1/verify"]);
        After(plan, "UpgradeTiKV/release-scheduling")
            .ShouldBe(["UpgradeTiKV/cluster-version", "UpgradeTiKV/tikv-3/verify"]);
        After(plan, "UpgradePump/pump-1/drain").ShouldBe(["UpgradeTiKV/cluster-version"]);
        After(plan, "LimitMerging/merge-schedule-limit")
            .ShouldBe(["UpgradeTiDB/consistent", "UpgradeTiKV/release-scheduling"]);
    }

    [Fact]
    public void PD_leadership_does_not_move_before_former_member_settled() =>
        After(new TiDbWorld(Whole with { Priority = 5 }).Begin().Stored!, "UpgradePD/pd-3/drain")
            .ShouldBe(["UpgradePD/pd-2/verify"]);

    [Fact]
    public void Checks_at_the_end_wait_for_every_verification()
    {
        var plan = new TiDbWorld(Whole).Begin().Stored!;
        var checks = plan.Steps.Where(s => s.Phase == Phases.Verify).ToList();

        checks.Count.ShouldBe(4);
        foreach (var check in checks)
        {
            var before = Before(plan, check);
            plan.Steps.Where(s => VerifyInstance.Is(s) && s.Node is not null)
                .ShouldAllBe(s => before.Contains(s.Id), check.Id);
        }
    }

    [Fact]
    public void Run_never_stops_instance_before_former_of_component_settled()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        foreach (var phase in new[] { Phases.UpgradePD, Phases.UpgradeTiKV, Phases.UpgradePump, Phases.UpgradeTiDB })
        {
            var verified = Verifies(world, phase);
            var swaps = world.Stored!.Steps.Where(s => s.Phase == phase && s.Is<SwapInstance>()).ToList();
            swaps.Skip(1).Zip(verified).ShouldAllBe(pair => pair.First.StartedAt >= pair.Second.FinishedAt);
            verified.Zip(swaps)
                .ShouldAllBe(pair => pair.First.FinishedAt - pair.Second.FinishedAt >= TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void Drain_ends_while_former_settles_and_two_stores_are_never_evicted()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-2/drain").State == StepState.Succeeded, "tikv-2 drained");

        world.Step("UpgradeTiKV/tikv-1/verify").State.ShouldBe(StepState.Running);
        world.Step("UpgradeTiKV/tikv-2/swap").Attempt.ShouldBe(0);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Drain_waits_until_former_store_may_have_leaders_again()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        world.StoreOf("tikv-1").IsCut = true;
        world.RunUntil(
            () => world.Step("UpgradeTiKV/tikv-2/drain").Message is { } m
                && m.Contains("tikv-1", StringComparison.Ordinal),
            "tikv-2 waits");
        world.RunFor(TimeSpan.FromMinutes(1));

        world.Evicted.Keys.ShouldBe([1UL]);
        world.Step("UpgradeTiKV/tikv-2/drain").Message.ShouldBeWorded();
    }

    [Fact]
    public void Drain_waits_until_leaders_of_former_store_returned()
    {
        var world = new TiDbWorld(Whole with { Leaders = 2400 }).Begin();
        world.RunUntil(() => world.Evicted.ContainsKey(2), "tikv-2 drains");

        world.StoreOf("tikv-1").Leaders.ShouldBeGreaterThanOrEqualTo(1600);
    }

    [Fact]
    public void Long_settle_does_not_keep_next_store_without_leaders()
    {
        var world = new TiDbWorld(Whole with { Spec = s => s with { MinHealthySeconds = 3600 } }).Begin();
        world.RunUntil(() => world.Evicted.ContainsKey(2), "tikv-2 drains");

        (world.Now - world.Step("UpgradeTiKV/tikv-1/swap").FinishedAt!.Value)
            .ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(50));
        world.Step("UpgradeTiKV/tikv-1/verify").State.ShouldBe(StepState.Running);
    }

    [Fact]
    public void New_program_is_staged_before_leaders_leave()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Evicted.ContainsKey(2), "tikv-2 drains");

        world["tikv-2"].IsStaged.ShouldBeTrue();
        world.Step("UpgradeTiKV/tikv-2/swap").Attempt.ShouldBe(0);
    }

    [Fact]
    public void TiKVs_of_one_zone_roll_side_by_side()
    {
        var world = new TiDbWorld(Zones);
        world.Complete.AddRange([new TiDbRegion(7, 1, 3, 5), new TiDbRegion(8, 2, 4, 6)]);
        world.Begin();
        var serial = new TiDbWorld(Zones with { Spec = s => s }).Begin();
        world.RunToSuccess();
        serial.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Stored!.Notes.ShouldContain(n => n.Contains("label host", StringComparison.Ordinal)
            && n.Contains("192.0.2.1: tikv-1, tikv-2", StringComparison.Ordinal));
        (Swap(1).StartedAt < Verify(2).FinishedAt && Swap(2).StartedAt < Verify(1).FinishedAt).ShouldBeTrue();
        (Swap(3).StartedAt >= Verify(1).FinishedAt && Swap(3).StartedAt >= Verify(2).FinishedAt).ShouldBeTrue();
        (Rolled(world) < Rolled(serial) * 0.7).ShouldBeTrue($"{Rolled(world)} of {Rolled(serial)}");

        Step Swap(int number) => world.Step($"UpgradeTiKV/tikv-{number}/swap");
        Step Verify(int number) => world.Step($"UpgradeTiKV/tikv-{number}/verify");
    }

    [Fact]
    public void Zone_is_not_stopped_if_a_Region_has_most_replicas_there()
    {
        var world = new TiDbWorld(Zones);
        world.Complete.AddRange([new TiDbRegion(7, 1, 3, 5), new TiDbRegion(8, 1, 2, 6)]);
        world.Begin();
        world.RunUntil(
            () => Messages(world).Any(m => m.Contains("would lose the quorum", StringComparison.Ordinal)),
            "the gate refuses");

        Messages(world)
            .ShouldContain(m => m.Contains("Without tikv-1, tikv-2, 1 Region (8)", StringComparison.Ordinal));
        world.Done.ShouldNotContain(d => d.StartsWith("stop tikv-", StringComparison.Ordinal));
    }

    [Fact]
    public void Too_few_zones_keep_TiKVs_one_at_a_time()
    {
        var plan = new TiDbWorld(Zones with { Tikvs = 4 }).Begin().Stored!;

        StoppedTogether.Others(plan, plan.Step("UpgradeTiKV/tikv-1/drain")).ShouldBeEmpty();
        plan.Notes.ShouldContain(
            n => n.StartsWith("TiKVs are stopped one at a time, although", StringComparison.Ordinal));
    }

    [Fact]
    public void TiDB_servers_after_first_roll_side_by_side()
    {
        var world = new TiDbWorld(
            new TiDbWorldSetup { Tidbs = 4, Spec = s => s with { Tidb = s.Tidb! with { MaxUnavailableServers = 3 } } })
            .Begin();
        var plan = world.Stored!;
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        StoppedTogether.Others(plan, plan.Step("UpgradeTiDB/tidb-1/drain")).ShouldBeEmpty();
        StoppedTogether.Others(plan, plan.Step("UpgradeTiDB/tidb-3/drain")).ShouldBe(["tidb-2", "tidb-4"]);
        plan.Notes.ShouldContain(n => n.Contains("spec.tidb.maxUnavailableServers", StringComparison.Ordinal));
        world.Step("UpgradeTiDB/tidb-2/swap").StartedAt!.Value
            .ShouldBeGreaterThanOrEqualTo(world.Step("UpgradeTiDB/tidb-1/verify").FinishedAt!.Value);
    }

    [Fact]
    public void Limit_of_all_servers_never_stops_them_all()
    {
        var world = new TiDbWorld(
            new TiDbWorldSetup { Tidbs = 2, Spec = s => s with { Tidb = s.Tidb! with { MaxUnavailableServers = 64 } } })
            .Begin();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Instances_that_wait_for_different_steps_are_not_stopped_together()
    {
        var plan = new TiDbWorld(Whole).Begin().Stored!;

        plan.Steps.Where(DrainInstance.Is).ShouldAllBe(s => StoppedTogether.Others(plan, s).Count == 0);
    }

    private static ImmutableList<string> After(PlanProgress plan, string id) =>
        plan.Steps.Single(s => s.Id == id).After;

    private static HashSet<string> Before(PlanProgress plan, Step step)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        var rest = new Queue<string>(step.After);
        while (rest.TryDequeue(out var id))
        {
            if (all.Add(id))
            {
                After(plan, id).ForEach(rest.Enqueue);
            }
        }

        return all;
    }

    private static List<Step> Verifies(TiDbWorld world, string phase) =>
        [.. world.Stored!.Steps.Where(s => s.Phase == phase && VerifyInstance.Is(s))];

    private static TimeSpan Rolled(TiDbWorld world) =>
        Verifies(world, Phases.UpgradeTiKV).Max(s => s.FinishedAt!.Value) - world.Step(
            "UpgradeTiKV/tikv-1/drain").StartedAt!.Value;

    private static IEnumerable<string> Messages(TiDbWorld world) =>
        world.Stored!.Steps.Select(s => s.Message).OfType<string>();
}
