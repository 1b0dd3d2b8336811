namespace Drydock.Tests.Unit.Databases;

public sealed class HostFindingsTests
{
    [Fact]
    public void Unreachable_host_is_reported_once()
    {
        Finding[] findings =
        [
            Of(Reasons.HostUnreachable, "m1: 10.0.0.1: connection refused."),
            Of(Reasons.HostUnreachable, "10.0.0.1: connection refused."),
            Of(Reasons.HostUnreachable, "t1: 10.0.0.1: connection refused."),
            Of(Reasons.HostUnreachable, "10.0.0.2: connection refused."),
        ];

        HostFindings.Once(findings).Select(f => f.Message)
            .ShouldBe(["10.0.0.1: connection refused.", "10.0.0.2: connection refused."]);
    }

    [Fact]
    public void Findings_about_the_database_are_all_kept()
    {
        Finding[] findings =
            [Of(Reasons.ClusterUnhealthy, "x"), Of(Reasons.ClusterUnhealthy, "xx"), Of(Reasons.AccessDenied, "x")];

        HostFindings.Once(findings).ShouldBe(findings);
    }

    [Fact]
    public void Finding_that_is_alike_on_many_hosts_is_one()
    {
        Finding[] findings =
        [
            .. new[] { "h1", "h2", "h3" }.Select(
                h => Of(Reasons.PackageCorrupt, $"{h}: the archive has SHA-256 a, expected b.") with { Node = h }),
            Of(Reasons.PackageCorrupt, "h4: the archive has SHA-256 c, expected b.") with { Node = "h4" }
        ];

        HostFindings.Once(findings).Select(f => (f.Message, f.Node)).ShouldBe([
            ("h1: the archive has SHA-256 a, expected b. The same holds for h2, h3.", "h1"),
            ("h4: the archive has SHA-256 c, expected b.", "h4")]);
    }

    private static Finding Of(string reason, string message) => new() { Reason = reason, Message = message };
}
