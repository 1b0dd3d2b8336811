using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

public sealed class FailureTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Final_failure_is_kept_though_the_look_after_it_tells_nothing(bool throws)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 3)));
        var item = run.World["P/a"];
        (item.RefusedActs, item.RefusalIsFinal, item.BlindAfterRefusal, item.ThrowsWhenUnreadable) =
            (1, true, 1, throws);
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromMinutes(10));

        (item.Acts, item.Executions, run.Store["P/a"].Attempt).ShouldBe((1, 0, 1));
        run.Want(c => c with { Retry = true });
        run.RunTo(RunState.Succeeded);
        item.Executions.ShouldBe(1);
    }

    [Fact]
    public void Refused_idempotent_step_is_retried_until_it_succeeds()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 3)));
        run.World["P/a"].RefusedActs = 2;
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Acts.ShouldBe(3);
        run.Store["P/a"].Attempt.ShouldBe(3);
    }

    [Fact]
    public void Step_without_attempts_left_fails_with_the_reason()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 3)));
        run.World["P/a"].RefusedActs = 99;
        run.RunTo(RunState.Failed);

        run.Outcome.StepId.ShouldBe("P/a");
        run.Outcome.Reason.ShouldBe("Refused");
        run.Outcome.Message.ShouldBeWorded();
        run.World["P/a"].Acts.ShouldBe(3);
        run.Pass(TimeSpan.FromHours(2));
        run.World["P/a"].Acts.ShouldBe(3);
    }

    [Theory]
    [InlineData((int)WriteFault.Conflict)]
    [InlineData((int)WriteFault.Refused)]
    [InlineData((int)WriteFault.LostAnswer)]
    public void Failure_counts_though_the_write_that_carries_it_goes_wrong(int fault)
    {
        for (var write = 1; write <= 4; write++)
        {
            var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 1)))
            {
                Faults = { [write] = (WriteFault)fault }
            };
            run.World["P/a"].RefusedActs = 1;
            run.RunTo(RunState.Failed);
            run.Pass(TimeSpan.FromHours(2));

            run.World["P/a"].Acts.ShouldBe(1, $"{(WriteFault)fault} at write {write}");
        }
    }

    [Fact]
    public void Each_failure_counts_though_one_write_carries_several()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 5)));
        Enumerable.Range(1, 40).ToList().ForEach(write => run.Faults[write] = WriteFault.Refused);
        run.World["P/a"].RefusedPreparations = 999;
        run.RunUntil(() => run.World["P/a"].Prepared == 3, "prepared in vain");
        run.Faults.Clear();
        run.RunTo(RunState.Failed);

        run.World["P/a"].Prepared.ShouldBe(5);
    }

    [Fact]
    public void Failure_that_is_not_retryable_is_not_retried()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 5)));
        (run.World["P/a"].RefusedActs, run.World["P/a"].RefusalIsFinal) = (99, true);
        run.RunTo(RunState.Failed);

        run.World["P/a"].Acts.ShouldBe(1);
    }

    [Theory]
    [InlineData("plain", 5)]
    [InlineData("once", 3)]
    public void Preparation_that_always_fails_ends_in_failed(string action, int preparations)
    {
        var run = new Simulation(
            ToyPlans.Plan(action == "once" ? ToyPlans.Once("P/a") : ToyPlans.Step("P/a", attempts: 5)));
        run.World["P/a"].RefusedPreparations = 999;
        run.RunTo(RunState.Failed);

        run.World["P/a"].Prepared.ShouldBe(preparations);
        run.World["P/a"].Acts.ShouldBe(0);
        run.Store["P/a"].Attempt.ShouldBe(0);
        run.Store["P/a"].StartedAt.ShouldBeNull();
    }

    [Fact]
    public void Failed_run_once_step_is_never_repeated_automatically()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a", RetryRule.Repeat) with { MaxAttempts = 5 }));
        run.World["P/a"].BadEnds = 1;
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromHours(5));

        run.World["P/a"].Executions.ShouldBe(1);
        run.Outcome.Reason.ShouldBe("Exit1");
    }

    [Fact]
    public void Refused_run_once_step_is_not_restarted_automatically()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        run.World["P/a"].RefusedActs = 1;
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromHours(5));

        run.World["P/a"].Acts.ShouldBe(1);
        run.Store["P/a"].StartedAt.ShouldBeNull("nothing was begun");
    }

    [Fact]
    public void Failed_branch_lets_running_steps_finish_and_starts_no_other()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("A/bad", attempts: 1),
            ToyPlans.Once("B/long"),
            ToyPlans.Step("B/next", "plain", 3, "B/long"),
            ToyPlans.Step("A/next", "plain", 3, "A/bad")));
        run.World["B/long"].Hangs = true;
        run.World["A/bad"].UnreadableLooks = 1;
        run.World["A/bad"].RefusedActs = 1;
        run.RunTo(RunState.Failed);

        run.Store["B/long"].State.ShouldBe(StepState.Running);
        run.World["B/long"].Finish();
        run.Settle();

        run.Store["B/long"].State.ShouldBe(StepState.Succeeded);
        run.Pass(TimeSpan.FromHours(1));
        run.World["B/next"].Acts.ShouldBe(0);
        run.World["A/next"].Acts.ShouldBe(0);
        run.Outcome.State.ShouldBe(RunState.Failed);
    }

    [Fact]
    public void Failed_step_repaired_by_hand_continues_automatically()
    {
        var run = new Simulation(
            ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 1), ToyPlans.Step("P/b", "plain", 1, "P/a")));
        run.World["P/a"].BadEnds = 1;
        run.RunTo(RunState.Failed);

        run.World["P/a"].End(1, well: true);
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Secret_in_an_error_text_never_reaches_the_plan()
    {
        var run = new Simulation(ToyPlans.Plan([ToyPlans.Step("P/a")], ToyPlans.Guard("G")));
        run.World.Guard("G").Throws = new IOException("login with hunter2 refused");
        run.RunTo(RunState.OutcomeUnknown);

        run.Outcome.Message.ShouldContain("login with *** refused");
        run.Store.Json.ShouldNotContain("hunter2");
    }

    [Fact]
    public void Facts_of_a_finished_step_are_kept()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        run.RunTo(RunState.Succeeded);

        run.Store["P/a"].Receipt!["exec"].ShouldBe("exec-1");
        run.Store["P/a"].Facts!["fact"].ShouldBe("P/a");
    }
}
