using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

public sealed class StepFailureTests
{
    [Theory]
    [InlineData("Master config has no leader", true)]
    [InlineData("Could not locate the leader master", true)]
    [InlineData("Unable to establish connection to leader master", true)]
    [InlineData("Catalog Version Mismatch", false)]
    public Task Admin_tool_request_counts_as_not_taken_only_without_leader(string printed, bool notTaken) =>
        ExpectAsync(new AdminToolException("c", "m", printed), Reasons.AdminToolFailed, retryable: true, notTaken);

    [Fact]
    public Task Unusable_answer_repeats_the_attempt() => ExpectAsync(
        new YbAnswerException("10.0.0.1:7000/x", "no key", "{}"), Reasons.AnswerUnusable, retryable: true,
        notTaken: true);

    [Fact]
    public Task Cluster_without_leader_repeats_the_attempt() => ExpectAsync(
        new ClusterUnhealthyException(Reasons.ClusterUnhealthy, "m"),
        Reasons.ClusterUnhealthy,
        retryable: true,
        notTaken: true);

    // Unlike TiDB: some commands must not run twice.
    [Theory]
    [InlineData(Reasons.HostUnreachable, true, false, true)]
    [InlineData(Reasons.HostUnreachable, true, true, false)]
    [InlineData(Reasons.HostUnreachable, false, false, false)]
    [InlineData(Reasons.StepFailed, true, false, false)]
    public Task Host_request_that_may_have_run_counts_as_attempt(
        string reason, bool retryable, bool mayHaveRun, bool notTaken) =>
        ExpectAsync(new HostException("h", reason, "m", retryable, mayHaveRun), reason, retryable, notTaken);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Service_request_that_may_have_arrived_counts_as_attempt(bool isNotTaken) => ExpectAsync(
        new ServiceException(Reasons.HostUnreachable, "m", isNotTaken),
        Reasons.HostUnreachable,
        retryable: true,
        notTaken: isNotTaken);

    private static async Task ExpectAsync(Exception failure, string reason, bool retryable, bool notTaken)
    {
        IStepAction step = new Failing(failure);
        var context = new StepContext
        {
            OwnerUid = "uid",
            Plan = new StoredPlan().AsRun(),
            Step = new StoredStep { Id = "P/x", Action = nameof(Failing) }.AsStep(),
            Time = TimeProvider.System,
        };

        var refusal = await Should.ThrowAsync<StepActionException>(
            () => step.ActAsync(context, CancellationToken.None));

        (refusal.Reason, refusal.Retryable, refusal.NotTaken).ShouldBe((reason, retryable, notTaken));
        refusal.InnerException.ShouldBeSameAs(failure);
    }

    private sealed record Failing(Exception Error) : YugabyteStep
    {
        public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
            throw Error;

        protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) => throw Error;
    }
}
