using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

public sealed class TimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public void Run_once_step_past_timeout_fails_and_is_not_stopped()
    {
        var run = Hanging(ToyPlans.Once("P/a"));
        var began = run.Time.GetUtcNow();
        run.RunTo(RunState.Failed);

        run.Outcome.Reason.ShouldBe(EngineReasons.StepTimeout);
        run.Outcome.Message.ShouldContain("10m0s: under way.");
        (run.Time.GetUtcNow() - began).ShouldBeInRange(Limit, Limit + TimeSpan.FromSeconds(1));
        run.World["P/a"].Executions.ShouldBe(1);
        run.World["P/a"].Runs[1].ShouldBeNull("it still runs");
    }

    [Fact]
    public void Step_finished_after_its_timeout_continues_automatically()
    {
        var run = Hanging(ToyPlans.Once("P/a"));
        run.RunTo(RunState.Failed);
        run.Pass(TimeSpan.FromHours(1));

        run.World["P/a"].Finish();
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Raised_timeout_continues_the_running_step()
    {
        var run = Hanging(ToyPlans.Once("P/a"));
        run.RunTo(RunState.Failed);

        run.Want(c => c with { TimeoutOf = static _ => TimeSpan.FromHours(2) });
        run.Pass(TimeSpan.FromMinutes(2));

        run.Outcome.State.ShouldBe(RunState.Working);
        run.World["P/a"].Finish();
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Succeeded);
        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Timeout_raised_in_time_never_fails_the_step()
    {
        var run = Hanging(ToyPlans.Once("P/a"));
        run.Pass(TimeSpan.FromMinutes(5));
        run.Want(c => c with { TimeoutOf = static _ => TimeSpan.FromHours(2) });
        run.Pass(TimeSpan.FromMinutes(60));

        run.Outcome.State.ShouldBe(RunState.Working);
        run.Process.Run.IsBusy.ShouldBeTrue();
    }

    [Fact]
    public void Hanging_repeatable_step_fails_and_never_runs_twice_at_once()
    {
        var run = Hanging(ToyPlans.Step("P/a", attempts: 3));
        var began = run.Time.GetUtcNow();
        run.RunTo(RunState.Failed);

        run.World["P/a"].Acts.ShouldBe(1);
        run.Store["P/a"].Record.Tries.ShouldBe(3);
        (run.Time.GetUtcNow() - began).ShouldBeInRange(3 * Limit, (3 * Limit) + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Attempt_of_an_earlier_process_gets_five_more_minutes()
    {
        var run = Hanging(ToyPlans.Once("P/a"));
        run.Pass(TimeSpan.FromMinutes(9));
        run.Kill();
        run.Pass(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(55));
        run.Outcome.State.ShouldBe(
            RunState.Working, "the clock of the process that began it may be five minutes behind");
        run.Pass(TimeSpan.FromSeconds(6));

        run.Outcome.State.ShouldBe(RunState.Failed);
        run.Outcome.Reason.ShouldBe(EngineReasons.StepTimeout);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void Jump_of_the_wall_clock_does_not_change_a_limit(int seconds)
    {
        var run = Hanging(ToyPlans.Once("P/a"));
        run.Pass(TimeSpan.FromMinutes(5));
        run.Time.JumpWall(TimeSpan.FromSeconds(seconds));
        run.Pass(TimeSpan.FromMinutes(4));
        run.Outcome.State.ShouldBe(RunState.Working);
        run.Pass(TimeSpan.FromMinutes(2));

        run.Outcome.Reason.ShouldBe(EngineReasons.StepTimeout);
    }

    [Fact]
    public void Jump_of_the_wall_clock_does_not_end_the_attempt_of_an_earlier_process()
    {
        var run = Hanging(ToyPlans.Once("P/a"));
        run.Pass(TimeSpan.FromMinutes(5));
        run.Kill();
        run.Pass(TimeSpan.FromMinutes(1));
        run.Time.JumpWall(TimeSpan.FromHours(1));
        run.Pass(TimeSpan.FromMinutes(8));
        run.Outcome.State.ShouldBe(RunState.Working);
        run.Pass(TimeSpan.FromMinutes(2));

        run.Outcome.Reason.ShouldBe(EngineReasons.StepTimeout);
    }

    [Fact]
    public void Attempt_without_an_act_keeps_its_whole_time()
    {
        var plan = ToyPlans.Plan(ToyPlans.Once("P/a"));
        var run = new Simulation(plan);
        run.RunUntil(() => run.Store["P/a"].State == StepState.Running, "the receipt is written");
        var began = run.Store["P/a"].StartedAt;

        // Killed between receipt and act, and down for a day.
        run.Kill();
        run.World["P/a"].Executions.ShouldBe(0);
        run.Time.Advance(TimeSpan.FromDays(1));
        run.World["P/a"].Duration = TimeSpan.FromMinutes(8);
        run.Pass(TimeSpan.FromMinutes(4));
        run.Outcome.State.ShouldBe(RunState.Working);
        (run.Store["P/a"].StartedAt, run.Store["P/a"].Record.ResumedAt - began).ShouldBe((began, TimeSpan.FromDays(1)));

        // Killed while it runs.
        run.Kill();
        run.Pass(TimeSpan.FromMinutes(2));
        run.Outcome.State.ShouldBe(RunState.Working);
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(1);
        (run.Store["P/a"].Attempt, run.Store["P/a"].StartedAt).ShouldBe((1, began));
    }

    [Fact]
    public void Next_attempt_has_a_start_of_its_own()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 3)));
        run.RunUntil(() => run.Store["P/a"].State == StepState.Running, "the receipt is written");
        run.Kill();
        run.Time.Advance(TimeSpan.FromHours(1));
        run.World["P/a"].BadEnds = 1;
        run.RunUntil(() => run.Store["P/a"].Attempt == 2, "the second attempt");
        run.Store["P/a"].StartedAt!.Value.ShouldBeGreaterThan(run.Time.GetUtcNow() - TimeSpan.FromMinutes(1));
        run.Store["P/a"].Record.ResumedAt.ShouldBeNull();
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Check_fails_at_its_timeout_and_recovers_later()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/check", "check", attempts: 1)));
        run.RunTo(RunState.Failed);
        run.Outcome.Reason.ShouldBe(EngineReasons.StepTimeout);
        run.World["P/check"].Acts.ShouldBe(0);

        run.World["P/check"].IsGood = true;
        run.RunTo(RunState.Succeeded);
    }

    [Theory]
    [InlineData("once")]
    [InlineData("check")]
    public void Hanging_look_is_cancelled_reported_and_paused(string action)
    {
        var run = new Simulation(
            ToyPlans.Plan(action == "once" ? ToyPlans.Once("P/a") : ToyPlans.Step("P/a", action, attempts: 1)));
        run.World["P/a"].LooksHang = true;
        var began = run.Time.GetUtcNow();
        run.RunTo(RunState.OutcomeUnknown);
        (run.Time.GetUtcNow() - began)
            .ShouldBeInRange(3 * StepJob.LongestLook, (3 * StepJob.LongestLook) + TimeSpan.FromMinutes(1));
        run.Outcome.Message.ShouldContain("5m0s");
        run.RunUntil(() => !run.Process.Run.IsBusy, "whoever lets go can");

        (run.World["P/a"].LooksHang, run.World["P/a"].IsGood) = (false, true);
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Hanging_preparation_fails_and_a_token_repeats_it()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        run.World["P/a"].PreparationsHang = true;
        run.RunTo(RunState.Failed);
        (run.Outcome.Reason, run.World["P/a"].Acts).ShouldBe((EngineReasons.StepTimeout, 0));

        run.World["P/a"].PreparationsHang = false;
        run.Want(c => c with { Retry = true });
        run.RunTo(RunState.Succeeded);
        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Hanging_act_is_cancelled_at_the_timeout_of_the_step()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 1)));
        run.World["P/a"].ActsHang = true;
        var began = run.Time.GetUtcNow();
        run.RunTo(RunState.Failed);

        run.Outcome.Reason.ShouldBe(EngineReasons.StepTimeout);
        (run.Time.GetUtcNow() - began).ShouldBeInRange(Limit, Limit + TimeSpan.FromSeconds(1));
        run.World["P/a"].ActsHang = false;
        run.Want(c => c with { Retry = true });
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Act_gets_the_timeout_that_is_raised_meanwhile()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 1)));
        run.World["P/a"].ActsHang = true;
        run.Pass(TimeSpan.FromMinutes(5));
        run.Want(c => c with { TimeoutOf = static _ => TimeSpan.FromHours(2) });
        run.Pass(TimeSpan.FromMinutes(110));
        run.Outcome.State.ShouldBe(RunState.Working);
        run.Pass(TimeSpan.FromMinutes(6));
        run.Outcome.State.ShouldBe(RunState.Failed);
    }

    private static Simulation Hanging(PlannedStep step, TimeSpan? limit = null)
    {
        var run = new Simulation(ToyPlans.Plan(step));
        run.Controls = run.Controls with { TimeoutOf = _ => limit ?? Limit };
        run.World["P/a"].Hangs = true;
        run.Settle();
        run.World["P/a"].Executions.ShouldBe(1);
        return run;
    }
}
