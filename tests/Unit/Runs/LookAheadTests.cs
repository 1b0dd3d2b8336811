using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>A step that says when it ends lets the one after it be looked at shortly before; nothing else about that
/// one is earlier.</summary>
public sealed class LookAheadTests
{
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(20);

    [Fact]
    public void Next_step_is_looked_at_before_and_begins_in_the_write_of_the_end()
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.Pass(Settles - TimeSpan.FromSeconds(3));
        run.World["A/2"].Looks.ShouldBe(0);
        run.Pass(TimeSpan.FromSeconds(2));
        (run.World["A/2"].Looks, run.World["A/2"].Prepared, run.World["A/2"].Acts).ShouldBe((1, 1, 0));
        run.Store["A/2"].State.ShouldBe(StepState.Pending);

        var version = run.Store.Version;
        End(run);
        run.RunUntil(() => run.World["A/2"].Acts == 1, "the next step acts");
        run.Store.Version.ShouldBe(version + 1);
        run.World["A/2"].Prepared.ShouldBe(1);
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Step_is_looked_at_when_it_says_that_it_ends()
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.World["A/1"].LosesEvents = true;
        run.World["A/1"].IsGood = true;
        run.Pass(Settles - TimeSpan.FromSeconds(1));
        run.Store["A/1"].State.ShouldBe(StepState.Running);
        run.Pass(TimeSpan.FromSeconds(2));
        run.Store["A/1"].State.ShouldBe(StepState.Succeeded, "not 30 s later");
    }

    [Fact]
    public void Look_that_became_old_is_made_again()
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.Pass(Settles + TimeSpan.FromSeconds(10));
        run.World["A/2"].Prepared.ShouldBe(1);
        End(run);
        run.RunTo(RunState.Succeeded);
        run.World["A/2"].Prepared.ShouldBe(2);
    }

    [Fact]
    public void Interrupted_end_is_waited_for_anew()
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.Pass(TimeSpan.FromSeconds(10));
        run.World["A/1"].EndsAt = run.Time.GetUtcNow() + (10 * Settles);
        run.World["A/1"].Change();
        run.Pass(5 * Settles);
        run.World["A/2"].Looks.ShouldBe(0);
        run.Pass(5 * Settles);
        run.World["A/2"].Looks.ShouldBe(1);
    }

    [Fact]
    public void Command_that_runs_once_is_not_reserved_before_it_may_run()
    {
        var run = Run(ToyPlans.Once("A/2", RetryRule.RestoreFirst, "A/1"));
        run.Pass(Settles);
        run.World["A/2"].Looks.ShouldBe(0);
    }

    [Fact]
    public void Look_ahead_is_not_remembered_by_a_step_that_counts_from_its_first_look()
    {
        var run = Run(ToyPlans.Step("A/2", "check", 3, "A/1"));
        run.Pass(Settles - TimeSpan.FromSeconds(1));
        run.World["A/2"].Looks.ShouldBe(1);
        End(run);
        run.RunUntil(() => run.World["A/2"].Looks == 2, "its turn comes");
        run.World["A/2"].RememberedLooks.ShouldBe(1);
    }

    [Fact]
    public void What_is_restored_later_is_read_when_the_step_begins()
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.World["A/2"].RecordsFormer = true;
        run.Pass(Settles);
        (run.World["A/2"].Looks, run.World["A/2"].Prepared).ShouldBe((0, 0));
        End(run);
        run.RunTo(RunState.Succeeded);
        run.World["A/2"].Prepared.ShouldBe(1);
    }

    [Fact]
    public void Step_that_waits_for_another_one_too_is_not_looked_at()
    {
        var run = Run(ToyPlans.Step("A/0", "check"), ToyPlans.Step("A/2", "plain", 3, "A/1", "A/0"));
        run.Pass(Settles);
        run.World["A/2"].Looks.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Step_that_is_held_is_not_looked_at(bool isPaused)
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.Want(c => isPaused ? c with { Paused = true } : c with { HoldBefore = new HashSet<string> { "A/2" } });
        run.Pass(Settles);
        run.World["A/2"].Looks.ShouldBe(0);
    }

    [Fact]
    public void Step_that_was_paused_between_look_and_end_does_not_begin()
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.Pass(Settles - TimeSpan.FromSeconds(1));
        run.Want(c => c with { Paused = true });
        End(run);
        run.Pass(TimeSpan.FromMinutes(1));
        (run.Store["A/1"].State, run.World["A/2"].Acts).ShouldBe((StepState.Succeeded, 0));
    }

    [Fact]
    public void What_a_look_ahead_fails_with_is_not_reported()
    {
        var run = Run(ToyPlans.Step("A/2", "plain", 3, "A/1"));
        run.World["A/2"].RefusedPreparations = 1;
        run.Pass(Settles - TimeSpan.FromSeconds(1));
        run.World["A/2"].Prepared.ShouldBe(1);
        (run.Store["A/2"].State, run.Store["A/2"].Record.Tries).ShouldBe((StepState.Pending, 0));
        End(run);
        run.RunTo(RunState.Succeeded);
    }

    private static Simulation Run(params PlannedStep[] steps)
    {
        var run = new Simulation(ToyPlans.Plan([ToyPlans.Step("A/1", "check"), .. steps]));
        run.World["A/1"].EndsAt = run.Time.GetUtcNow() + Settles;
        run.Settle();
        run.World["A/2"].Looks.ShouldBe(0);
        return run;
    }

    private static void End(Simulation run)
    {
        run.World["A/1"].IsGood = true;
        run.World["A/1"].Change();
    }
}
