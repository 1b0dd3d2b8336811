using Drydock.Tests.Unit.Runs.Toys;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs;

public sealed class HoldTests
{
    [Theory]
    [InlineData("StopOld")]
    [InlineData("StopOld/a")]
    [InlineData(HoldMatcher.PointOfNoReturn)]
    public void Hold_stops_before_phase_step_or_point_of_no_return(string hold)
    {
        var run = Held(hold);

        run.Outcome.StepId.ShouldBe("StopOld/a");
        run.World["Prepare/a"].Executions.ShouldBe(1);
        run.World["StopOld/a"].Looks.ShouldBe(0);
        run.Outcome.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("StopOld")]
    [InlineData("StopOld/a")]
    [InlineData(HoldMatcher.PointOfNoReturn)]
    public void Removed_hold_lets_the_run_continue(string hold)
    {
        var run = Held(hold);
        run.Want(c => c with { HoldBefore = Set() });
        run.RunTo(RunState.Succeeded);
    }

    [Theory]
    [InlineData("StopOld", "StopOld", true)]
    [InlineData("StopOld", "StopOld/a", true)]
    [InlineData("StopOld", "PointOfNoReturn", false)]
    [InlineData("StopOld/a", "StopOld/a", true)]
    [InlineData("StopOld/a", "StopOld", false)]
    [InlineData("PointOfNoReturn", "PointOfNoReturn", true)]
    [InlineData("PointOfNoReturn", "StopOld/a", true)]
    [InlineData("PointOfNoReturn", "StopOld", false)]
    public void Approval_passes_only_the_hold_or_step_it_names(string hold, string approved, bool passes)
    {
        var run = Held(hold);
        run.Want(c => c with { Approved = Set(approved) });
        run.Settle();

        run.Outcome.State.ShouldBe(passes ? RunState.Succeeded : RunState.Held);
    }

