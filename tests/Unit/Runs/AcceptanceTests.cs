using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>Failures that count as done: those that people accept, and those that are only listed.</summary>
public sealed class AcceptanceTests
{
    private static readonly Dictionary<string, AcceptedBy> Check =
        new(StringComparer.Ordinal) { ["P/check"] = AcceptedBy.Annotation };

    [Fact]
    public void Accepted_check_counts_as_done_and_keeps_its_verdict()
    {
        var run = Overdue();
        (run.Outcome.Reason, run.Store["P/check"].Acceptable).ShouldBe(("StepTimeout", true));

        run.Want(c => c with { Accepted = Check });
        run.RunTo(RunState.Succeeded);

        var step = run.Store["P/check"];
        (step.State, step.Reason, step.Acceptable, step.Accepted!.By, step.Accepted.Reason)
            .ShouldBe((StepState.Succeeded, null, false, AcceptedBy.Annotation, "StepTimeout"));
        step.Message.ShouldBeWorded();
        run.World["P/after"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Acceptance_survives_a_kill_at_any_point()
    {
        var undisturbed = Overdue();
        var before = undisturbed.Points;
        undisturbed.Want(c => c with { Accepted = Check });
        undisturbed.RunTo(RunState.Succeeded);
        var all = undisturbed.Points;
        all.ShouldBeGreaterThan(before + 3);

        for (var k = before + 1; k <= all; k++)
        {
            var run = Overdue([k]);
            run.Want(c => c with { Accepted = Check });
            run.RunTo(RunState.Succeeded);

            run.Kills.ShouldBe(1, $"kill point {k}");
            run.Store["P/check"].Accepted.ShouldNotBeNull($"killed at {k}");
            run.World["P/after"].Executions.ShouldBe(1, $"killed at {k}");
            run.World.Violations.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Action_that_acts_is_never_accepted()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/check", RetryRule.RepeatAfterProvenFailure)));
        run.World["P/check"].BadEnds = 1;
        run.RunTo(RunState.Failed);
        run.Want(c => c with { Accepted = Check });
        run.Pass(TimeSpan.FromHours(1));

        (run.Outcome.State, run.Store["P/check"].Acceptable, run.Store["P/check"].Accepted)
            .ShouldBe((RunState.Failed, false, null));
    }

    [Fact]
    public void Unknown_outcome_is_never_accepted()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/check", "check", 1)));
        run.World["P/check"].IsOutcomeUnknown = true;
        run.RunTo(RunState.OutcomeUnknown);
        run.Want(c => c with { Accepted = Check });
        run.Pass(TimeSpan.FromHours(1));

        (run.Outcome.State, run.Store["P/check"].Accepted).ShouldBe((RunState.OutcomeUnknown, null));
    }

    [Fact]
    public void Step_that_failed_before_it_is_repaired_needs_no_acceptance()
    {
        var run = Overdue();
        run.World["P/check"].IsGood = true;
        run.World["P/check"].Change();
        run.RunTo(RunState.Succeeded);

        (run.Store["P/check"].Accepted, run.Store["P/check"].Acceptable).ShouldBe((null, false));
    }

    [Fact]
    public void Failure_that_is_only_listed_does_not_stop_the_run()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("P/check", "check", 1) with { OnlyLists = true },
            ToyPlans.Step("P/after", after: ["P/check"])));
        run.RunTo(RunState.Succeeded);

        (run.Store["P/check"].Accepted!.By, run.Store["P/check"].Accepted!.Reason)
            .ShouldBe((AcceptedBy.Plan, "StepTimeout"));
        run.World["P/after"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Unreadable_step_that_only_lists_holds_the_run_for_its_time()
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("P/before"), ToyPlans.Step("P/check", "check", 1, ["P/before"]) with { OnlyLists = true }));
        run.World["P/check"].UnreadableLooks = int.MaxValue;
        run.RunTo(RunState.OutcomeUnknown);
        run.RunTo(RunState.Succeeded);

        var step = run.Store["P/check"];
        (step.Accepted!.By, step.Accepted.Reason).ShouldBe((AcceptedBy.Plan, "OutcomeUnknown"));
        (step.FinishedAt - run.Store["P/before"].FinishedAt)!.Value
            .ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(10));
    }

    [Theory]
    [InlineData("Verify/oms-a.example/health@0123abcd.3.1", "Verify/oms-a.example/health", 1)]
    [InlineData(" Verify/hosts@sha256:0123abcdef.3.12 ", "Verify/hosts", 12)]
    [InlineData("StopOld@0123ABCD.3", "StopOld", null)]
    public void Word_names_plan_number_and_failure(string text, string what, int? failure)
    {
        var plan = new StoredPlan { Number = 3 };
        var digits = plan.AsRun().Hash["sha256:".Length..];
        var word = Word.Parse(text.Replace("0123abcdef", digits[..10], StringComparison.Ordinal)
            .Replace("0123abcd", digits[..8], StringComparison.Ordinal)
            .Replace("0123ABCD", digits[..8].ToUpperInvariant(), StringComparison.Ordinal)).ShouldNotBeNull();

        (word.What, word.Failure).ShouldBe((what, failure));
        word.IsFor(plan.AsRun()).ShouldBeTrue();
        word.IsFor((plan with { Number = 4 }).AsRun()).ShouldBeFalse();
        word.IsFor((plan with { Acknowledged = ["another"] }).AsRun()).ShouldBeFalse();
        word.Name.ShouldBe($"{what}@{digits[..8]}.3{(failure is null ? "" : $".{failure}")}");
    }

    [Fact]
    public void Failures_are_counted_at_the_transition_and_survive_a_retry()
    {
        var run = Overdue();
        run.Store["P/check"].Failures.ShouldBe(1);
        run.Controls = run.Controls with { Retry = true };
        run.RunUntil(() => run.Store["P/check"].State != StepState.Failed, "it is tried again");
        run.Store["P/check"].Failures.ShouldBe(1);
        run.RunTo(RunState.Failed);

        run.Store["P/check"].Failures.ShouldBe(2);
    }

    private static Simulation Overdue(HashSet<int>? killAt = null)
    {
        var run = new Simulation(
            ToyPlans.Plan(ToyPlans.Step("P/check", "check", 1), ToyPlans.Step("P/after", after: ["P/check"])), seed: 3)
        { KillAt = killAt ?? [] };
        run.RunTo(RunState.Failed);
        return run;
    }
}
