using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;
using Drydock.Engine.Running;
using Drydock.Tests.Unit.Engine.Toys;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Engine;

public sealed class GuardTests
{
    [Fact]
    public void A_broken_guard_starts_nothing_further_and_goes_on_when_it_holds_again()
    {
        var run = Long();
        run.World.Guard("G").Reading = GuardReading.Broken("oms-a was started by somebody");
        run.World["A/1"].Finish();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.TargetChanged);
        run.Outcome.Reason.ShouldBe(EngineReasons.TargetChanged);
        run.Outcome.Message.ShouldBe("oms-a was started by somebody");
        run.Store["A/1"].State.ShouldBe(StepState.Succeeded);
        run.Pass(TimeSpan.FromHours(2));
        run.World["A/2"].Acts.ShouldBe(0);

        run.World.Guard("G").Reading = GuardReading.Holds;
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void A_guard_that_breaks_while_a_step_runs_is_seen_at_the_event_and_not_at_the_next_act()
    {
        var run = Long();
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.TargetChanged);
        run.Store["A/1"].State.ShouldBe(StepState.Running, "what runs is left alone");

        run.World["A/1"].Finish();
        run.Settle();
        run.Store["A/1"].State.ShouldBe(StepState.Succeeded);
        run.Outcome.State.ShouldBe(RunState.TargetChanged);
    }

    [Fact]
    public void Guards_are_read_between_the_receipt_and_the_act()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var run = new Simulation(ToyPlans.Plan([ToyPlans.Once("A/1")], ToyPlans.Guard("G")), seed);
            run.RunUntil(() => run.Store["A/1"].State == StepState.Running, "the receipt is written");
            run.World["A/1"].Acts.ShouldBe(0);
            run.World.Guard("G").Reading = GuardReading.Broken("changed");
            run.Settle();

            run.World["A/1"].Acts.ShouldBe(0);
            run.Outcome.State.ShouldBe(RunState.TargetChanged);

            run.World.Guard("G").Reading = GuardReading.Holds;
            run.RunTo(RunState.Succeeded);
            run.World["A/1"].Executions.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_guard_that_cannot_be_read_starts_nothing_and_stalls_only_when_it_stays_so(bool throws)
    {
        var run = Long();
        if (throws)
        {
            run.World.Guard("G").Throws = new IOException("no route to host");
        }
        else
        {
            run.World.Guard("G").Reading = GuardReading.Unreadable("no route to host");
        }

        run.World["A/1"].Finish();
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working, "it is looked at again first");
        run.Pass(TimeSpan.FromHours(1));

        run.Outcome.State.ShouldBe(RunState.OutcomeUnknown);
        run.Outcome.Message.ShouldBe("a guard cannot be read, nothing is started until it can: no route to host");
        run.World["A/2"].Acts.ShouldBe(0);

        (run.World.Guard("G").Throws, run.World.Guard("G").Reading) = (null, GuardReading.Holds);
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void A_guard_this_operator_does_not_know_is_unreadable()
    {
        var plan = ToyPlans.Plan([ToyPlans.Step("A/1")], ToyPlans.Guard("G") with { Check = "of the next release" });
        var run = new Simulation(plan);
        run.RunTo(RunState.OutcomeUnknown);

        run.World["A/1"].Acts.ShouldBe(0);
        run.Outcome.Message.ShouldContain("no guard 'of the next release'");
    }

    [Fact]
    public void Guards_are_in_force_from_the_end_of_one_step_to_the_beginning_of_another()
    {
        var run = new Simulation(ToyPlans.Plan(
            [ToyPlans.Step("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1"), ToyPlans.Step("A/3", "plain", 3, "A/2")],
            ToyPlans.Guard("G", ["A/1"], "A/3")));
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.RunTo(RunState.TargetChanged);
        run.World["A/1"].Executions.ShouldBe(1, "it was not in force before");
        run.World["A/2"].Acts.ShouldBe(0);

        run.World.Guard("G").Reading = GuardReading.Holds;
        run.RunUntil(() => run.World["A/2"].Executions == 1, "A/2 is done");
        run.World.Guard("G").Reading = GuardReading.Broken("changed by A/3 itself");
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void An_event_that_comes_while_the_guards_are_being_read_reads_them_again()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var run = Long(seed);
            var guard = run.World.Guard("G");
            guard.OnRead = () =>
            {
                // Changed after this reading took its answer, and announced before it was heard.
                guard.OnRead = static () => Task.CompletedTask;
                guard.Reading = GuardReading.Broken("changed");
                run.Process.Run.WorldChanged();
                run.Process.Wake();
                return Task.CompletedTask;
            };
            run.Process.Run.WorldChanged();
            run.Process.Wake();
            run.Pass(TimeSpan.FromSeconds(5));

            run.Outcome.State.ShouldBe(RunState.TargetChanged, $"seed {seed}");
        }
    }

    [Fact]
    public void Reading_that_raises_events_itself_does_not_spin()
    {
        var run = Long();
        var guard = run.World.Guard("G");
        guard.OnRead = () =>
        {
            run.Process.Run.WorldChanged();
            run.Process.Wake();
            return Task.CompletedTask;
        };
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        var (reads, advances) = (guard.Reads, run.Process.Advances);
        run.Pass(TimeSpan.FromSeconds(60));

        (guard.Reads - reads).ShouldBeInRange(30, 61);
        (run.Process.Advances - advances).ShouldBeLessThan(250);
    }

    [Fact]
    public void Events_without_a_guard_in_force_cost_nothing()
    {
        var run = new Simulation(ToyPlans.Plan([ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")], ToyPlans.Guard("G", ["A/2"])));
        run.World["A/1"].Hangs = true;
        run.Settle();
        var advances = run.Process.Advances;
        run.Process.Run.WorldChanged();
        run.Process.Wake();
        run.Pass(TimeSpan.FromMinutes(5));

        run.World.Guard("G").Reads.ShouldBe(0);
        run.Process.Advances.ShouldBe(advances + 1);
    }

    [Fact]
    public void A_broken_guard_is_read_again_ever_more_rarely()
    {
        var run = Long();
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.World["A/1"].Finish();
        run.RunTo(RunState.TargetChanged);
        var (reads, advances, writes) = (run.World.Guard("G").Reads, run.Process.Advances, run.Store.Version);
        run.Pass(TimeSpan.FromHours(1));

        (run.World.Guard("G").Reads - reads).ShouldBeInRange(50, 90);
        (run.Process.Advances - advances).ShouldBeLessThan(200);
        run.Store.Version.ShouldBe(writes, "nothing changed");
    }

    [Fact]
    public void What_a_guard_of_another_plan_said_holds_up_nothing()
    {
        var run = Long();
        run.World.Guard("G").Reading = GuardReading.Broken("changed");
        run.World["A/1"].Finish();
        run.Pass(TimeSpan.FromMinutes(30));
        run.Outcome.State.ShouldBe(RunState.TargetChanged);

        run.Store.Edit(_ => ToyPlans.Plan(ToyPlans.Step("Undo/1")));
        run.Process.Wake();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
    }

    private static Simulation Long(int seed = 1)
    {
        var run = new Simulation(ToyPlans.Plan([ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")], ToyPlans.Guard("G")), seed);
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.World["A/1"].Executions.ShouldBe(1);
        return run;
    }
}
