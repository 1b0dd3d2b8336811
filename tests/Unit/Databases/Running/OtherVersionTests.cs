using Drydock.Tests.Unit.Databases.TiDb;
using YugaPlans = Drydock.Tests.Unit.Databases.Yugabyte.PlannerTests;

namespace Drydock.Tests.Unit.Databases;

/// <summary>N-1, N, N-1: at each write of the run an operator of another version takes over, and this one comes
/// back.</summary>
public sealed class OtherVersionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(24);

    [Fact]
    public void TiDb_that_another_version_holds_at_any_write_ends_golden()
    {
        var (golden, alone) = TiDb();
        End(alone);
        Cases.Try(Writes(alone), write =>
        {
            var (world, run) = TiDb();
            TakesOver(run, write, () => world.Done.Count);
            End(run);

            world.Violations.ShouldBeEmpty($"write {write}");
            world.EndState().ShouldBe(golden.EndState(), $"write {write}");
            world.Done.Where(IsOnce).Order(StringComparer.Ordinal)
                .ShouldBe(golden.Done.Where(IsOnce).Order(StringComparer.Ordinal), $"write {write}");
        });

        static bool IsOnce(string act) => act.Split(' ')[0] is "stop" or "swap" or "start";
    }

    [Theory]
    [InlineData(DatabaseEngine.YugabyteDB)]
    [InlineData(DatabaseEngine.BMDB)]
    public void YugabyteDb_that_another_version_holds_at_any_write_ends_golden(DatabaseEngine engine)
    {
        var (_, alone) = Yugabyte(engine);
        End(alone);
        Cases.Try(Writes(alone), write =>
        {
            var (world, run) = Yugabyte(engine);
            TakesOver(run, write, () => world.Acts.Count);
            End(run);

            world.Violations.ShouldBeEmpty($"write {write}");
            world.Servers.ShouldAllBe(s => s.Running == world.Setup.To && s.Starts == 1, $"write {write}");
            world.LeaderBlacklist.ShouldBeEmpty($"write {write}");
            world.Groups.ShouldAllBe(g => !g.IsPaused, $"write {write}");
        });
    }

    private static (TiDbWorld World, EngineRunWorld Run) TiDb()
    {
        var world = new TiDbWorld(KillTests.Setup);
        return (world, new EngineRunWorld(world).Apply());
    }

    private static (YugaWorld World, EngineRunWorld Run) Yugabyte(DatabaseEngine engine)
    {
        var setup = YugaPlans.Replicated();
        var world = new YugaWorld(setup with { Engine = engine });
        var run = new EngineRunWorld(world).Apply();
        run.RunUntil(() => run.Status.Plan is not null, "a plan");
        world.PeerVersion = setup.To;
        return (world, run);
    }

    private static IEnumerable<int> Writes(EngineRunWorld alone) =>
        Enumerable.Range(1, alone.Writes.Count - 1).Where(write => Sample.Takes(write, 0, 9));

    private static void TakesOver(EngineRunWorld run, int write, Func<int> acts)
    {
        run.RunUntil(() => run.Writes.Count >= write, "the write", Limit);
        OtherOperator.TakesOver(
            write,
            () => run.Status,
            CrdsJsonContext.Default.DatabaseRollingUpgradeStatus,
            run.PutBack,
            () => run.RunFor(TimeSpan.FromMinutes(3)),
            acts);
    }

    private static void End(EngineRunWorld run) => run.RunUntil(() => run.IsOver, "success", Limit);
}