    [Fact]
    public void Held_branch_does_not_stop_other_branches()
    {
        var run = new Simulation(
            ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("B/1"), ToyPlans.Step("B/2", "plain", 3, "B/1")));
        run.Want(c => c with { HoldBefore = Set("A") });
        run.World["B/1"].Duration = TimeSpan.FromMinutes(1);
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working);
        run.RunTo(RunState.Held);

        run.World["B/2"].Executions.ShouldBe(1);
        run.World["A/1"].Executions.ShouldBe(0);
    }

    [Fact]
    public void What_runs_before_all_that_is_left_waits_is_foretold() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200),
            Prop.ForAll(Scenario.Any().ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (scenario, mask) =>
            {
                var run = scenario.Undisturbed();
                var holds = Set([.. Enumerable.Range(0, scenario.Steps.Count)
                    .Where(i => (mask & (1 << i)) != 0)
                    .Select(ScenarioStep.Id)]);
                var (free, held) = HoldReach.Of(run.Store.Plan, holds, Set());
                run.Want(c => c with { HoldBefore = holds });

                run.RunTo(held is null ? RunState.Succeeded : RunState.Held);

                run.Store.Plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id)
                    .ShouldBe(free.Select(s => s.Id));
                run.Outcome.StepId.ShouldBe(held?.Id);
            }));

    [Fact]
    public void Nothing_is_foretold_while_the_plan_is_held()
    {
        var plan = PlanProgress.Of(ToyPlans.Plan(ToyPlans.Step("A/1")).Plan with { Hold = "RollBack" });

        var (free, held) = HoldReach.Of(plan, Set(), Set());

        (free.Count, held?.Id).ShouldBe((0, "A/1"));
        HoldReach.Of(plan, Set(), Set("RollBack")).Free.Count.ShouldBe(1);
    }

    [Fact]
    public void Hold_during_a_step_lets_that_step_finish()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.Want(c => c with { HoldBefore = Set("A") });
        run.World["A/1"].Finish();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Late_hold_stops_a_prepared_step_that_has_not_begun()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")), seed);
            run.RunUntil(() => run.World["A/1"].Prepared == 1, "it is prepared");
            run.Want(c => c with { HoldBefore = Set("A") });
            run.Settle();

            run.World["A/1"].Acts.ShouldBe(0);
            run.Outcome.State.ShouldBe(RunState.Held);
        }
    }

    [Fact]
    public void Paused_run_finishes_running_steps_and_starts_nothing()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1"), ToyPlans.Step("B/1", attempts: 9)));
        run.World["A/1"].Hangs = true;
        run.World["B/1"].RefusedActs = 99;
        run.Settle();
        run.Want(c => c with { Paused = true });
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working, "something still runs");
        var refused = run.World["B/1"].Acts;

        run.World["A/1"].Finish();
        run.Pass(TimeSpan.FromHours(3));

        run.Outcome.State.ShouldBe(RunState.Paused);
        run.Store["A/1"].State.ShouldBe(StepState.Succeeded);
        run.World["A/2"].Looks.ShouldBe(0);
        run.World["B/1"].Acts.ShouldBe(refused, "a pause also ends trying again");

        run.World["B/1"].RefusedActs = 0;
        run.Want(c => c with { Paused = false });
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Receipt_without_an_act_counts_as_not_running()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.RunUntil(() => run.Store["A/1"].State == StepState.Running, "the receipt is written");
        run.Controls = run.Controls with { Paused = true };
        run.Kill();
        run.Settle();

        run.World["A/1"].Acts.ShouldBe(0);
        run.Outcome.State.ShouldBe(RunState.Paused);
        run.Want(c => c with { Paused = false });
        run.RunTo(RunState.Succeeded);
        run.World["A/1"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Released_object_stops_after_the_running_step()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")));
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.Want(c => c with { StartNothingBecause = "abandoned" });
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working);
        run.World["A/1"].Finish();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Stopped);
        run.Outcome.Message.ShouldBe("abandoned");
        run.World["A/2"].Acts.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Release_does_not_wait_for_a_failed_or_unreadable_step(bool unreadable)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1", attempts: 1)));
        run.World["A/1"].UnreadableLooks = unreadable ? 10_000 : 0;
        run.World["A/1"].RefusedActs = 1;
        run.RunTo(unreadable ? RunState.OutcomeUnknown : RunState.Failed);

        run.Want(c => c with { StartNothingBecause = "abandoned" });
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Stopped);
    }

    [Theory]
    [InlineData("StopOld@0123abcd.1", "StopOld", "0123abcd", 1)]
    [InlineData(" StopOld/oms-a@0123ABCD.12 ", "StopOld/oms-a", "0123ABCD", 12)]
    public void Approval_text_is_parsed_into_name_hash_and_number(
        string text, string name, string prefix, int number) =>
        Word.Parse(text).ShouldBe(new Word(name, prefix, number));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("StopOld")]
    [InlineData("@01234567.1")]
    [InlineData("  @01234567.1")]
    [InlineData("StopOld@0123456.1")]
    [InlineData("StopOld@00000000000000000000000000000000000000000000000000000000000000000.1")]
    [InlineData("StopOld@0123456g.1")]
    [InlineData("StopOld@01234567")]
    [InlineData("StopOld@01234567.")]
    [InlineData("StopOld@01234567.0")]
    [InlineData("StopOld@01234567.-1")]
    [InlineData("StopOld@01234567.123456789")]
    [InlineData("StopOld@01234567.1.")]
    [InlineData("StopOld@01234567.1.1.1")]
    [InlineData("a@b@01234567.1")]
    [InlineData("Stop Old@01234567.1")]
    public void Invalid_word_is_refused(string? text) => Word.Parse(text).ShouldBeNull();

    [Fact]
    public void Approval_counts_for_its_plan_only()
    {
        var (one, other) = (ToyPlans.Plan(ToyPlans.Step("A/1")).Rewritten(p => p with { Number = 1 }), ToyPlans.Plan(
            ToyPlans.Step("A/2")).Rewritten(p => p with { Number = 1 }));
        var approval = Word.Parse($"A@{Word.Prefix(one.Hash).ToUpperInvariant()}.1").ShouldNotBeNull();

        approval.IsFor(one).ShouldBeTrue();
        approval.IsFor(other).ShouldBeFalse();
        approval.IsFor(one.Rewritten(p => p with { Number = 2 })).ShouldBeFalse();
    }

    // What was decided before the pause may still begin: the process may just be storing it.
    [Fact]
    public void Pause_while_a_step_is_prepared_keeps_it_from_beginning()
    {
        var kept = 0;
        for (var seed = 1; seed <= 50; seed++)
        {
            var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")), seed);
            run.RunUntil(() => run.World["P/a"].Prepared == 1, "it is prepared");
            run.Want(c => c with { Paused = true });
            run.Pass(TimeSpan.FromHours(1));
            kept += run.World["P/a"].Acts == 0 ? 1 : 0;

            run.Want(c => c with { Paused = false });
            run.RunTo(RunState.Succeeded);
            run.World["P/a"].Executions.ShouldBe(1);
        }

        kept.ShouldBeGreaterThan(10);
    }

    private static Simulation Held(string hold)
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("Prepare/a"),
            ToyPlans.Step("StopOld/a", "plain", 3, "Prepare/a") with { PointOfNoReturn = true }));
        run.Controls = run.Controls with { HoldBefore = Set(hold) };
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Held);
        run.Pass(TimeSpan.FromHours(1));
        return run;
    }

    private static HashSet<string> Set(params string[] names) => new(names, StringComparer.Ordinal);
}
