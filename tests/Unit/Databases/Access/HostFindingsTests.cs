using Drydock.Crds.Common;
using Drydock.Reconcilers.Databases;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases;

public sealed class HostFindingsTests
{
    [Fact]
    public void Unreachable_host_is_reported_once()
    {
        Finding[] findings =
        [
            Of(Reasons.HostUnreachable, "m1: 10.0.0.1: connection refused."), Of(Reasons.HostUnreachable, "10.0.0.1: connection refused."),
            Of(Reasons.HostUnreachable, "t1: 10.0.0.1: connection refused."), Of(Reasons.HostUnreachable, "10.0.0.2: connection refused."),
        ];

        HostFindings.Once(findings).Select(f => f.Message).ShouldBe(["10.0.0.1: connection refused.", "10.0.0.2: connection refused."]);
    }

    [Fact]
    public void Findings_about_the_database_are_all_kept()
    {
        Finding[] findings = [Of(Reasons.ClusterUnhealthy, "x"), Of(Reasons.ClusterUnhealthy, "xx"), Of(Reasons.AccessDenied, "x")];

        HostFindings.Once(findings).ShouldBe(findings);
    }

    private static Finding Of(string reason, string message) => new() { Reason = reason, Message = message };
}
