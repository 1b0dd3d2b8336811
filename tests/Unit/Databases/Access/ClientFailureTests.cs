using Drydock.Crds.Common;
using Drydock.Reconcilers.Databases;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases;

public sealed class ClientFailureTests
{
    [Theory]
    [InlineData(Reasons.HostUnreachable, true, false, true, true)]
    [InlineData(Reasons.HostUnreachable, true, false, false, true)]
    [InlineData(Reasons.HostUnreachable, true, true, true, true)]
    [InlineData(Reasons.HostUnreachable, true, true, false, false)]
    [InlineData(Reasons.StepFailed, true, false, true, false)]
    [InlineData(Reasons.StepFailed, true, false, false, false)]
    [InlineData(Reasons.HostUnreachable, false, false, true, false)]
    public void Request_counts_as_not_taken_only_if_the_host_was_not_reached(
        string reason, bool retryable, bool mayHaveRun, bool isRepeatable, bool notTaken)
    {
        var refusal = ClientFailures.Refusal(new HostException("h", reason, "m", retryable, mayHaveRun), isRepeatable)!;

        (refusal.NotTaken, refusal.Reason, refusal.Message, refusal.Retryable).ShouldBe((notTaken, reason, "m", retryable));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    public void Request_to_a_service_that_may_have_run_is_made_again_only_if_that_comes_to_the_same(bool isNotTaken, bool isRepeatable, bool notTaken) =>
        ClientFailures.Refusal(new ServiceException(Reasons.HostUnreachable, "m", isNotTaken), isRepeatable)!.NotTaken.ShouldBe(notTaken);

    [Fact]
    public void Finding_names_the_host_of_the_failure_unless_told_better()
    {
        var failure = new HostException("h", Reasons.NoSpace, "m");

        ClientFailures.Finding(failure, null, "spec.x").ShouldBe(new Finding { Reason = Reasons.NoSpace, Message = "m", Node = "h", Field = "spec.x" });
        ClientFailures.Finding(failure, "tikv-1", null)!.Node.ShouldBe("tikv-1");
        ClientFailures.Finding(new InvalidOperationException(), null, null).ShouldBeNull();
    }

    [Fact]
    public void Finding_of_a_spec_error_names_the_hosts_field()
    {
        var failure = HostException.OfSpec("h", "spec.access.docker.hosts", "m");

        (failure.Reason, failure.IsRetryable).ShouldBe((Reasons.InvalidSpec, false));
        ClientFailures.Finding(failure, "tikv-1", null)!.Field.ShouldBe("spec.access.docker.hosts");
        ClientFailures.Finding(failure, "tikv-1", "spec.package")!.Field.ShouldBe("spec.access.docker.hosts");
    }

    [Fact]
    public void Finding_of_an_address_names_the_callers_field_or_the_instances()
    {
        var failure = new ServiceException(Reasons.InvalidSpec, "m", isNotTaken: true) { Field = "spec.instances" };

        ClientFailures.Finding(failure, "tikv-1", null)!.Field.ShouldBe("spec.instances");
        ClientFailures.Finding(failure, null, "spec.yugabyte.peer")!.Field.ShouldBe("spec.yugabyte.peer");
    }
}
