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
}
