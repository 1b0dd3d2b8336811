using Drydock.Tests.Unit.Runs.Toys;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs;

public sealed class PlanBuilderTests
{
    [Fact]
    public void Steps_follow_their_dependencies_and_otherwise_keep_their_order() =>
        ToyPlans.Plan(ToyPlans.Step("C", "plain", 1, "A"), ToyPlans.Step("B"), ToyPlans.Step("A"), ToyPlans.Step("D"))
            .Steps
            .Select(s => s.Id)
            .ShouldBe(["B", "A", "C", "D"]);

    [Fact]
    public void Any_order_of_adding_gives_a_runnable_order() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(Scenario.Any(12).ToArbitrary(), scenario =>
            {
                var steps = scenario.Plan().Plan.Steps.ToArray();
                new Random(scenario.Seed).Shuffle(steps);
                var built = ToyPlans.Plan(steps).Steps;

                built.Count.ShouldBe(steps.Length);
                for (var i = 0; i < built.Count; i++)
                {
                    built[i].After.ShouldBeSubsetOf(built.Take(i).Select(s => s.Id));
                }
            }));

    [Fact]
    public void Same_steps_give_the_same_hash() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(
                Scenario.Any(12).ToArbitrary(), scenario => scenario.Plan().Hash.ShouldBe(scenario.Plan().Hash)));

    [Fact]
    public void Cycle_of_steps_is_a_defect() =>
        Should.Throw<InvalidOperationException>(() => ToyPlans.Plan(
                ToyPlans.Step("A"), ToyPlans.Step("B", "plain", 1, "C"), ToyPlans.Step("C", "plain", 1, "B")))
            .Message.ShouldBeWorded();

    [Fact]
    public void Step_that_waits_for_itself_is_a_defect() =>
        Should.Throw<InvalidOperationException>(() => ToyPlans.Plan(ToyPlans.Step("A", "plain", 1, "A"))).Message
            .ShouldContain("cycle");

    [Fact]
    public void Duplicate_step_id_is_a_defect() =>
        Should.Throw<InvalidOperationException>(() => ToyPlans.Plan(ToyPlans.Step("A"), ToyPlans.Step("A")))
            .Message.ShouldBeWorded();

    [Theory]
    [InlineData("StopOld/oms-a", true)]
    [InlineData("StopOld/oms-a/stop", true)]
    [InlineData("StopOld/stop-oms-a", false)]
    [InlineData("StopOld/oms-a-stop", false)]
    [InlineData("StopOld/stop", false)]
    public void Step_on_a_node_has_the_node_in_its_id(string id, bool isAllowed)
    {
        var step = ToyPlans.Step(id) with { Phase = "StopOld", Node = "oms-a" };

        if (isAllowed)
        {
            ToyPlans.Plan(step).Steps.ShouldHaveSingleItem();
        }
        else
        {
            Should.Throw<InvalidOperationException>(() => ToyPlans.Plan(step)).Message.ShouldContain("StopOld/oms-a");
        }
    }

    [Fact]
    public void Duplicate_guard_is_a_defect() =>
        Should.Throw<InvalidOperationException>(
            () => ToyPlans.Plan([ToyPlans.Step("A")], ToyPlans.Guard("G"), ToyPlans.Guard("G")))
            .Message.ShouldBeWorded();

    [Fact]
    public void Reference_to_an_unknown_step_is_a_defect()
    {
        Should.Throw<InvalidOperationException>(() => ToyPlans.Plan(ToyPlans.Step("A", "plain", 1, "Z")))
            .Message.ShouldBeWorded();
        Should.Throw<InvalidOperationException>(() => ToyPlans.Plan([ToyPlans.Step("A")], ToyPlans.Guard("G", ["Z"])))
            .Message.ShouldBeWorded();
        Should.Throw<InvalidOperationException>(() => ToyPlans.Plan([ToyPlans.Step("A")], ToyPlans.Guard("G", [], "Y")))
            .Message.ShouldBeWorded();
    }

    [Fact]
    public void Steps_of_a_phase_are_found_during_building()
    {
        var builder = new PlanBuilder();
        builder.Add(ToyPlans.Step("Stop/a"));
        builder.Add(ToyPlans.Step("Backup/x"));
        builder.Add(ToyPlans.Step("Stop/b"));

        builder.Phase("Stop").ShouldBe(["Stop/a", "Stop/b"]);
        builder.Phase("Verify").ShouldBeEmpty();
    }
}
