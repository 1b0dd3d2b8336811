using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>What a failure of a client means to a step that acts. The actions of a TiDB upgrade are
/// repeatable.</summary>
public sealed class StepFailureTests
{
    public static TheoryData<Exception, bool, bool> Failures => new()
    {
        { new HostException("h", Reasons.HostUnreachable, "m"), true, true },
        { new HostException("h", Reasons.HostUnreachable, "m", mayHaveRun: true), true, true },
        { new HostException("h", Reasons.HostUnreachable, "m", retryable: false), false, false },
        { new HostException("h", Reasons.StepFailed, "m"), true, false },
        { new ServiceException(Reasons.HostUnreachable, "m", isNotTaken: true), true, true },
        { new ServiceException(Reasons.HostUnreachable, "m"), true, true },
        { new TiDbApiException(Reasons.StepFailed, "m", 500), true, false },
        { new DatabaseSqlException(Reasons.ServerUnreachable, "m"), true, true },
        { new DatabaseSqlException(Reasons.AccessDenied, "m"), true, false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Client_failure_keeps_its_meaning_in_step_refusal(Exception failure, bool retryable, bool notTaken)
    {
        var refusal = await ActAsync(new Throwing(failure));

        (refusal.Message, refusal.Retryable, refusal.NotTaken).ShouldBe(("m", retryable, notTaken));
    }

    [Fact]
    public async Task Lost_answer_counts_as_attempt_of_unrepeatable_step()
    {
        var lost = new HostException("h", Reasons.HostUnreachable, "m", mayHaveRun: true);

        (await ActAsync(new Unrepeatable(lost))).NotTaken.ShouldBeFalse();
        (await ActAsync(new Unrepeatable(new ServiceException("x", "m")))).NotTaken.ShouldBeFalse();
        (await ActAsync(new Unrepeatable(new ServiceException("x", "m", isNotTaken: true)))).NotTaken.ShouldBeTrue();
    }

    [Fact]
    public async Task Observe_waits_for_API_error_and_throws_host_failure()
    {
        (await ObserveAsync(new Throwing(new TiDbApiException("x", "m")))).ShouldBe(new Observation.Running("m"));
        await Should.ThrowAsync<HostException>(() => ObserveAsync(new Throwing(new HostException("h", "x", "m"))));
    }

    private static Task<StepActionException> ActAsync(IStepAction step) =>
        Should.ThrowAsync<StepActionException>(() => step.ActAsync(Context(), default));

    private static Task<Observation> ObserveAsync(IStepAction step) => step.ObserveAsync(Context(), default);

    private static StepContext Context()
    {
        var step = new StoredStep { Id = "P/x", Action = nameof(Throwing) }.AsStep();
        return new StepContext
        {
            OwnerUid = "1",
            Plan = PlanProgress.Of(new Plan(), [step], []),
            Step = step,
            Time = TimeProvider.System
        };
    }

    private record Throwing(Exception Error) : TiDbStep
    {
        public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
            PatientlyAsync(() => Task.FromException<Observation>(Error));

        protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
            Task.FromException(Error);
    }

    private sealed record Unrepeatable(Exception Error) : Throwing(Error)
    {
        protected override bool IsRepeatable => false;
    }
}
