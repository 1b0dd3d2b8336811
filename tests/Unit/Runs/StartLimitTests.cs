using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

public sealed class StartLimitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nodes_in_work_never_exceed_the_limit(int limit)
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var run = new Simulation(Nodes("a", "b", "c", "d"), seed) { Slowness = TimeSpan.FromSeconds(3) };
            foreach (var step in run.Store.Plan.Steps)
            {
                run.World[step.Id].Duration = TimeSpan.FromSeconds(20);
            }

            run.Controls = run.Controls with { MaxParallelNodes = limit };
            var most = 0;
            run.RunUntil(
                () =>
                {
                    most = Math.Max(most, run.Store.Plan.Steps.Where(s => s.State == StepState.Running)
                        .Select(s => s.Node).Distinct().Count());
                    return run.IsEnded;
                },
                "all is done");

            most.ShouldBe(limit);
            run.World.Violations.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Waits_on_other_nodes_count_to_the_limit()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("A/a", "check") with { Node = "a" }, ToyPlans.Step("A/b", "check") with { Node = "b" }));
        run.Controls = run.Controls with { MaxParallelNodes = 1 };
        run.Settle();

        (run.Store["A/a"].State, run.Store["A/b"].State).ShouldBe((StepState.Running, StepState.Pending));
        run.World["A/b"].Looks.ShouldBe(0);

        run.World["A/a"].IsGood = true;
        run.World["A/a"].Change();
        run.Settle();

        (run.Store["A/a"].State, run.Store["A/b"].State).ShouldBe((StepState.Succeeded, StepState.Running));
    }

    [Fact]
    public void Steps_without_a_node_do_not_count_to_the_limit()
    {
        var run = new Simulation(
            ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("A/2"), ToyPlans.Step("A/x") with { Node = "x" }));
        run.World["A/1"].Hangs = run.World["A/2"].Hangs = run.World["A/x"].Hangs = true;
        run.Controls = run.Controls with { MaxParallelNodes = 1 };
        run.Settle();

        run.Store.Plan.Steps.ShouldAllBe(s => s.State == StepState.Running);
    }

    [Fact]
    public void Phase_starts_at_its_time_and_not_before()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("B/1", "plain", 3, "A/1")));
        var opens = run.Time.GetUtcNow() + TimeSpan.FromHours(5);
        run.Controls = run.Controls with { PhaseOpensAt = s => s.Phase == "B" ? opens : null };
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.OutsideWindow);
        run.Outcome.StepId.ShouldBe("B/1");
        run.Outcome.RequeueAfter!.Value.ShouldBe(TimeSpan.FromHours(5), TimeSpan.FromSeconds(1));
        run.World["B/1"].Looks.ShouldBe(0);

        run.RunTo(RunState.Succeeded);
        run.Time.GetUtcNow().ShouldBeGreaterThanOrEqualTo(opens);
    }

    [Fact]
    public void Unit_of_work_asks_the_window_although_its_phase_has_begun()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("A/1") with { AsksWindow = true },
            ToyPlans.Step("A/2", "plain", 3, "A/1"),
            ToyPlans.Step("A/3", "plain", 3, "A/2") with { AsksWindow = true }));
        var opens = run.Time.GetUtcNow() + TimeSpan.FromHours(5);
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.Want(c => c with { OnlyUnitsWait = true, PhaseOpensAt = _ => opens, ClosedBecause = _ => "It is closed." });
        run.World["A/1"].Finish();
        run.Settle();

        run.Store["A/2"].State.ShouldBe(StepState.Succeeded, "it belongs to the unit that has started");
        (run.Outcome.State, run.Outcome.StepId, run.World["A/3"].Looks).ShouldBe((RunState.OutsideWindow, "A/3", 0));
        run.Outcome.Message.ShouldBeWorded();
        run.RunTo(RunState.Succeeded);
        run.Time.GetUtcNow().ShouldBeGreaterThanOrEqualTo(opens);
    }

    [Fact]
    public void Unit_that_was_cleaned_up_asks_the_window_again()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("A/1"),
            ToyPlans.Step("A/2", "plain", 3, "A/1"))
            .With(
                _ => new StepRecord { State = StepState.Succeeded, CleanedUpAt = DateTimeOffset.UnixEpoch },
                only: "A/1"));
        run.Controls =
            run.Controls with { OnlyUnitsWait = true, PhaseOpensAt = _ => run.Time.GetUtcNow() + TimeSpan.FromDays(1) };
        run.Settle();

        (run.Outcome.State, run.World["A/2"].Acts).ShouldBe((RunState.OutsideWindow, 0));
    }

    [Fact]
    public void Started_phase_is_never_interrupted()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1"), ToyPlans.Step("B/1", "plain", 3, "A/2")));
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.Want(c => c with { PhaseOpensAt = _ => run.Time.GetUtcNow() + TimeSpan.FromDays(1) });
        run.World["A/1"].Finish();
        run.Settle();

        run.Store["A/2"].State.ShouldBe(StepState.Succeeded);
        run.Outcome.State.ShouldBe(RunState.OutsideWindow);
        run.World["B/1"].Acts.ShouldBe(0);

        run.Want(c => c with { PhaseOpensAt = static _ => null });
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Started_phase_continues_after_the_operator_was_killed()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")));
        run.RunUntil(() => run.Store["A/1"].State == StepState.Running, "the receipt is written");
        run.Controls = run.Controls with { PhaseOpensAt = _ => run.Time.GetUtcNow() + TimeSpan.FromDays(1) };
        run.Kill();
        run.RunTo(RunState.Succeeded);

        run.World["A/1"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Held_plan_begins_nothing_until_it_is_approved()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("B/1", "plain", 3, "A/1"))
            .Rewritten(p => p with { Hold = "RollBack" }));
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Held);
        run.World["A/1"].Looks.ShouldBe(0);
        run.Outcome.Holds.Single().Approval.ShouldBe(Word.For("RollBack", run.Store.Plan));

        run.Want(c => c with { Approved = new HashSet<string>(StringComparer.Ordinal) { "RollBack" } });
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Begun_plan_is_not_held_again_without_its_approval()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("B/1", "plain", 3, "A/1"))
            .Rewritten(p => p with { Hold = "RollBack" }));
        run.World["A/1"].Hangs = true;
        run.Controls = run.Controls with { Approved = new HashSet<string>(StringComparer.Ordinal) { "RollBack" } };
        run.Settle();
        run.Want(c => c with { Approved = new HashSet<string>(StringComparer.Ordinal) });
        run.World["A/1"].Finish();

        run.RunTo(RunState.Succeeded);
    }

    private static PlanProgress Nodes(params string[] nodes) =>
        ToyPlans.Plan([.. nodes.SelectMany(n => new[]
        {
            ToyPlans.Step($"A/{n}") with { Node = n }, ToyPlans.Step($"B/{n}", "plain", 3, $"A/{n}") with { Node = n }
        })]);
}
