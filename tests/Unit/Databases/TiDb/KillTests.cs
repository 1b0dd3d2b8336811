using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>
/// The undisturbed run, disturbed at every single write and act: it comes to the same end, and nothing that must never
/// happen happens.
/// </summary>
public sealed class KillTests
{
    internal static readonly TiDbWorldSetup Setup = new()
    {
        Pumps = 2,
        Drainers = 1,
        Priority = 3,
        PackagePresent = false,
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
        world.Violations.ShouldBeEmpty();
        return world;
    });

    [Fact]
    public void Upgrade_killed_before_any_write_ends_like_undisturbed_run() => Everywhere(Fate.DieBefore, way: 0);

    // In every run: to be killed before a write is to be killed after the one before it.
    [Fact]
    public void Upgrade_killed_after_any_write_ends_like_undisturbed_run() =>
        Everywhere(Fate.DieAfter, way: 0, ways: 1);

    [Fact]
    public void Rollback_killed_after_any_write_ends_like_undisturbed_run()
    {
        List<WorldPoint> points = [];
        var undisturbed = RolledBack(p =>
        {
            points.Add(p);
            return Fate.Live;
        });
        points.ShouldNotBeEmpty();
        Cases.Try(points, at =>
            RolledBack(p => p.Number == at.Number ? Fate.DieAfter : Fate.Live).EndState()
                .ShouldBe(undisturbed.EndState()));
    }

    [Fact]
    public void Upgrade_with_error_at_any_write_ends_like_undisturbed_run() => Everywhere(Fate.ServerError, way: 2);

    [Fact]
    public void Upgrade_with_lost_answer_at_any_write_reaches_same_end() => Everywhere(Fate.LostAnswer, way: 3);

    // PD takes a limit without a condition: one that arrives late stays, until a later step sets it or at the end.
    [Fact]
    public void Leader_frozen_at_any_write_that_continues_changes_nothing() =>
        Cases.Try(
            Golden.Value.Points.Where(p => Sample.Takes(p.Number, 4, 6) && p.What != "POST /pd/api/v1/config"), at =>
            {
                var world = new TiDbWorld(Setup).Begin();
                world.Fates = p => p.Number == at.Number ? Fate.Pause : Fate.Live;
                world.RunUntil(() => world.Frozen is not null, $"frozen at {at}");
                var done = world.Done.Count;
                world.RunUntil(
                    () => world.Done.Count > done + 2 || world.Life.Outcome?.State == RunState.Succeeded,
                    "the successor goes on");
                world.ThawFrozen();
                EndsGolden(world);
            });

    [Fact]
    public void Upgrade_killed_again_during_recovery_ends_like_undisturbed_run() =>
        Cases.Try(
            Golden.Value.Points.Where(p => p.Number % 3 == 0 && Sample.Takes(p.Number / 3, 0, 2)),
            p => With(Fate.DieAfter, p.Number, p.Number + 1 + (p.Number % 4)));

    private static void Everywhere(Fate fate, int way, int ways = 6) => Cases.Try(
        Golden.Value.Points.Where(p => Sample.Takes(p.Number, way, ways)), p => With(fate, p.Number));

    // There is a rollback until the first PD is stopped: it restores the priority of the leader.
    private static TiDbWorld RolledBack(Func<WorldPoint, Fate> fates)
    {
        var world = new TiDbWorld(Setup).Begin();
        world.Controls = world.Controls with
        {
            HoldBefore = new HashSet<string>(StringComparer.Ordinal) { HoldMatcher.PointOfNoReturn }
        };
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Held, "held");
        world.Stored = PlanProgress.Of(new TiDbUndo(world.Upgrade.Spec, world.Stored!).Rollback([]));
        world.Stored.Steps.ShouldNotBeEmpty();
        world.Restart();
        world.Fates = fates;
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        return world;
    }

    private static void With(Fate fate, params int[] points)
    {
        var world = new TiDbWorld(Setup).Begin();
        world.Fates = p => points.Contains(p.Number) ? fate : Fate.Live;
        EndsGolden(world);
    }

    private static void EndsGolden(TiDbWorld world)
    {
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        world.EndState().ShouldBe(Golden.Value.EndState());
        foreach (var act in new[] { "stop", "swap", "start" })
        {
            foreach (var process in world.Processes)
            {
                world.Done.Count(d => d.StartsWith($"{act} {process.Name}", StringComparison.Ordinal))
                    .ShouldBe(1, $"{act} {process.Name}");
            }
        }
    }
}
