namespace Drydock.Tests.Unit.Runs;

/// <summary>How reports that come late change the record of a step.</summary>
public sealed class TransitionTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 22, 0, 0, TimeSpan.Zero);

    private static readonly StepRecord Begun = new()
    {
        State = StepState.Running,
        Attempt = 1,
        Tries = 1,
        StartedAt = Start,
    };

    [Fact]
    public void Nothing_takes_back_the_success_of_a_step()
    {
        var done = Begun with { State = StepState.Succeeded, FinishedAt = Start.AddMinutes(1) };

        After(done, new StepReport.Failed(At(done), "Exit1", "ended with 1", true, FailurePoint.Begun))
            .ShouldBe(done);
        After(done, new StepReport.Unknown(At(done), "no answer")).ShouldBe(done);
        After(done, new StepReport.Running(At(done), "under way")).ShouldBe(done);
        After(done, new StepReport.Idle(At(done))).ShouldBe(done);
    }

    [Fact]
    public void End_of_an_attempt_that_its_job_has_reported_counts()
    {
        var before = At(new StepRecord());
        var opened = After(before.Record, new StepReport.Running(before, "under way"));

        After(opened, new StepReport.Done(before, "done", null)).State.ShouldBe(StepState.Succeeded);
        After(opened, new StepReport.Failed(before, "Exit1", "ended with 1", false, FailurePoint.Begun))
            .State.ShouldBe(StepState.Failed);
    }

    [Fact]
    public void Report_of_another_attempt_does_not_count()
    {
        var second = Begun with { Attempt = 2 };

        After(second, new StepReport.Done(At(Begun), "done", null)).ShouldBe(second);
        After(second, new StepReport.Failed(At(Begun), "Exit1", "ended with 1", false, FailurePoint.Begun))
            .ShouldBe(second);
    }

    [Fact]
    public void Look_that_cannot_be_read_and_late_refusal_leave_a_step_failed()
    {
        var failed = Begun with { State = StepState.Failed, Reason = "Exit1", FinishedAt = Start.AddMinutes(1) };

        After(failed, new StepReport.Unknown(At(failed), "no answer", IsPermanent: true)).ShouldBe(failed);
        After(failed, new StepReport.NotTaken(At(failed), "Refused", "not now", Start)).ShouldBe(failed);
    }

    [Fact]
    public void Receipt_of_an_attempt_has_nothing_of_the_attempt_before_it()
    {
        var before = new StepRecord { Attempt = 1, Tries = 1, Receipt = Entry("a") };
        var ready = new StepReport.Ready(At(before), Entry("b"), SameAttempt: false);

        StepTransitions.Begin(before, ready, Start).Receipt!.ShouldHaveSingleItem().Key.ShouldBe("b");
    }

    [Fact]
    public void Step_that_is_done_again_no_longer_counts_as_removed()
    {
        var removed = new StepRecord { Attempt = 1, CleanedUpAt = Start };

        StepTransitions.Begin(removed, new StepReport.Ready(At(removed), Entry("b"), SameAttempt: false), Start)
            .CleanedUpAt.ShouldBeNull();
    }

    [Theory]
    [InlineData(EngineReasons.StepFailed, true)]
    [InlineData(EngineReasons.TargetChanged, false)]
    public void Changed_access_repeats_a_command_that_never_began_unless_its_target_was_changed(
        string reason, bool repeats)
    {
        var failed = new Step(Once, new StepRecord { State = StepState.Failed, Reason = reason });

        StepTransitions.Retry(failed, byToken: false).ShouldBe((repeats, null));
    }

    [Theory]
    [InlineData(false, StepState.Pending)]
    [InlineData(true, StepState.Failed)]
    public void Command_that_may_run_once_is_not_repeated_although_it_left_no_trace(bool once, StepState after)
    {
        var planned = Once with { RunOnce = once, MaxAttempts = 3 };
        var step = new Step(planned, Begun);
        var failed = new StepReport.Failed(step, "Refused", "refused", Retryable: true, FailurePoint.NoTrace);

        StepTransitions.Apply(step, failed, Start, unknownLooks: 0).State.ShouldBe(after);
    }

    private static PlannedStep Once { get; } = new() { Id = "P/a", RunOnce = true };

    private static Dictionary<string, string> Entry(string key) => new() { [key] = "1" };

    private static Step At(StepRecord record) => new(new PlannedStep { Id = "P/a", MaxAttempts = 3 }, record);

    private static StepRecord After(StepRecord present, StepReport report) =>
        StepTransitions.Apply(At(present), report, Start.AddMinutes(5), unknownLooks: StepTransitions.UnknownLooks);
}
