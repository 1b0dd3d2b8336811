using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>The status goes back to an older copy in mid-run, as after a restore of etcd: replication and the speed of
/// leaders come back all the same, or an administrator is told.</summary>
public sealed class PutBackTests
{
    private static readonly LeaderMoves Slow = new(2, 1);
    private static readonly YugaSetup Setup = PlannerTests.Replicated() with { Moves = Slow };

    [Fact]
    public void Run_whose_status_is_put_back_to_its_plan_at_any_write_restores_former_values() =>
        Cases.Try(Points(0), point =>
        {
            var (world, former) = Until(point);

            // The guard names the entries with the command.
            world.LeaderBlacklist.Clear();
            ToSuccess(world, YugaRun.Of(new YugaWorld(Setup)).Plan, $"{point} {former.PointNames[^1]}");
        });

    [Fact]
    public void Run_whose_status_is_lost_at_any_write_restores_former_values() => Cases.Try(Points(1), point =>
    {
        var (world, former) = Until(point);
        if (world.Leader is null || former.Plan.Steps.Exists(
            s => s.State == StepState.Running && s.Id.EndsWith("/swap", StringComparison.Ordinal)))
        {
            // A process may be down, or no master leads yet, which preflight reports.
            return;
        }

        world.LeaderBlacklist.Clear();
        ToSuccess(world, PlanProgress.Of(YugaRun.Compile(world)), $"{point} {former.PointNames[^1]}");
    });

    [Fact]
    public void Speed_of_leaders_of_a_lost_upgrade_is_not_taken_for_former_one()
    {
        var (world, run) = Until(1);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/verify").State == StepState.Succeeded,
            "t1 is new");
        world.Masters.ShouldAllBe(m => m.Moves == new LeaderMoves(100, 100));
        world.Objects.All<V1Secret>().ToList().ForEach(
            s => world.Objects.Delete<V1Secret>(s.Metadata.Namespace, s.Metadata.Name));
        world.LeaderBlacklist.Clear();
        var plan = YugaRun.Compile(world);
        plan.Notes.ShouldContain(n => n.Contains("is already paused", StringComparison.Ordinal)
            && n.Contains("resume it before you approve", StringComparison.Ordinal));
        run = new YugaRun(world, PlanProgress.Of(plan)).ToEnd();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
        var item = YugabyteStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, world.Spec)
            .ActionRequired.Single(a => a.Reason == Reasons.ScheduleLimits);
        item.Message.ShouldBeWorded();
    }

    private static IEnumerable<int> Points(int way) =>
        Enumerable.Range(1, Until(int.MaxValue).Run.Points).Where(point => Sample.Takes(point, way, 8));

    private static (YugaWorld World, YugaRun Run) Until(int point)
    {
        var world = new YugaWorld(Setup);
        var run = YugaRun.Of(world);
        world.PeerVersion = Setup.To;
        run.Until(
            () => run.Points >= point || run.Store.Outcome?.State is RunState.Succeeded or RunState.Failed,
            "the write");
        return (world, run);
    }

    private static void ToSuccess(YugaWorld world, PlanProgress plan, string what)
    {
        var run = new YugaRun(world, plan);
        var limit = world.Time.GetUtcNow() + TimeSpan.FromHours(12);
        run.Until(
            () => run.Store.Outcome?.State is RunState.Succeeded or RunState.Failed || world.Time.GetUtcNow() > limit,
            "it ends");
        run.Outcome.State.ShouldBe(RunState.Succeeded, $"{what}: {run.Outcome.StepId} {run.Outcome.Message}");
        world.Violations.ShouldBeEmpty(what);
        world.Groups.ShouldAllBe(g => !g.IsPaused, what);
        world.Masters.ShouldAllBe(m => m.Moves == Slow, what);
        world.LeaderBlacklist.ShouldBeEmpty(what);
    }
}
