using Drydock.Tests.Unit.Runs.Toys;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs;

public sealed class ConvergenceProperties
{
    [Fact]
    public void Disturbed_run_reaches_the_end_of_the_undisturbed_run() =>
        Check.One(
            Sample.Random(400, 38),
            Prop.ForAll(Scenario.Any().ToArbitrary(), scenario =>
            {
                var golden = scenario.Undisturbed();
                golden.RunTo(RunState.Succeeded);
                golden.World.Violations.ShouldBeEmpty();

                var disturbed = scenario.Disturbed(golden.Points);
                disturbed.RunTo(RunState.Succeeded);

                disturbed.World.Violations.ShouldBeEmpty();
                End(disturbed).ShouldBe(End(golden));
                Counts(scenario, golden, disturbed);
            }));

    [Fact]
    public void Undisturbed_run_does_every_step_once_and_in_order() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200),
            Prop.ForAll(Scenario.Any().ToArbitrary(), scenario =>
            {
                var run = scenario.Undisturbed();
                run.RunTo(RunState.Succeeded);

                run.World.Violations.ShouldBeEmpty();
                for (var i = 0; i < scenario.Steps.Count; i++)
                {
                    var wanted = scenario.Steps[i].Action == "check" ? 0 : 1 + scenario.Steps[i].BadEnds;
                    run.World[ScenarioStep.Id(i)].Executions.ShouldBe(wanted);
                }
            }));

    [Fact]
    public void Frozen_process_without_its_lease_does_nothing_twice() =>
        Check.One(
            Sample.Random(400, 38),
            Prop.ForAll(
                Scenario.Any(5).ToArbitrary(), Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), (scenario, leaders) =>
                {
                    var golden = scenario.Undisturbed();
                    golden.RunTo(RunState.Succeeded);

                    var both = scenario.Prepare(
                        new Simulation(scenario.Plan(), scenario.Seed) { StaleReads = scenario.StaleReads });
                    var changes = new TwoLeaders(both, new Random(leaders)).RunToTheEnd();

                    both.World.Violations.ShouldBeEmpty();
                    End(both).ShouldBe(End(golden));
                    Counts(scenario, golden, both, changes);
                }));

    private static string End(Simulation simulation) =>
        string.Join('\n', simulation.Store.Plan.Steps.Select(
            s => $"{s.Id} {s.State} {s.Reason} {(s.Action == "plain" ? s.Facts?["fact"] : "")}"));

    private static void Counts(Scenario scenario, Simulation golden, Simulation disturbed, int changes = 0)
    {
        for (var i = 0; i < scenario.Steps.Count; i++)
        {
            var (before, after) = (golden.World[ScenarioStep.Id(i)], disturbed.World[ScenarioStep.Id(i)]);
            if (disturbed.Store[ScenarioStep.Id(i)].RunOnce)
            {
                after.Executions.ShouldBe(1);
            }
            else
            {
                after.Executions.ShouldBeInRange(before.Executions, before.Executions + disturbed.Kills + changes);
            }
        }
    }
}
