using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>A defect inside a job reaches the run.</summary>
public sealed class JobFaultTests
{
    [Fact]
    public async Task Job_that_throws_reports_wakes_and_leaves_nothing()
    {
        var jobs = new JobBoard();
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var step = new StoredStep { Id = "P/a" }.AsStep();

        jobs.Start("P/a", () => woken.TrySetResult(), (_, _) => throw new InvalidOperationException("a defect"), e =>
            new StepReport.Unknown(step, e.Message));
        await woken.Task.Bounded();

        jobs.Drain().ShouldHaveSingleItem().ShouldBe(new StepReport.Unknown(step, "a defect"));
        jobs.IsRunning("P/a").ShouldBeFalse();
        await jobs.DisposeAsync();
    }

    [Fact]
    public void Step_whose_job_throws_is_named_and_observed_again()
    {
        var run = new Simulation(ToyPlans.Plan(ToyPlans.Once("P/a"))) { RedactionFails = true };
        run.RunTo(RunState.OutcomeUnknown);
        run.Outcome.StepId.ShouldBe("P/a");
        run.Outcome.Message.ShouldBeWorded();

        run.RedactionFails = false;
        run.RunTo(RunState.Succeeded);
        run.World["P/a"].Executions.ShouldBe(1);
    }
}
