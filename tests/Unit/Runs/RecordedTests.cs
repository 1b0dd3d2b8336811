using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>What a step records is read back: status takes it whole, or the step says that it does not.</summary>
public sealed class RecordedTests
{
    private static readonly Dictionary<string, string> Long =
        new(StringComparer.Ordinal) { ["limits"] = new('x', SchemaLimits.Opaque + 1) };
    private static readonly Dictionary<string, string> Many =
        Enumerable.Range(0, SchemaLimits.Recorded + 1)
            .ToDictionary(i => i.ToString(CultureInfo.InvariantCulture), _ => "", StringComparer.Ordinal);

    [Fact]
    public void Receipt_that_status_does_not_take_is_refused_before_the_act()
    {
        foreach (var receipt in new[] { Long, Many })
        {
            var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a")));
            foreach (var (key, value) in receipt)
            {
                run.World["P/a"].Receipt[key] = value;
            }

            run.RunTo(RunState.Failed);
            run.Outcome.Reason.ShouldBe(EngineReasons.StepFailed);
            run.Outcome.Message.ShouldBeWorded();
            (run.World["P/a"].Acts, run.Store["P/a"].Receipt).ShouldBe((0, null));
        }
    }

    [Fact]
    public void Fact_of_a_preparation_that_status_does_not_take_stops_before_the_next_act()
    {
        foreach (var (facts, why) in new[]
        {
            (
                Long, "The step is done, but what it found out is not stored. Its fact 'limits' has 32769 characters, "
                    + "but status takes 32768."),
            (Many, "The step is done, but what it found out is not stored. It has 301 facts, but status takes 300.")
        })
        {
            var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", "check"), ToyPlans.Step("P/b", after: "P/a")));
            (run.World["P/a"].IsGood, run.World["P/a"].Facts) = (true, facts);
            run.RunTo(RunState.Failed);
            run.Outcome.Message.ShouldStartWith($"P/a failed: {why}");
            (run.World["P/b"].Acts, run.Store["P/a"].Facts).ShouldBe((0, null));

            run.World["P/a"].Facts = null;
            run.Want(c => c with { Retry = true });
            run.RunTo(RunState.Succeeded);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fact_of_an_act_that_status_does_not_take_fails_the_step_and_repeats_nothing(bool runOnce)
    {
        var run = new Simulation(ToyPlans.Plan(runOnce ? ToyPlans.Once("P/a") : ToyPlans.Step("P/a")));
        run.World["P/a"].Facts = Long;
        run.RunTo(RunState.Failed);
        run.Outcome.Reason.ShouldBe(EngineReasons.StepFailed);
        run.Outcome.Message.ShouldBeWorded();
        run.Store["P/a"].Facts.ShouldBeNull();

        run.World["P/a"].Facts = new(StringComparer.Ordinal) { ["limits"] = "1" };
        run.Want(c => c with { Retry = true });
        run.RunTo(RunState.Succeeded);
        (run.World["P/a"].Executions, run.Store["P/a"].Recorded("limits")).ShouldBe((1, "1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fact_of_a_refusal_that_status_does_not_take_fails_the_step_with_its_reason(bool notTaken)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a", attempts: 5)));
        (run.World["P/a"].RefusedActs, run.World["P/a"].NotTaken, run.World["P/a"].RefusalFacts) = (99, notTaken, Long);
        run.RunTo(RunState.Failed);
        (run.Outcome.Reason, run.World["P/a"].Acts, run.Store["P/a"].Facts).ShouldBe(("Refused", 1, null));
        run.Outcome.Message.ShouldBeWorded();
    }

    [Fact]
    public void Fact_of_a_refusal_is_kept_until_the_next_attempt()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a")));
        (run.World["P/a"].RefusedPreparations, run.World["P/a"].NotTaken) = (1, true);
        run.World["P/a"].RefusalFacts = new(StringComparer.Ordinal) { ["seen"] = "somebody" };
        run.RunUntil(() => run.Store["P/a"].Recorded("seen") is not null, "it is refused");
        run.Store["P/a"].Recorded("seen").ShouldBe("somebody");
        run.RunTo(RunState.Succeeded);
        run.Store["P/a"].Recorded("seen").ShouldBeNull();
    }
}
