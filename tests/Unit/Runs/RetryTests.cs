using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

public sealed class RetryTests
{
    [Fact]
    public void Retry_gives_a_repeatable_step_all_attempts_back()
    {
        var run = Failed(ToyPlans.Step("P/a", attempts: 3), item => item.RefusedActs = 5);
        run.World["P/a"].Acts.ShouldBe(3);

        Retry(run).RunTo(RunState.Succeeded);

        run.World["P/a"].Acts.ShouldBe(6);
        run.Store["P/a"].Attempt.ShouldBe(6);
        run.Store["P/a"].Record.Tries.ShouldBe(3);
    }

    [Fact]
    public void Retry_repeats_a_provably_failed_run_under_a_new_number()
    {
        var run = Failed(ToyPlans.Once("P/a", RetryRule.RepeatAfterProvenFailure), item => item.BadEnds = 1);

        Retry(run).RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(2);
        run.Store["P/a"].Attempt.ShouldBe(2);
    }

    [Fact]
    public void Retry_never_repeats_a_step_that_needs_restored_data()
    {
        var run = Failed(ToyPlans.Once("P/a", RetryRule.RestoreFirst), item => item.BadEnds = 1);

        Retry(run).Pass(TimeSpan.FromHours(1));

        run.World["P/a"].Executions.ShouldBe(1);
        run.Outcome.State.ShouldBe(RunState.Failed);
        run.Store.Outcome!.Reason.ShouldBe("Exit1");
    }

    [Fact]
    public void Retry_repeats_a_run_that_provably_changed_nothing()
    {
        var run = Failed(
            ToyPlans.Once("P/a", RetryRule.RestoreFirst), item => (item.BadEnds, item.ChangesNothing) = (2, true));
        run.Pass(TimeSpan.FromHours(1));
        run.World["P/a"].Executions.ShouldBe(1, "not without a token");

        Retry(run).Settle();
        (run.Outcome.State, run.Store["P/a"].Attempt).ShouldBe((RunState.Failed, 2));
        Retry(run).RunTo(RunState.Succeeded);

        (run.World["P/a"].Executions, run.Store["P/a"].Attempt).ShouldBe((3, 3));
    }

    [Fact]
    public void Refused_retry_names_the_required_restore()
    {
        var refused = StepTransitions.Retry(Step(StepState.Failed, RetryRule.RestoreFirst), byToken: true);

        refused.Reset.ShouldBeFalse();
        refused.Refused.ShouldBeWorded();
    }

    [Theory]
    [InlineData(RetryRule.RestoreFirst)]
    [InlineData(RetryRule.RepeatAfterProvenFailure)]
    [InlineData(RetryRule.Repeat)]
    public void Retry_begins_an_unbegun_run_once_step_under_its_number(RetryRule rule)
    {
        var run = Failed(ToyPlans.Once("P/a", rule), item => item.RefusedActs = 1);

        Retry(run).RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(1);
        run.Store["P/a"].Attempt.ShouldBe(1, "a late first start and this one must exclude each other");
    }

    [Fact]
    public void Late_first_start_after_a_retry_causes_no_second_run()
    {
        var run = Failed(ToyPlans.Once("P/a", RetryRule.RepeatAfterProvenFailure), item => item.RefusedActs = 1);
        run.World["P/a"].RefusedPreparations = 1;
        Retry(run).Settle();

        // The request that seemed lost arrives now, and the witness of attempt 1 is there.
        run.World.Execute(run.Store["P/a"]);
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Theory]
    [InlineData(RetryRule.RestoreFirst)]
    [InlineData(RetryRule.RepeatAfterProvenFailure)]
    [InlineData(RetryRule.Repeat)]
    public void Retry_of_an_unknown_run_once_outcome_only_looks(RetryRule rule)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a", rule)));
        run.World["P/a"].Hangs = true;
        run.RunUntil(() => run.World["P/a"].Executions == 1, "it runs");
        run.Kill();
        run.World["P/a"].UnreadableLooks = 1000;
        run.RunTo(RunState.OutcomeUnknown);
        var looks = run.World["P/a"].Looks;

        run.Want(c => c with { Retry = true });
        run.Settle();

        run.World["P/a"].Looks.ShouldBe(looks + 1);
        run.Process.Run.IsBusy.ShouldBeFalse();
        run.Outcome.State.ShouldBe(RunState.OutcomeUnknown);
        run.Controls.Retry.ShouldBeFalse("the token is used up");

        run.World["P/a"].UnreadableLooks = 0;
        run.World["P/a"].Finish();
        run.RunTo(RunState.Succeeded);
        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Retry_during_a_look_is_not_lost()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var run = Failed(ToyPlans.Once("P/a", RetryRule.RepeatAfterProvenFailure), item => item.BadEnds = 1, seed);
            var looks = run.World["P/a"].Looks;
            run.RunUntil(() => run.World["P/a"].Looks > looks, "it looks again by itself");

            Retry(run).RunTo(RunState.Succeeded);

