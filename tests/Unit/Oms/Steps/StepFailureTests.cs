namespace Drydock.Tests.Unit.Oms;

/// <summary>What a failure of the metadata server or of the API means to a step that acts.</summary>
public sealed class StepFailureTests
{
    public static TheoryData<Exception> Failures =>
    [
        .. Enum.GetValues<OmsApiErrorKind>().Select(kind => new OmsApiException(kind, "m")),
        .. Enum.GetValues<OmsMetadataErrorKind>().Select(kind => new OmsMetadataException(kind, "m")),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Client_failure_of_any_kind_is_a_failed_attempt(Exception failure)
    {
        var step = new StoredStep { Id = "P/x", Action = nameof(Throwing) }.AsStep();
        var context = new StepContext
        {
            OwnerUid = "1",
            Plan = PlanProgress.Of(new Plan(), [step], []),
            Step = step,
            Time = TimeProvider.System
        };

        var refusal = await Should.ThrowAsync<StepActionException>(
            () => ((IStepAction)new Throwing(failure)).ActAsync(context, default));

        (refusal.Reason, refusal.Message, refusal.Retryable, refusal.NotTaken)
            .ShouldBe((Reasons.StepFailed, "m", true, false));
    }

    private sealed record Throwing(Exception Error) : OmsStep
    {
        public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
            Task.FromResult<Observation>(new Observation.NotStarted("not begun"));

        protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
            Task.FromException(Error);
    }
}
