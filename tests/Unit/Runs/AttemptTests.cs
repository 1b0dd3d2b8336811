using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>Which attempt a failure belongs to, and whether another one follows it.</summary>
public sealed class AttemptTests
{
    [Fact]
    public void Failure_of_the_present_attempt_prepares_no_other()
    {
        var run = Lost(RetryRule.Repeat);
        run.World["P/a"].Runs[1] = null;
        run.Want(c => c with { Retry = true });
        run.Settle();
        var prepared = run.World["P/a"].Prepared;
        run.World["P/a"].Finish(well: false);
        run.RunTo(RunState.Failed);

        run.World["P/a"].Prepared.ShouldBe(prepared);
        run.World["P/a"].Executions.ShouldBe(0);
    }

    [Fact]
    public void Failure_that_a_look_calls_final_is_not_followed_by_an_attempt()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 5)));
        var item = run.World["P/a"];
        item.BadEnds = 1;
        run.RunUntil(() => run.Store["P/a"] is { Attempt: 1, State: StepState.Pending }, "the first attempt failed");
        item.FinalLooks = int.MaxValue;
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromHours(2));

        item.Executions.ShouldBe(1);
        run.Outcome.Reason.ShouldBe("Broken");
    }

    [Fact]
    public void Failure_that_the_look_after_an_act_calls_final_is_not_retried()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 5)));
        run.RunUntil(() => run.World["P/a"].Acts == 1, "it acts");
        run.World["P/a"].FinalLooks = 1;
        run.RunTo(RunState.Failed);

        run.Outcome.Reason.ShouldBe("Broken");
        run.World["P/a"].Acts.ShouldBe(1);
    }

    [Fact]
    public void Final_refusal_is_not_retried_though_the_target_shows_a_failure()
    {
        var run = Refused(ended: false);
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromHours(2));

        (run.World["P/a"].Acts, run.World["P/a"].Executions).ShouldBe((1, 0));
    }

    [Fact]
    public void Final_refusal_is_not_followed_until_the_time_limit()
    {
        var run = Refused(ended: null);
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Failed);
        run.Outcome.Reason.ShouldBe("Refused");
    }

    [Fact]
    public void Refusal_that_another_attempt_may_heal_cannot_be_accepted()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 1)));
        (run.World["P/a"].RefusedActs, run.World["P/a"].RefusalMayBeAccepted) = (9, true);
        run.RunTo(RunState.Failed);
        run.Store["P/a"].Acceptable.ShouldBeFalse();

        run.World["P/a"].RefusalIsFinal = true;
        run.Want(c => c with { Retry = true });
        run.RunUntil(() => run.World["P/a"].Acts == 2, "it is refused again");
        run.RunTo(RunState.Failed);
        run.Store["P/a"].Acceptable.ShouldBeTrue();
    }

    [Fact]
    public void Run_once_step_that_failed_while_no_operator_looked_is_not_repeated()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a", RetryRule.Repeat)));
        run.World["P/a"].Hangs = true;
        run.RunUntil(() => run.World["P/a"].Executions == 1, "it runs");
        run.Kill();
        run.World["P/a"].Finish(well: false);
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromHours(2));

        (run.World["P/a"].Executions, run.World["P/a"].Prepared).ShouldBe((1, 1));
    }

    [Fact]
    public void Failure_of_what_the_run_never_started_is_not_answered_with_a_start()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a", RetryRule.Repeat)));
        run.World["P/a"].Runs[0] = false;
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromHours(2));

        (run.World["P/a"].Acts, run.World["P/a"].Prepared).ShouldBe((0, 0));
    }

    [Fact]
    public void Late_start_that_failed_is_not_repeated_on_data_that_it_may_have_changed()
    {
        var run = Lost();
        run.World["P/a"].Runs[1] = false;
        run.Want(c => c with { Retry = true });
        run.Settle();
        run.Pass(TimeSpan.FromHours(2));

        (run.Outcome.State, run.Outcome.Reason).ShouldBe((RunState.Failed, "Exit1"));
        run.World["P/a"].Executions.ShouldBe(0);
    }

    [Fact]
    public void Preparations_that_failed_count_as_attempts()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 2)));
        run.World["P/a"].BadEnds = 9;
        run.RunUntil(() => run.World["P/a"].Acts == 1, "it acts");
        run.World["P/a"].RefusedPreparations = 1;
        run.RunTo(RunState.Failed);

        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Step_that_is_prepared_while_another_fails_does_not_begin()
    {
        var kept = 0;
        for (var seed = 1; seed <= 200; seed++)
        {
            var run = new Simulation(
                ToyPlans.Plan(ToyPlans.Step("A/1", attempts: 1), ToyPlans.Once("B/1")), seed)
            {
                Slowness = TimeSpan.FromSeconds(5),
            };
            run.World["A/1"].RefusedActs = 1;
            run.RunUntil(() => IsFailed() || run.Store["B/1"].State == StepState.Running, "one of them is stored");
            if (!IsFailed())
            {
                continue;
            }

            kept += run.World["B/1"].Looks > 0 ? 1 : 0;
            run.Pass(TimeSpan.FromMinutes(1));
            run.World["B/1"].Acts.ShouldBe(0, $"seed {seed}");

            bool IsFailed() => run.Store["A/1"].State == StepState.Failed;
        }

        kept.ShouldBeGreaterThan(5);
    }

    // A command whose start was refused and left no trace.
    private static Simulation Lost(RetryRule retry = RetryRule.RestoreFirst)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a", retry)));
        run.World["P/a"].RefusedActs = 1;
        run.RunTo(RunState.Failed);
        return run;
    }

    // A step whose act is refused for good while its target shows an execution.
    private static Simulation Refused(bool? ended)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 5)));
        (run.World["P/a"].RefusedActs, run.World["P/a"].RefusalIsFinal) = (1, true);
        run.RunUntil(() => run.Store["P/a"].State == StepState.Running, "the receipt is written");
        run.World["P/a"].Acts.ShouldBe(0);
        run.World["P/a"].Runs[1] = ended;
        return run;
    }
}
