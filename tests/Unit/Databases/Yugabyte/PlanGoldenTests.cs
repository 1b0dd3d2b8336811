using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>
/// Undo, rollback and what a parked run removes, as they are compiled at every kill point of the scenarios, in Goldens.
/// </summary>
public sealed class PlanGoldenTests
{
    private const string Area = "Databases/Yugabyte";

    private static readonly YugaSetup Modern = new() { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" };
    private static readonly LeaderMoves Slow = new(2, 1);

    private static readonly Dictionary<string, (YugaSetup Setup, Func<YugaWorld, YugaRun, YugaRun> ToEnd)> Scenarios =
        new(StringComparer.Ordinal)
        {
            ["replicated"] = (PlannerTests.Replicated(), Succeed),
            ["replicated-modern"] = (PlannerTests.Replicated() with
            {
                From = Modern.From,
                To = Modern.To,
                Mode = ReplicationMode.PauseBothSides
            }, Succeed),
            ["zones"] = (KillEnumerationTests.Zoned, Succeed),
            ["zones-side-by-side"] =
                (KillEnumerationTests.Zoned with { From = Modern.From, To = Modern.To, NodesSafe = true }, Succeed),
            ["one-master"] = (new YugaSetup { Masters = 1, AcceptsOutage = true }, Succeed),
            ["one-master-modern"] =
                (Modern with { Masters = 1, Tservers = 2, Replicas = 1, AcceptsOutage = true }, Succeed),
            ["modern"] = (Modern, Succeed),
            ["modern-rolled-back"] = (Modern, static (world, run) =>
            {
                run.HoldBefore.Add("VerifyVersions");
                return run.Until(
                    () => run.Plan.Step("UpgradeTServers/t3/verify")!.State == StepState.Succeeded, "all is new");
            }
            ),
            ["modern-second-tserver-sick"] = (Modern, static (world, run) =>
            {
                run.Until(() => world["t2"].Starts == 1, "t2 is new");
                world["t2"].StaysSick = true;
                run.ToEnd().Outcome.StepId.ShouldBe("UpgradeTServers/t2/verify");
                world["t2"].StaysSick = false;
                return run;
            }
            ),
            ["volatile-flags"] = (Modern with { Class = AutoFlagClass.LocalVolatile }, static (world, run) =>
            {
                run.HoldBefore.Add("PromoteAutoFlags");
                return run.Until(
                    () => run.Plan.Step("PromoteVolatileFlags/await-flags")!.State == StepState.Succeeded,
                    "they are promoted");
            }
            ),
            ["volatile-flags-made-final"] = (Modern with { Class = AutoFlagClass.LocalVolatile }, Succeed),
            ["slow-leaders"] = (Modern with { Moves = Slow, Finalize = FinalizeMode.Manual }, Succeed),
            ["bmdb"] = (PlannerTests.Replicated() with { Engine = DatabaseEngine.BMDB }, Succeed),
        };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    public static TheoryData<string> StoredNames => ["bmdb", "volatile-flags-made-final"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Plans_compiled_at_every_kill_point_are_golden(string name)
    {
        var (setup, toEnd) = Scenarios[name];
        var kind = new DatabaseUpgradeKind(SupportedEngines.All, static (_, _) => throw new NotSupportedException());
        var golden =
            new PlanGolden(kind) { Parked = (_, status) => Removed(setup, (DatabaseRollingUpgradeStatus)status) };
        var world = new YugaWorld(setup);
        DatabaseRollingUpgradeStatus last = new();
        var run = Started(PlanProgress.Of(YugaRun.Compile(world)), before: 0, done: null);
        var there = toEnd(world, run);
        Look(there, null, there.Points + 1);

        if (kind.Rollback.Refusal(world.Spec, there.Plan) is null)
        {
            var back = kind.Rollback.Compile(world.Spec, new RollbackBasis(there.Plan));
            var returning = Started(PlanProgress.Of(back), there.Points + 1, there.Plan);
            returning.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
            Look(returning, there.Plan, there.Points + returning.Points + 2);
        }

        GoldenFile.ShouldBe(Area, $"{name}.txt", golden.ToString());
        world.Violations.ShouldBeEmpty();

        YugaRun Started(PlanProgress plan, int before, PlanProgress? done)
        {
            YugaRun? started = null;
            started = new YugaRun(world, plan, (number, _) =>
            {
                Look(started!, done, before + number);
                return YugaFate.Live;
            });
            world.PeerVersion = setup.To;
            return started;
        }

        void Look(YugaRun of, PlanProgress? done, int point)
        {
            if (!ReferenceEquals(done is null ? last.Plan : last.RollbackPlan, of.Plan))
            {
                last = new DatabaseRollingUpgradeStatus
                {
                    Plan = done ?? of.Plan,
                    RollbackPlan = done is null ? null : of.Plan
                };
            }

            golden.Saw(point, world.Spec, last);
        }
    }

    [Fact]
    public void Every_golden_file_has_its_scenario() =>
        GoldenFile.ShouldBeOf(Area, Scenarios.Keys);

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void Stored_plan_is_read_and_has_its_hash(string name)
    {
        var world = new YugaWorld(Scenarios[name].Setup);
        var run = YugaRun.Of(world);
        world.PeerVersion = world.Setup.To;
        GoldenFile.ShouldBeStored(Area, name, run.Plan);
        GoldenFile.ShouldBeStored(Area, $"{name}-done", Succeed(world, run).Plan);
    }

    private static YugaRun Succeed(YugaWorld world, YugaRun run)
    {
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded, run.Outcome.Message);
        return run;
    }

    // From a universe that has everything that could be removed.
    private static string Removed(YugaSetup setup, DatabaseRollingUpgradeStatus status)
    {
        var world = new YugaWorld(setup);
        world.LeaderBlacklist.UnionWith(world.Tservers.Select(t => t.Rpc));
        foreach (var master in world.Masters)
        {
            master.Moves = master.Moves?.Wanted;
        }

        var cleanup = new YugabyteCluster(new YugaLife(world).Context).CleanUpAsync(status, CancellationToken.None);
        cleanup.IsCompleted.ShouldBeTrue("it waits for nothing here");
        var came = cleanup.GetAwaiter().GetResult();
        came.Remaining.ShouldBeEmpty();
        return $"removed: {string.Join(", ", came.Removed)}\nacts: {string.Join(", ", world.Acts)}\n"
            + "stays in the blacklist: "
            + $"{string.Join(
                ", ", world.Tservers.Where(t => world.LeaderBlacklist.Contains(t.Rpc)).Select(t => t.Name))}";
    }
}
