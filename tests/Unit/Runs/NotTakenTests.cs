using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>A request that the target did not take, on a world that shows that nothing has begun.</summary>
public sealed class NotTakenTests
{
    [Theory]
    [InlineData("once")]
    [InlineData("plain")]
    public void Attempt_not_taken_is_begun_again_automatically(string action)
    {
        var run = new Simulation(
            ToyPlans.Plan(action == "once" ? ToyPlans.Once("P/a") : ToyPlans.Step("P/a", attempts: 1)));
        (run.World["P/a"].RefusedActs, run.World["P/a"].NotTaken) = (6, true);
        run.RunTo(RunState.Succeeded);

        (run.World["P/a"].Acts, run.World["P/a"].Executions).ShouldBe((7, 1));
        (run.Store["P/a"].Attempt, run.Store["P/a"].Record.Tries).ShouldBe((1, 1));
        run.Store["P/a"].Record.NotTakenSince.ShouldBeNull();
    }

    [Fact]
    public void Step_that_waited_to_be_taken_begins_soon_after_it_is()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a")));
        (run.World["P/a"].RefusedPreparations, run.World["P/a"].NotTaken) = (999, true);
        run.Pass(TimeSpan.FromSeconds(8));
        run.World["P/a"].RefusedPreparations = 0;
        var waits = run.Time.GetUtcNow();
        run.RunUntil(() => run.World["P/a"].Acts == 1, "it begins");
        (run.Time.GetUtcNow() - waits).ShouldBeLessThan(TimeSpan.FromSeconds(8 / 3.0));
    }

    [Fact]
    public void Reservation_not_taken_is_retried_more_often_than_failed_ones()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        (run.World["P/a"].RefusedPreparations, run.World["P/a"].NotTaken) = (8, true);
        run.RunTo(RunState.Succeeded);

        (run.World["P/a"].Prepared, run.World["P/a"].Executions).ShouldBe((9, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Untaken_step_fails_at_timeout_and_a_token_begins_it(bool acts)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        var item = run.World["P/a"];
        (item.RefusedActs, item.RefusedPreparations, item.NotTaken) = (acts ? 999 : 0, acts ? 0 : 999, true);
        var began = run.Time.GetUtcNow();
        run.RunTo(RunState.Failed);

        (run.Time.GetUtcNow() - began).ShouldBeInRange(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(12));
        run.Outcome.Reason.ShouldBe("Refused");
        run.Outcome.Message.ShouldBeWorded();
        run.Store["P/a"].StartedAt.ShouldBeNull("nothing was begun");
        run.Pass(TimeSpan.FromHours(1));
        item.Executions.ShouldBe(0);

        (item.RefusedActs, item.RefusedPreparations) = (acts ? 3 : 0, acts ? 0 : 3);
        run.Want(c => c with { Retry = true });
        run.RunTo(RunState.Succeeded);
        item.Executions.ShouldBe(1);
    }

    [Fact]
    public void Successor_counts_from_the_first_refusal()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        (run.World["P/a"].RefusedActs, run.World["P/a"].NotTaken) = (999, true);
        var began = run.Time.GetUtcNow();
        for (var kill = 0; kill < 3; kill++)
        {
            run.Pass(TimeSpan.FromMinutes(3));
            run.Kill();
        }

        run.RunTo(RunState.Failed);
        (run.Time.GetUtcNow() - began).ShouldBeInRange(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(12));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(700)]
    [InlineData(2500)]
    public void Late_request_and_its_repetition_are_one_run(int arrivesAfterMilliseconds)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        (run.World["P/a"].RefusedActs, run.World["P/a"].NotTaken) = (2, true);
        run.World["P/a"].Duration = TimeSpan.FromSeconds(30);
        run.RunUntil(() => run.World["P/a"].Acts == 1, "refused");
        var sent = run.Store["P/a"];
        run.Pass(TimeSpan.FromMilliseconds(arrivesAfterMilliseconds));
        Arrive(run, sent);
        run.RunTo(RunState.Succeeded);

        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Step_with_unclear_start_is_not_begun_again()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        (run.World["P/a"].RefusedActs, run.World["P/a"].NotTaken) = (1, true);
        run.RunUntil(() => run.World["P/a"].Prepared == 1, "prepared");
        run.World["P/a"].UnreadableLooks = 6;
        run.RunTo(RunState.OutcomeUnknown);

        run.World["P/a"].Acts.ShouldBe(1);
        run.RunTo(RunState.Succeeded);
        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Stop_during_the_pause_before_a_repetition_takes_effect()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        (run.World["P/a"].RefusedActs, run.World["P/a"].NotTaken) = (3, true);
        run.RunUntil(() => run.World["P/a"].Acts == 2, "refused");
        run.Want(c => c with { StartNothingBecause = "aborted" });
        run.RunTo(RunState.Stopped);
        run.Pass(TimeSpan.FromHours(1));

        run.World["P/a"].Acts.ShouldBe(2);
        run.Want(c => c with { StartNothingBecause = null });
        run.RunTo(RunState.Succeeded);
        run.World["P/a"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Taken_request_without_effect_is_repeated()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        run.World["P/a"].SwallowedActs = 5;
        run.RunTo(RunState.Succeeded);

        (run.World["P/a"].Acts, run.World["P/a"].Executions, run.Store["P/a"].Attempt).ShouldBe((6, 1, 1));
    }

    [Fact]
    public void Refused_request_is_not_begun_again_automatically()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        run.World["P/a"].RefusedActs = 1;
        run.RunTo(RunState.Failed);

        run.Store["P/a"].State.ShouldBe(StepState.Failed);
    }

    private static void Arrive(Simulation run, Step sent)
    {
        var item = run.World[sent.Id];
        if (item.StartedExecs.Add(sent.Receipt!["exec"]) && !item.Runs.ContainsKey(sent.Attempt))
        {
            run.World.Execute(sent);
        }
    }
}
