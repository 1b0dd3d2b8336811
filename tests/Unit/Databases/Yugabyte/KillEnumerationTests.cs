using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>
/// The operator is killed at every write and every act, once each: the end is the same, nothing is started twice, and
/// nobody is left without leaders.
/// </summary>
public sealed class KillEnumerationTests
{
    private static readonly YugaSetup Setup = PlannerTests.Replicated();
    internal static readonly YugaSetup Zoned =
        new() { Tservers = 6, Zones = 3, MaxUnavailablePerZone = 2, To = Setup.To };

    // It is killed after every write and act in every run.
    [Theory]
    [InlineData(YugaFate.DieBefore, 0, 6)]
    [InlineData(YugaFate.DieAfter, 0, 1)]
    [InlineData(YugaFate.Refuse, 2, 6)]
    [InlineData(YugaFate.LoseAnswer, 3, 6)]
    internal void Upgrade_disturbed_at_any_point_reaches_the_same_end(YugaFate fate, int way, int ways)
    {
        var undisturbed = Run((_, _) => YugaFate.Live, out var points);
        undisturbed.Violations.ShouldBeEmpty();
        Cases.Try(Enumerable.Range(1, points).Where(point => Sample.Takes(point, way, ways)), at =>
        {
            var world = Run((number, _) => number == at ? fate : YugaFate.Live, out _, $"{fate} at {at}");
            world.Violations.ShouldBeEmpty($"{fate} at {at}");
            world.Servers.ShouldAllBe(s => s.Running == Setup.To && s.Starts == 1, $"{fate} at {at}");
            world.LeaderBlacklist.ShouldBeEmpty($"{fate} at {at}");
            world.Groups.ShouldAllBe(g => !g.IsPaused, $"{fate} at {at}");
            (world.FlagsVersion, world.CatalogIsUpgraded).ShouldBe((2, true), $"{fate} at {at}");
            world.Acts.Count(a => a == "promote").ShouldBeInRange(1, 2, $"{fate} at {at}");
        });
    }

    [Theory]
    [InlineData(YugaFate.DieBefore, 0)]
    [InlineData(YugaFate.DieAfter, 1)]
    [InlineData(YugaFate.Refuse, 2)]
    [InlineData(YugaFate.LoseAnswer, 3)]
    internal void Upgrade_in_zones_disturbed_at_any_point_reaches_the_same_end(YugaFate fate, int way)
    {
        Run((_, _) => YugaFate.Live, out var points, setup: Zoned).Violations.ShouldBeEmpty();
        Cases.Try(Enumerable.Range(1, points).Where(point => Sample.Takes(point, way, 6)), at =>
        {
            var world = Run((number, _) => number == at ? fate : YugaFate.Live, out _, $"{fate} at {at}", Zoned);
            world.Violations.ShouldBeEmpty($"{fate} at {at}");
            world.Servers.ShouldAllBe(s => s.Running == Setup.To && s.Starts == 1, $"{fate} at {at}");
            world.LeaderBlacklist.ShouldBeEmpty($"{fate} at {at}");
        });
    }

    [Fact]
    public void Leader_frozen_at_any_point_that_continues_changes_nothing()
    {
        Run((_, _) => YugaFate.Live, out var points);
        Cases.Try(Enumerable.Range(1, points).Where(point => Sample.Takes(point, 4, 6)), at =>
        {
            var world = new YugaWorld(Setup);
            var run = YugaRun.Of(world, (number, _) => number == at ? YugaFate.Pause : YugaFate.Live);
            world.PeerVersion = Setup.To;
            run.Until(() => run.HasFrozen, $"frozen at {at}");
            var acts = world.Acts.Count;
            run.Until(
                () => world.Acts.Count > acts + 2 || run.Store.Outcome?.State == RunState.Succeeded,
                "the successor goes on");
            run.ThawFrozen();
            run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded, $"frozen at {at} {run.PointNames[at - 1]}");
            world.Violations.ShouldBeEmpty();
            world.Servers.ShouldAllBe(s => s.Running == Setup.To && s.Starts == 1);
            world.LeaderBlacklist.ShouldBeEmpty();
            world.Groups.ShouldAllBe(g => !g.IsPaused);
            (world.FlagsVersion, world.CatalogIsUpgraded).ShouldBe((2, true));
        });
    }

    [Fact]
    public void Rollback_killed_after_any_point_reaches_the_same_end()
    {
        var points = RollBack(static _ => YugaFate.Live);
        Cases.Try(
            Enumerable.Range(1, points), at => RollBack(number => number == at ? YugaFate.DieAfter : YugaFate.Live));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Upgrade_killed_repeatedly_reaches_the_same_end(int seed)
    {
        var random = new Random(seed);
        var world = Run(
            (_, _) => random.Next(6) == 0 ? (YugaFate)random.Next(1, 5) : YugaFate.Live, out _, $"seed {seed}");
        world.Violations.ShouldBeEmpty();
        world.Servers.ShouldAllBe(s => s.Running == Setup.To && s.Starts == 1);
        world.LeaderBlacklist.ShouldBeEmpty();
        world.Groups.ShouldAllBe(g => !g.IsPaused);
    }

    [Theory]
    [InlineData("stop m1")]
    [InlineData("swap m1")]
    [InlineData("start m1")]
    public void Only_master_is_started_after_kill_although_nobody_leads(string at)
    {
        var killed = false;
        var world = Run(
            (_, what) => what == at && !killed && (killed = true) ? YugaFate.DieAfter : YugaFate.Live, out _, at,
            new YugaSetup { Masters = 1, AcceptsOutage = true });
        killed.ShouldBeTrue();
        world.Servers.ShouldAllBe(s => s.Running == world.Setup.To && s.Starts == 1);
    }

    // From the state in which every server runs the new version.
    private static int RollBack(Func<int, YugaFate> fates)
    {
        var world = new YugaWorld(new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" });
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("VerifyVersions");
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t3/verify").State == StepState.Succeeded,
            "all is new");
        var rollback = PlanProgress.Of(YugabyteRollback.Compile(world.Spec, run.Plan));
        var back = new YugaRun(world, rollback, (number, _) => fates(number)).ToEnd();
        back.Outcome.State.ShouldBe(RunState.Succeeded);
        world.Servers.ShouldAllBe(
            s => s.Running == world.Setup.From && s.Link == YugaWorld.OldDirectory && s.Starts == 2);
        world.LeaderBlacklist.ShouldBeEmpty();
        world.Violations.ShouldBeEmpty();
        return back.Points;
    }

    private static YugaWorld Run(
        Func<int, string, YugaFate> fates, out int points, string? what = null, YugaSetup? setup = null)
    {
        var world = new YugaWorld(setup ?? Setup);
        var run = YugaRun.Of(world, fates);
        world.PeerVersion = Setup.To;
        for (var tries = 0; ; tries++)
        {
            run.ToEnd();
            if (run.Outcome.State == RunState.Succeeded)
            {
                points = run.Points;
                return world;
            }

            // A refusal may use up attempts; a person retries.
            tries.ShouldBeLessThan(20, $"{what}: {run.Outcome.StepId} {run.Outcome.Message}");
            run.Retry = true;
            run.Wake();
            run.Until(() => run.Outcome.State != RunState.Failed, "the retry begins");
        }
    }
}