            run.World["P/a"].Executions.ShouldBe(2);
        }
    }

    [Fact]
    public void Retry_ends_a_look_that_hangs()
    {
        var run = Failed(ToyPlans.Step("P/a", attempts: 1), item => item.RefusedActs = 1);
        run.World["P/a"].LooksHang = true;
        run.Pass(TimeSpan.FromMinutes(4));
        run.Process.Run.IsBusy.ShouldBeTrue();

        run.World["P/a"].LooksHang = false;
        Retry(run).Settle();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Retry_survives_a_write_whose_answer_was_lost()
    {
        var run = Failed(ToyPlans.Once("P/a", RetryRule.RepeatAfterProvenFailure), item => item.BadEnds = 1);
        run.Faults[run.Writes + 1] = WriteFault.LostAnswer;

        Retry(run).RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(2);
    }

    [Fact]
    public void Retry_after_a_timeout_gives_time_and_no_second_run()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a", RetryRule.RepeatAfterProvenFailure)));
        run.World["P/a"].Hangs = true;
        run.RunTo(RunState.Failed);
        run.Outcome.Reason.ShouldBe(EngineReasons.StepTimeout);

        Retry(run).Settle();
        run.Outcome.State.ShouldBe(RunState.Working);
        run.RunTo(RunState.Failed);
        run.World["P/a"].Executions.ShouldBe(1);

        Retry(run).Settle();
        run.World["P/a"].Finish(well: false);
        run.RunTo(RunState.Failed);

        run.Outcome.Reason.ShouldBe("Exit1", "that it failed is proven only now, after the token was used");
        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Changed_access_gives_a_repeatable_step_new_attempts()
    {
        var run = Failed(ToyPlans.Step("P/a", attempts: 2), item => item.RefusedActs = 2);

        run.Want(c => c with { AccessChanged = true });
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Acts.ShouldBe(3);
    }

    [Theory]
    [InlineData(RetryRule.RestoreFirst)]
    [InlineData(RetryRule.RepeatAfterProvenFailure)]
    [InlineData(RetryRule.Repeat)]
    public void Changed_access_never_repeats_a_run_once_step(RetryRule rule)
    {
        var run = Failed(ToyPlans.Once("P/a", rule), item => item.BadEnds = 1);

        run.Want(c => c with { AccessChanged = true });
        run.Pass(TimeSpan.FromHours(1));

        run.World["P/a"].Executions.ShouldBe(1);
        run.Outcome.State.ShouldBe(RunState.Failed);
    }

    [Fact]
    public void Changed_access_begins_an_unprepared_run_once_step()
    {
        var run = Failed(ToyPlans.Once("P/a"), item => item.RefusedPreparations = 3);

        run.Want(c => c with { AccessChanged = true });
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Changed_access_ends_the_pause_before_the_next_look()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a")));
        run.World["P/a"].UnreadableLooks = 8;
        run.RunTo(RunState.OutcomeUnknown);
        run.World["P/a"].UnreadableLooks = 0;
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.OutcomeUnknown);

        run.Want(c => c with { AccessChanged = true });
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Theory]
    [InlineData(StepState.Failed, RetryRule.Repeat, false, true, true, true)]
    [InlineData(StepState.Failed, RetryRule.Repeat, false, false, true, true)]
    [InlineData(StepState.Failed, RetryRule.Repeat, true, true, true, true)]
    [InlineData(StepState.Failed, RetryRule.Repeat, true, false, true, false)]
    [InlineData(StepState.Failed, RetryRule.RepeatAfterProvenFailure, true, true, true, true)]
    [InlineData(StepState.Failed, RetryRule.RepeatAfterProvenFailure, true, false, true, false)]
    [InlineData(StepState.Failed, RetryRule.RestoreFirst, true, true, true, false)]
    [InlineData(StepState.Failed, RetryRule.RestoreFirst, true, true, false, true)]
    [InlineData(StepState.Failed, RetryRule.RestoreFirst, false, true, true, false)]
    [InlineData(StepState.Failed, RetryRule.RestoreFirst, false, false, true, false)]
    [InlineData(StepState.Unknown, RetryRule.Repeat, false, true, true, true)]
    [InlineData(StepState.Unknown, RetryRule.Repeat, false, false, true, false)]
    [InlineData(StepState.Unknown, RetryRule.Repeat, true, true, true, false)]
    [InlineData(StepState.Unknown, RetryRule.RepeatAfterProvenFailure, false, true, true, false)]
    [InlineData(StepState.Unknown, RetryRule.RestoreFirst, true, true, true, false)]
    public void Attempts_are_given_back_by_token_or_access(
        StepState state, RetryRule rule, bool runOnce, bool byToken, bool begun, bool reset)
    {
        var step = Step(state, rule, runOnce).With(r => r with { StartedAt = begun ? DateTimeOffset.UnixEpoch : null });

        StepTransitions.Retry(step, byToken).Reset.ShouldBe(reset);
    }

    private static Step Step(StepState state, RetryRule rule, bool runOnce = true) => new(
        ToyPlans.Once("P/a", rule) with { RunOnce = runOnce },
        new StepRecord { State = state, Attempt = 1, Tries = 1, StartedAt = DateTimeOffset.UnixEpoch });

    private static Simulation Failed(PlannedStep step, Action<ToyItem> trouble, int seed = 1)
    {
        var run = new Simulation(ToyPlans.Plan(step), seed);
        trouble(run.World[step.Id]);
        run.RunTo(RunState.Failed);
        return run;
    }

    private static Simulation Retry(Simulation run)
    {
        run.Want(c => c with { Retry = true });
        return run;
    }
}
