using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>A target that does not answer is named by the step that waits for it, whatever the step is about to
/// do.</summary>
public sealed class SilentTargetTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Question_to_a_silent_target_ends_with_the_lease(bool looks)
    {
        using var lease = new CancellationTokenSource();
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a")));
        run.Process.Ended = lease.Token;
        (run.World["P/a"].LooksHang, run.World["P/a"].ActsHang) = (looks, !looks);
        run.Pass(TimeSpan.FromSeconds(7));
        run.Process.Run.IsBusy.ShouldBeTrue();

        var lost = run.Time.GetUtcNow();
        lease.Cancel();
        run.RunUntil(() => !run.Process.Run.IsBusy, "the question ends");
        run.Time.GetUtcNow().ShouldBe(lost);
    }

    [Theory]
    [InlineData("looking", StepState.Pending)]
    [InlineData("preparing", StepState.Pending)]
    [InlineData("acting", StepState.Running)]
    public void Silent_target_is_named_while_the_step_keeps_its_state(string doing, StepState state)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("P/a")));
        var item = run.World["P/a"];
        (item.LooksHang, item.PreparationsHang, item.ActsHang) =
            (doing == "looking", doing == "preparing", doing == "acting");
        run.Pass(TimeSpan.FromSeconds(7));
        run.Store["P/a"].Message.ShouldBeNull();
        run.Pass(TimeSpan.FromSeconds(3));
        run.Store["P/a"].Message.ShouldBeWorded();
        (run.Store["P/a"].State, run.Outcome.State).ShouldBe((state, RunState.Working));
        run.Outcome.Message.ShouldBeWorded();

        (item.LooksHang, item.PreparationsHang, item.ActsHang) = (false, false, false);
        var writes = run.Writes;
        run.Pass(TimeSpan.FromMinutes(4));
        run.Writes.ShouldBe(writes, "it is said once");
        run.RunTo(RunState.Succeeded);
        (run.Store["P/a"].Message ?? "").ShouldNotContain("Waiting for an answer");
        run.World.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Progress_is_said_again_once_the_target_answers()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a")));
        run.World["P/a"].Hangs = true;
        run.Pass(TimeSpan.FromMinutes(1));
        run.Store["P/a"].Message.ShouldBe("under way");
        run.World["P/a"].LooksHang = true;
        run.Pass(TimeSpan.FromMinutes(1));
        run.Store["P/a"].Message.ShouldBeWorded();
        run.Store["P/a"].State.ShouldBe(StepState.Running);

        run.World["P/a"].LooksHang = false;
        run.Pass(TimeSpan.FromMinutes(6));
        run.Store["P/a"].Message.ShouldBe("under way");
        run.World["P/a"].Finish();
        run.RunTo(RunState.Succeeded);
    }
}
