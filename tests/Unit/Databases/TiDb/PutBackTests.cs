using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>The status goes back to an older copy in mid-run, as after a restore of etcd: what PD had before the
/// upgrade is restored all the same, or an administrator is told.</summary>
public sealed class PutBackTests
{
    private static readonly TiDbWorldSetup Setup = new()
    {
        Priority = 3,
        Leaders = 4,
        SchedulerWindow = TimeSpan.FromSeconds(3),
        Spec = static s => s with
        {
            MinHealthySeconds = 1,
            Tidb = s.Tidb! with { TuneScheduling = s.Tidb.TuneScheduling with { StableFor = "30s" } }
        },
    };

    private static readonly Lazy<TiDbWorld> Golden = new(() =>
    {
        var world = new TiDbWorld(Setup).Begin();
        world.RunToSuccess();
        return world;
    });

    [Fact]
    public void Run_whose_status_is_put_back_to_its_plan_at_any_write_restores_former_values() =>
        Cases.Try(Writes(0, 8), point =>
        {
            var world = new TiDbWorld(Setup).Begin();
            var plan = world.Stored;
            world.RunUntil(() => world.Points.Count >= point.Number, "the write");
            world.Stored = plan;
            world.Restart();
            ToSuccess(world);

            world.Violations.ShouldBeEmpty();
            world.EndState().ShouldBe(Golden.Value.EndState());
        });

    [Fact]
    public void Run_whose_status_is_lost_at_any_write_restores_former_values() => Cases.Try(Writes(1, 8), point =>
    {
        if (Lost(point.Number) is not { } world)
        {
            return;
        }

        ToSuccess(world.Begin());

        world.Violations.ShouldBeEmpty();
        world.Limits.ShouldBe(Golden.Value.Limits);
        world.Priorities.ShouldBe(Golden.Value.Priorities);
        world.Evicted.ShouldBeEmpty();
    });

    [Fact]
    public void Limits_of_a_lost_upgrade_are_not_taken_for_former_ones()
    {
        var point = Golden.Value.Points.First(p => p.What == "stop tikv-2");
        var world = Lost(point.Number - 1)!;
        world.Limits["region-schedule-limit"].ShouldBe(0);
        world.Upgrade = world.Upgrade with
        {
            Metadata = world.Upgrade.Metadata with { Uid = "99999999-0000-4000-8000-000000000000" }
        };
        ToSuccess(world.Begin());

        var status = TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored }, world.Upgrade.Spec);
        var item = status.ActionRequired.Single(
            a => a is { Reason: Reasons.ScheduleLimits, Subject: "schedule limits" });
        item.Message.ShouldBeWorded();
    }

    private static void ToSuccess(TiDbWorld world) =>
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Succeeded, "success", TimeSpan.FromHours(4));

    private static IEnumerable<WorldPoint> Writes(int way, int ways) =>
        Golden.Value.Points.Where(p => p.What == "status" && Sample.Takes(p.Number, way, ways));

    // Nothing is known of the run any more; null if a process is down then, which preflight reports.
    private static TiDbWorld? Lost(int point)
    {
        var world = new TiDbWorld(Setup).Begin();
        world.RunUntil(() => world.Points.Count >= point, "the write");
        world.Stored = null;
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(1));

        // Preflight names the schedulers with the command.
        world.Evicted.Clear();
        return world.Processes.TrueForAll(p => p.IsAlive) ? world : null;
    }
}
