using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>One plan with every kind of toy, disturbed at every single place.</summary>
public sealed class KillEnumerationTests
{
    private static readonly string[] All =
    [
        "Prepare/a", "Prepare/b", "Stop/a", "Stop/b", "Wait/quiet", "Swap/a", "Jar/a", "Jar/b", "Verify/a", "Verify/b",
    ];

    [Fact]
    public void Run_killed_at_every_act_and_write_ends_golden()
    {
        var golden = Golden();
        golden.Points.ShouldBeGreaterThan(40);
        for (var k = 1; k <= golden.Points; k++)
        {
            var run = New(new Simulation(Plan(), seed: 7) { KillAt = [k] });
            run.RunTo(RunState.Succeeded);

            run.Kills.ShouldBe(1, $"kill point {k}");
            IsAs(golden, run, $"killed at {k}");
        }
    }

    [Fact]
    public void Run_killed_again_during_recovery_ends_golden()
    {
        var golden = Golden();
        for (var k = 1; k <= golden.Points; k++)
        {
            foreach (var later in Enumerable.Range(1, 3).Where(later => Sample.Takes(k, later, 3)))
            {
                var run = New(new Simulation(Plan(), seed: k + later) { KillAt = [k, k + later] });
                run.RunTo(RunState.Succeeded);

                IsAs(golden, run, $"killed at {k} and {k + later}");
            }
        }
    }

    [Theory]
    [InlineData((int)WriteFault.Conflict)]
    [InlineData((int)WriteFault.Refused)]
    [InlineData((int)WriteFault.LostAnswer)]
    public void Failed_status_write_repeats_nothing(int fault)
    {
        var golden = Golden();
        for (var k = 1; k <= golden.Writes; k++)
        {
            var run = New(new Simulation(Plan(), seed: 7) { Faults = { [k] = (WriteFault)fault } });
            run.RunTo(RunState.Succeeded);

            IsAs(golden, run, $"{(WriteFault)fault} at write {k}");
            run.World.Executions.Count.ShouldBe(golden.World.Executions.Count);
        }
    }

    [Fact]
    public void Stale_cache_repeats_nothing()
    {
        var golden = Golden();
        for (var seed = 1; seed <= 40; seed++)
        {
            var run = New(new Simulation(Plan(), seed) { StaleReads = 2 });
            run.RunTo(RunState.Succeeded);

            IsAs(golden, run, $"seed {seed}");
            run.World.Executions.Count.ShouldBe(golden.World.Executions.Count);
        }
    }

    [Fact]
    public void New_process_after_the_end_changes_nothing()
    {
        var run = Golden();
        var (version, looks) = (run.Store.Version, All.Sum(id => run.World[id].Looks));
        for (var i = 0; i < 5; i++)
        {
            run.Kill();
            run.Settle();
            run.Pass(TimeSpan.FromHours(1));
        }

        run.Store.Version.ShouldBe(version);
        All.Sum(id => run.World[id].Looks).ShouldBe(looks);
        run.Time.NextTimer.ShouldBeNull();
    }

    private static Simulation Golden()
    {
        var golden = New(new Simulation(Plan(), seed: 7));
        golden.RunTo(RunState.Succeeded);
        golden.World.Violations.ShouldBeEmpty();
        return golden;
    }

    private static PlanProgress Plan() => ToyPlans.Plan(
        [
            ToyPlans.Step("Prepare/a"),
            ToyPlans.Step("Prepare/b"),
            ToyPlans.Step("Stop/a", "plain", 3, "Prepare/a", "Prepare/b"),
            ToyPlans.Step("Stop/b", "plain", 3, "Prepare/a", "Prepare/b"),
            ToyPlans.Step("Wait/quiet", "check", 1, "Stop/a", "Stop/b"),
            ToyPlans.Step("Swap/a", "restart", 3, "Wait/quiet"),
            ToyPlans.Once("Jar/a", RetryRule.RestoreFirst, "Wait/quiet"),
            ToyPlans.Once("Jar/b", RetryRule.RestoreFirst, "Jar/a"),
            ToyPlans.Step("Verify/a", "restart", 3, "Jar/b"),
            ToyPlans.Step("Verify/b", "restart", 3, "Jar/b"),
        ],
        ToyPlans.Guard("OldStaysStopped/a", ["Stop/a"]),
        ToyPlans.Guard("Off", ["Prepare/a"], "Verify/a"));

    private static Simulation New(Simulation run)
    {
        run.World["Prepare/b"].Duration = TimeSpan.FromSeconds(90);
        run.World["Prepare/a"].RefusedActs = 1;
        run.World["Stop/a"].UnreadableLooks = 2;
        run.World["Stop/b"].BadEnds = 1;
        run.World["Jar/a"].Duration = TimeSpan.FromSeconds(30);
        run.World["Jar/b"].RefusedPreparations = 1;
        run.World["Jar/b"].BrokenWaits = 1;
        run.World["Jar/b"].Duration = TimeSpan.FromSeconds(10);
        run.World["Wait/quiet"].EndsAt = run.Time.GetUtcNow().AddMinutes(3);
        run.Time.CreateTimer(
            _ =>
            {
                run.World["Wait/quiet"].IsGood = true;
                run.World["Wait/quiet"].Change();
            },
            null,
            TimeSpan.FromMinutes(3),
            Timeout.InfiniteTimeSpan);
        return run;
    }

    private static void IsAs(Simulation golden, Simulation run, string what)
    {
        run.World.Violations.ShouldBeEmpty(what);
        foreach (var id in All)
        {
            run.Store[id].State.ShouldBe(StepState.Succeeded, what);
            var (before, after) = (golden.World[id].Executions, run.World[id].Executions);
            after.ShouldBeInRange(before, run.Store[id].RunOnce ? before : before + run.Kills, $"{id}, {what}");
        }
    }
}
