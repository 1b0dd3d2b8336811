using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

public sealed class UnknownOutcomeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Unreadable_step_stalls_after_some_looks(bool throws)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1"), ToyPlans.Step("B/1")));
        (run.World["A/1"].UnreadableLooks, run.World["A/1"].ThrowsWhenUnreadable) = (10_000, throws);
        run.World["B/1"].UnreadableLooks = 1;
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working, "it is looked at again first");
        run.RunTo(RunState.OutcomeUnknown);

        run.Outcome.StepId.ShouldBe("A/1");
        run.Outcome.Reason.ShouldBe(EngineReasons.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();
        run.World["A/1"].Looks.ShouldBe(StepTransitions.UnknownLooks);
        run.Pass(TimeSpan.FromHours(4));
        run.World["A/1"].Acts.ShouldBe(0);
        run.World["A/1"].Prepared.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Step_readable_again_recovers_and_begins_attempt_one(int looks)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].UnreadableLooks = looks;
        run.RunTo(RunState.Succeeded);

        run.World["A/1"].Executions.ShouldBe(1);
        run.World["A/1"].Runs.Keys.ShouldBe([1]);
        run.Store["A/1"].Attempt.ShouldBe(1);
        run.Store["A/1"].Record.Tries.ShouldBe(1);
    }

    [Fact]
    public void Running_step_readable_again_runs_to_its_end()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].Duration = TimeSpan.FromMinutes(5);
        run.RunUntil(() => run.World["A/1"].Executions == 1, "it runs");
        run.Kill();
        run.World["A/1"].UnreadableLooks = 4;
        run.RunTo(RunState.OutcomeUnknown);
        run.RunTo(RunState.Working);
        run.RunTo(RunState.Succeeded);

        run.World["A/1"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Reason_of_the_step_tells_lost_from_unreadable()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].Hangs = true;
        run.RunUntil(() => run.World["A/1"].Executions == 1, "it runs");
        run.Kill();
        run.World["A/1"].UnreadableLooks = 6;
        run.RunTo(RunState.OutcomeUnknown);
        (run.Store["A/1"].Reason, run.Outcome.Reason).ShouldBe((null, EngineReasons.OutcomeUnknown));

        run.World["A/1"].IsOutcomeUnknown = true;
        run.RunUntil(() => run.Store["A/1"].Reason == EngineReasons.OutcomeUnknown, "read, and lost");
        run.World["A/1"].UnreadableLooks = 2;
        run.RunUntil(() => run.Store["A/1"].Reason is null, "unreadable again");
        run.World["A/1"].IsOutcomeUnknown = false;
        run.World["A/1"].Finish();
        run.RunTo(RunState.Succeeded);
        run.World["A/1"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Step_readable_again_while_paused_is_not_unknown()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1")));
        run.World["A/1"].UnreadableLooks = 4;
        run.RunTo(RunState.OutcomeUnknown);
        run.Want(c => c with { Paused = true });
        run.RunTo(RunState.Paused);

        run.Store["A/1"].State.ShouldBe(StepState.Pending);
        run.Want(c => c with { Paused = false });
        run.RunTo(RunState.Succeeded);
        run.Store["A/1"].Attempt.ShouldBe(1);
    }

    [Fact]
    public void Unknown_action_is_an_unknown_outcome()
    {
        var plan = ToyPlans.Plan(ToyPlans.Step("A/1", "of the next release"), ToyPlans.Step("A/2", "plain", 3, "A/1"));
        var run = new Simulation(plan);
        run.RunTo(RunState.OutcomeUnknown);
        run.Pass(TimeSpan.FromHours(1));

        run.Outcome.Reason.ShouldBe(EngineReasons.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();
        run.World["A/2"].Acts.ShouldBe(0);
        run.Store["A/1"].Attempt.ShouldBe(0);
    }

    [Fact]
    public void Plan_with_an_unknown_last_step_starts_nothing()
    {
        var plan = ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("A/2", "of the next release", 3, "A/1"));
        var run = new Simulation(plan);
        run.RunTo(RunState.OutcomeUnknown);
        run.Pass(TimeSpan.FromHours(1));

        run.Outcome.Reason.ShouldBe(EngineReasons.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();
        run.World["A/1"].Acts.ShouldBe(0);
    }

    [Fact]
    public void Plan_with_an_unknown_guard_starts_nothing_even_before_it_is_in_force()
    {
        var guard = ToyPlans.Guard("late", from: ["A/1"]) with { Check = "of the next release" };
        var run = new Simulation(ToyPlans.Plan([ToyPlans.Step("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")], guard));
        run.RunTo(RunState.OutcomeUnknown);
        run.Pass(TimeSpan.FromHours(1));

        run.Outcome.Reason.ShouldBe(EngineReasons.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();
        run.World["A/1"].Acts.ShouldBe(0);
    }

    [Fact]
    public void Plan_that_can_be_read_again_continues()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")));
        run.Store.Edit(p => p.RewrittenSteps(s => s.Id == "A/2" ? s with { Action = "of the next release" } : s));
        run.RunTo(RunState.OutcomeUnknown);
        run.Store.Edit(p => p.RewrittenSteps(s => s.Id == "A/2" ? s with { Action = "plain" } : s));
        run.Want(c => c);

        run.RunTo(RunState.Succeeded);
        run.World["A/1"].Acts.ShouldBe(1);
    }

    [Fact]
    public void Stored_plan_that_cannot_continue_is_reported_without_throwing()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1")));
        run.Store.Edit(p => p.RewrittenSteps(s => s with { After = ["A/0"] }));
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.OutcomeUnknown);
        run.Outcome.Reason.ShouldBe(EngineReasons.OutcomeUnknown);
        run.Outcome.Message.ShouldBeWorded();
        run.World["A/1"].Looks.ShouldBe(0);
    }

    [Fact]
    public void Empty_plan_has_succeeded()
    {
        var run = new Simulation(ToyPlans.Plan());
        run.RunTo(RunState.Succeeded);
    }
}
