using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>Nothing polls, nothing spins, nothing is written that says nothing new.</summary>
public sealed class RunCostTests
{
    [Fact]
    public void Running_step_causes_no_writes_and_rare_looks()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.Controls = run.Controls with { TimeoutOf = static _ => TimeSpan.FromHours(20) };
        run.World["A/1"].Hangs = true;
        run.Settle();
        var (looks, before) = (run.World["A/1"].Looks, (run.Process.Advances, run.Store.Version));
        run.Pass(TimeSpan.FromHours(10));

        (run.Process.Advances, run.Store.Version).ShouldBe(before);
        (run.World["A/1"].Looks - looks).ShouldBeLessThanOrEqualTo(10 * 60 * 2);
    }

    [Fact]
    public void Lost_event_delays_a_step_by_about_30_seconds()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        (run.World["A/1"].LosesEvents, run.World["A/1"].Duration) = (true, TimeSpan.FromSeconds(95));
        var began = run.Time.GetUtcNow();
        run.RunTo(RunState.Succeeded);

        (run.Time.GetUtcNow() - began).TotalSeconds.ShouldBeInRange(95, 126);
    }

    [Fact]
    public void Plan_takes_few_advances_and_two_writes_a_step()
    {
        var run = new Simulation(ToyPlans.Plan([.. Enumerable.Range(0, 10).Select(
            i => ToyPlans.Step($"A/{i}", "plain", 3, i == 0 ? [] : [$"A/{i - 1}"]))]));
        run.RunTo(RunState.Succeeded);

        run.Store.Version.ShouldBeLessThanOrEqualTo(21);
        run.Process.Advances.ShouldBeLessThanOrEqualTo(31);
    }

    [Fact]
    public void Parallel_steps_share_their_writes()
    {
        var run = new Simulation(ToyPlans.Plan([.. Enumerable.Range(0, 40).Select(i => ToyPlans.Step($"A/{i}"))]));
        run.RunTo(RunState.Succeeded);

        run.Store.Version.ShouldBeLessThan(80);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Step_waiting_for_a_retry_does_not_spin(bool paused)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Step("A/1", attempts: 9)));
        run.World["A/1"].RefusedActs = 99;
        run.RunUntil(
            () => run.Store["A/1"].Record.Tries == 2 && run.Store["A/1"].State == StepState.Pending,
            "it is about to be tried again");
        run.Want(c => paused ? c with { Paused = true } : c with { HoldBefore = new HashSet<string> { "A" } });
        var advances = run.Process.Advances;
        run.Pass(TimeSpan.FromHours(1));

        (run.Process.Advances - advances).ShouldBeLessThan(5);
    }

    [Theory]
    [InlineData(RunState.Failed)]
    [InlineData(RunState.OutcomeUnknown)]
    public void Stalled_run_looks_once_a_minute_and_writes_nothing(RunState state)
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].BadEnds = 1;
        run.World["A/1"].UnreadableLooks = state == RunState.OutcomeUnknown ? 100_000 : 0;
        run.RunTo(state);
        run.Pass(TimeSpan.FromMinutes(10));
        var (looks, advances, version) = (run.World["A/1"].Looks, run.Process.Advances, run.Store.Version);
        run.Pass(TimeSpan.FromHours(1));

        (run.World["A/1"].Looks - looks).ShouldBeInRange(45, 80);
        (run.Process.Advances - advances).ShouldBeLessThan(170);
        run.Store.Version.ShouldBe(version);
    }

    [Fact]
    public void Wait_that_always_fails_pauses_between_attempts()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].BrokenWaits = 100_000;
        run.World["A/1"].Hangs = true;
        run.Pass(TimeSpan.FromMinutes(1));

        run.World["A/1"].Looks.ShouldBeInRange(50, 65);
        run.World["A/1"].Finish();
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Wait_that_returns_at_once_does_not_spin()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World["A/1"].NoWait = true;
        run.World["A/1"].Hangs = true;
        run.Pass(TimeSpan.FromMinutes(1));

        run.World["A/1"].Looks.ShouldBeLessThan(90);
        run.World["A/1"].Finish();
        run.RunTo(RunState.Succeeded);
    }

    [Fact]
    public void Progress_is_written_at_most_once_a_second()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        var item = run.World["A/1"];
        (item.Hangs, item.Progress) = (true, () => $"{item.Looks} looks");
        run.Settle();
        var version = run.Store.Version;
        for (var i = 0; i < 100; i++)
        {
            run.Pass(TimeSpan.FromMilliseconds(100));
            item.Change();
        }

        run.Settle();
        (run.Store.Version - version).ShouldBeInRange(5, 11);
    }

    [Fact]
    public void Process_without_leadership_does_not_spin()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1")));
        run.World.Leader = 99;
        run.Pass(TimeSpan.FromMinutes(10));

        run.World["A/1"].Acts.ShouldBe(0);
        run.Process.Advances.ShouldBeLessThan(120);
        run.World.Leader = run.Process.Id;
        run.RunTo(RunState.Succeeded);
        run.World["A/1"].Executions.ShouldBe(1);
    }

    [Fact]
    public void Refused_writes_do_not_spin_and_repeat_no_step()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("A/1"), ToyPlans.Step("A/2", "plain", 3, "A/1")));
        run.World["A/1"].Duration = TimeSpan.FromMinutes(3);
        run.RunUntil(() => run.World["A/1"].Executions == 1, "it runs");
        for (var i = run.Writes + 1; i < 20_000; i++)
        {
            run.Faults[i] = WriteFault.Refused;
        }

        run.Pass(TimeSpan.FromMinutes(20));
        run.World["A/2"].Acts.ShouldBe(0, "no act without a stored receipt");
        run.Process.Advances.ShouldBeLessThan(2 * 20 * 60, "after each lost write it waits, and looks once");
        run.Faults.Clear();
        run.RunTo(RunState.Succeeded);
        run.World["A/1"].Executions.ShouldBe(1);
        run.World["A/2"].Executions.ShouldBe(1);
    }
}
