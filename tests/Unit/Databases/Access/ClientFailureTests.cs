namespace Drydock.Tests.Unit.Databases;

public sealed class ClientFailureTests
{
    [Fact]
    public void Finding_of_host_failure_names_host_unless_subject_is_given()
    {
        var failure = new HostException("h", Reasons.NoSpace, "m");

        ClientFailures.Finding(failure, null, "spec.x")
            .ShouldBe(new Finding { Reason = Reasons.NoSpace, Message = "m", Node = "h", Field = "spec.x" });
        ClientFailures.Finding(failure, "tikv-1", null)!.Node.ShouldBe("tikv-1");
        ClientFailures.Finding(new InvalidOperationException(), null, null).ShouldBeNull();
    }

    [Fact]
    public void Finding_of_spec_error_names_docker_hosts_field()
    {
        var failure = HostException.OfSpec("h", "spec.access.docker.hosts", "m");

        (failure.Reason, failure.IsRetryable).ShouldBe((Reasons.InvalidSpec, false));
        ClientFailures.Finding(failure, "tikv-1", null)!.Field.ShouldBe("spec.access.docker.hosts");
        ClientFailures.Finding(failure, "tikv-1", "spec.package")!.Field.ShouldBe("spec.access.docker.hosts");
    }

    [Fact]
    public void Finding_of_address_error_prefers_given_field()
    {
        var failure = new ServiceException(Reasons.InvalidSpec, "m", isNotTaken: true) { Field = "spec.instances" };

        ClientFailures.Finding(failure, "tikv-1", null)!.Field.ShouldBe("spec.instances");
        ClientFailures.Finding(failure, null, "spec.yugabyte.peer")!.Field.ShouldBe("spec.yugabyte.peer");
    }
}
