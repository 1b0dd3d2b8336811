using Drydock.Abstractions.Plans;
using Drydock.Engine.Holds;
using Drydock.Engine.Running;
using Drydock.Tests.Unit.Engine.Toys;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Engine;

public sealed class HoldTests
{
    [Theory]
    [InlineData("StopOld")]
    [InlineData("StopOld/a")]
    [InlineData(HoldMatcher.PointOfNoReturn)]
    public void A_hold_stops_before_its_phase_its_step_or_the_point_of_no_return(string hold)
    {
        var run = Held(hold);

        run.Outcome.StepId.ShouldBe("StopOld/a");
        run.World["Prepare/a"].Executions.ShouldBe(1);
        run.World["StopOld/a"].Looks.ShouldBe(0);
        run.Outcome.Message.ShouldBe(
            $"held before StopOld/a ({hold}); to go on take '{hold}' out of spec.holdBefore or annotate drydock.dev/approve={hold}@{Approval.Prefix(run.Store.Plan.Hash)}");
    }

    [Theory]
    [InlineData("StopOld")]
    [InlineData("StopOld/a")]
    [InlineData(HoldMatcher.PointOfNoReturn)]
    public void Taking_the_hold_out_goes_on(string hold)
    {
        var run = Held(hold);
        run.Want(c => c with { HoldBefore = Set() });
        run.RunTo(RunState.Succeeded);
    }

    [Theory]
    [InlineData("StopOld", "StopOld", true)]
    [InlineData("StopOld", "StopOld/a", true)]
    [InlineData("StopOld", "PointOfNoReturn", false)]
    [InlineData("StopOld/a", "StopOld/a", true)]
    [InlineData("StopOld/a", "StopOld", false)]
    [InlineData("PointOfNoReturn", "PointOfNoReturn", true)]
    [InlineData("PointOfNoReturn", "StopOld/a", true)]
    [InlineData("PointOfNoReturn", "StopOld", false)]
    public void An_approval_lets_pass_the_hold_or_the_step_that_it_names(string hold, string approved, bool passes)
    {
        var run = Held(hold);
        run.Want(c => c with { Approved = Set(approved) });
        run.Settle();

        run.Outcome.State.ShouldBe(passes ? RunState.Succeeded : RunState.Held);
    }

    [Fact]
    public void Other_branches_go_on_while_one_is_held()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1"), ToyPlans.Step("B/1"), ToyPlans.Step("B/2", "plain", 3, "B/1")));
        run.Want(c => c with { HoldBefore = Set("A") });
        run.World["B/1"].Duration = TimeSpan.FromMinutes(1);
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working);
        run.RunTo(RunState.Held);

        run.World["B/2"].Executions.ShouldBe(1);
        run.World["A/1"].Executions.ShouldBe(0);
    }

    [Fact]
    public void A_hold_that_comes_while_the_step_runs_does_not_disturb_it()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.Want(c => c with { HoldBefore = Set("A") });
        run.World["A/1"].Finish();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void A_hold_set_at_the_last_moment_stops_what_was_prepared_and_not_begun()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")), seed);
            run.RunUntil(() => run.World["A/1"].Prepared == 1, "it is prepared");
            run.Controls = run.Controls with { HoldBefore = Set("A") };
            run.Settle();

            run.World["A/1"].Acts.ShouldBe(0);
            run.Outcome.State.ShouldBe(RunState.Held);
        }
    }

    [Fact]
    public void Paused_finishes_what_runs_and_starts_nothing()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1"), ToyPlans.Step("B/1", attempts: 9)));
        run.World["A/1"].Hangs = true;
        run.World["B/1"].RefusedActs = 99;
        run.Settle();
        run.Want(c => c with { Paused = true });
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working, "something still runs");
        var refused = run.World["B/1"].Acts;

        run.World["A/1"].Finish();
        run.Pass(TimeSpan.FromHours(3));

        run.Outcome.State.ShouldBe(RunState.Paused);
        run.Store["A/1"].State.ShouldBe(StepState.Succeeded);
        run.World["A/2"].Looks.ShouldBe(0);
        run.World["B/1"].Acts.ShouldBe(refused, "a pause also ends trying again");

        run.World["B/1"].RefusedActs = 0;
        run.Want(c => c with { Paused = false });
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void A_receipt_whose_act_was_never_made_counts_as_nothing_running()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.RunUntil(() => run.Store["A/1"].State == StepState.Running, "the receipt is written");
        run.Controls = run.Controls with { Paused = true };
        run.Kill();
        run.Settle();

        run.World["A/1"].Acts.ShouldBe(0);
        run.Outcome.State.ShouldBe(RunState.Paused);
        run.Want(c => c with { Paused = false });
        run.RunTo(RunState.Succeeded);
        run.World["A/1"].Executions.ShouldBe(1);
    }

    [Fact]
    public void An_object_that_is_let_go_stops_after_the_running_step()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")));
        run.World["A/1"].Hangs = true;
        run.Settle();
        run.Want(c => c with { StartNothingBecause = "abandoned" });
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Working);
        run.World["A/1"].Finish();
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Stopped);
        run.Outcome.Message.ShouldBe("abandoned");
        run.World["A/2"].Acts.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Letting_go_does_not_hang_on_a_step_that_failed_or_cannot_be_read(bool unreadable)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1", attempts: 1)));
        run.World["A/1"].UnreadableLooks = unreadable ? 10_000 : 0;
        run.World["A/1"].RefusedActs = 1;
        run.RunTo(unreadable ? RunState.OutcomeUnknown : RunState.Failed);

        run.Want(c => c with { StartNothingBecause = "abandoned" });
        run.Settle();

        run.Outcome.State.ShouldBe(RunState.Stopped);
    }

    [Theory]
    [InlineData("StopOld@0123abcd", "StopOld", "0123abcd")]
    [InlineData(" StopOld/oms-a @0123ABCD ", "StopOld/oms-a", "0123ABCD")]
    [InlineData("a@b@01234567", "a@b", "01234567")]
    public void Approvals_are_read_as_people_write_them(string text, string name, string prefix)
    {
        Approval.TryParse(text, out var approval).ShouldBeTrue();
        approval.ShouldBe(new Approval(name, prefix));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("StopOld")]
    [InlineData("@01234567")]
    [InlineData("  @01234567")]
    [InlineData("StopOld@0123456")]
    [InlineData("StopOld@00000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("StopOld@0123456g")]
    public void What_is_no_approval_is_refused(string? text) => Approval.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void An_approval_counts_for_its_plan_only()
    {
        var (one, other) = (ToyPlans.Plan(ToyPlans.Step("A/1")), ToyPlans.Plan(ToyPlans.Step("A/2")));
        Approval.TryParse($"A@{Approval.Prefix(one.Hash).ToUpperInvariant()}", out var approval).ShouldBeTrue();

        approval.IsFor(one.Hash).ShouldBeTrue();
        approval.IsFor(other.Hash).ShouldBeFalse();
        approval.IsFor("").ShouldBeFalse();
    }

    private static Simulation Held(string hold)
    {
        var run = new Simulation(ToyPlans.Plan(
            ToyPlans.Step("Prepare/a"), ToyPlans.Step("StopOld/a", "plain", 3, "Prepare/a") with { PointOfNoReturn = true }));
        run.Controls = run.Controls with { HoldBefore = Set(hold) };
        run.Settle();
        run.Outcome.State.ShouldBe(RunState.Held);
        run.Pass(TimeSpan.FromHours(1));
        return run;
    }

    private static HashSet<string> Set(params string[] names) => new(names, StringComparer.Ordinal);
}
