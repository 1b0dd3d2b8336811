using Drydock.Tests.Unit.Runs.Toys;

namespace Drydock.Tests.Unit.Runs;

/// <summary>On real threads.</summary>
public sealed class DisposalTests
{
    [Fact]
    public async Task Disposal_cancels_running_waits_and_awaits_their_end()
    {
        var action = new Blocking();
        var run = new PlanRun();
        var plan = ToyPlans.Plan(ToyPlans.Step("A/1", "blocking"));
        await run.AdvanceAsync(plan, Controls(), Environment(action), NoSave, CancellationToken.None);
        await action.Waiting.Task;
        run.IsBusy.ShouldBeTrue();

        await run.DisposeAsync();

        action.Ended.Task.IsCompletedSuccessfully.ShouldBeTrue();
        run.IsBusy.ShouldBeFalse();
    }

    [Fact]
    public async Task Jobs_end_with_their_fence_before_the_run_is_disposed()
    {
        var action = new Blocking();
        using var term = new CancellationTokenSource();
        await using var run = new PlanRun();
        var environment = Environment(action) with { Fence = new Open(term.Token) };
        await run.AdvanceAsync(
            ToyPlans.Plan(ToyPlans.Step("A/1", "blocking")), Controls(), environment, NoSave, CancellationToken.None);
        await action.Waiting.Task;

        await term.CancelAsync();

        await action.Ended.Task;
    }

    [Fact]
    public async Task Wake_callback_that_throws_has_no_effect_on_the_run()
    {
        var look = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var action = new Blocking { IsDone = true, Look = look.Task };
        await using var run = new PlanRun();
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var environment = Environment(action) with
        {
            Time = new InstantTime(),
            Wake = () =>
            {
                woken.TrySetResult();
                throw new InvalidOperationException("the queue is closed");
            },
        };
        var plan = ToyPlans.Plan(ToyPlans.Step("A/1", "blocking"));
        await run.AdvanceAsync(plan, Controls(), environment, NoSave, CancellationToken.None);
        look.SetResult();
        await woken.Task;

        var outcome = await run.AdvanceAsync(plan, Controls(), environment, NoSave, CancellationToken.None);

        outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public async Task Wake_comes_after_the_report_of_the_ended_job()
    {
        for (var i = 0; i < 300; i++)
        {
            var look = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var action = new Blocking { IsDone = true, Look = look.Task };
            await using var run = new PlanRun();
            var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var environment = Environment(action) with { Time = new InstantTime(), Wake = () => woken.TrySetResult() };
            var plan = ToyPlans.Plan(ToyPlans.Step("A/1", "blocking"));
            await run.AdvanceAsync(plan, Controls(), environment, NoSave, CancellationToken.None);
            look.SetResult();
            await woken.Task;

            (await run.AdvanceAsync(plan, Controls(), environment, NoSave, CancellationToken.None)).State
                .ShouldBe(RunState.Succeeded);
        }
    }

    [Fact]
    public async Task Report_of_a_look_that_ends_soon_is_taken_by_the_same_advance()
    {
        var action = new Blocking { IsDone = true };
        await using var run = new PlanRun();
        var environment = Environment(action) with { Time = new ManualTimeProvider() };

        var outcome = await run.AdvanceAsync(
            ToyPlans.Plan(ToyPlans.Step("A/1", "blocking"), ToyPlans.Step("A/2", "blocking", 1, "A/1")), Controls(),
            environment, NoSave, CancellationToken.None);

        outcome.State.ShouldBe(RunState.Succeeded);
    }

    private static RunControls Controls() => new() { TimeoutOf = static _ => TimeSpan.FromHours(1) };

    private static Task NoSave(PlanProgress plan, RunOutcome outcome, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    private static RunEnvironment Environment(IStepAction action) => new()
    {
        OwnerUid = "uid",
        Catalog = new Catalog(action),
        Fence = new Open(CancellationToken.None),
        Time = TimeProvider.System,
        Wake = static () => { },
    };

    private sealed class Catalog(IStepAction action) : IStepCatalog
    {
        public IStepAction Action(PlannedStep step) => action;

        public IGuardCheck Guard(PlannedGuard guard) => throw new KeyNotFoundException(guard.Check);
    }

    private sealed class Open(CancellationToken ended) : IActFence
    {
        public CancellationToken Ended => ended;

        public void EnsureMayAct()
        {
            // Nobody else is there.
        }
    }

    private sealed class Blocking : IStepAction
    {
        public bool IsDone { get; init; }

        public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Look { get; init; } = Task.CompletedTask;

        public async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
        {
            await Look;
            return IsDone ? new Observation.Done() : new Observation.Running();
        }

        public Task<IReadOnlyDictionary<string, string>> PrepareAsync(
            StepContext context, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("never begun");

        public Task ActAsync(StepContext context, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("never begun");

        public async Task WaitAsync(StepContext context, CancellationToken cancellationToken)
        {
            Waiting.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                Ended.TrySetResult();
            }
        }
    }
}
