using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Ssh;

/// <summary>Which of two hosts failed, as the OpenSSH client prints it.</summary>
public sealed class SshFailureTests
{
    private const string EndOfProxy =
        "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535\r\n";

    private static readonly SshMaterial Material = new("k"u8.ToArray(), "h"u8.ToArray());
    private static readonly SshJump Jump = new(new SshEndpoint("bastion", "ops"), Material);
    private static readonly SshEndpoint Behind = new("10.0.0.5", "drydock") { Jump = Jump };

    [Theory]
    [InlineData(
        "ops@bastion: Permission denied (publickey).", RemoteRefusal.Authentication,
        "the jump host ops@bastion:22 refused the key")]
    [InlineData(
        "No ED25519 host key is known for bastion and you have requested strict checking.\r\nHost key verification "
        + "failed.",
        RemoteRefusal.HostKey, "the host key of the jump host ops@bastion:22")]
    [InlineData(
        "ssh: connect to host bastion port 22: Connection refused", RemoteRefusal.Connection,
        "through the jump host ops@bastion:22")]
    public void Failure_at_jump_host_names_it(string reports, RemoteRefusal reason, string what)
    {
        var failure = Read(Behind, EndOfProxy, reports);

        (failure.Reason, failure.AtJump, failure.NeverConnected).ShouldBe((reason, true, true));
        failure.Describe("").ShouldContain(what);
        failure.Text.ShouldNotContain("UNKNOWN");
    }

    [Theory]
    [InlineData("channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed")]
    [InlineData("channel 0: open failed: administratively prohibited: open failed\r\nstdio forwarding failed")]
    public void Jump_host_that_cannot_reach_the_host_says_why(string reports)
    {
        var failure = Read(Behind, EndOfProxy, reports);

        (failure.Reason, failure.AtJump).ShouldBe((RemoteRefusal.Connection, false));
        failure.Describe("").ShouldBeWorded();
        failure.Text.ShouldContain("open failed");
    }

    [Fact]
    public void Failure_behind_jump_host_is_that_of_the_host()
    {
        var failure = Read(Behind, "drydock@10.0.0.5: Permission denied (publickey).", reports: "");

        (failure.Reason, failure.AtJump).ShouldBe((RemoteRefusal.Authentication, false));
        failure.Describe("").ShouldBeWorded();
    }

    [Fact]
    public void Connection_that_broke_behind_jump_host_may_have_run()
    {
        var failure = Read(
            Behind, "client_loop: send disconnect: Broken pipe", "Connection to bastion closed by remote host.");

        (failure.Reason, failure.AtJump, failure.NeverConnected).ShouldBe((RemoteRefusal.Connection, false, false));
    }

    [Fact]
    public void Host_that_closes_before_its_banner_is_not_the_jump_host()
    {
        var failure = Read(Behind, EndOfProxy, reports: "");

        (failure.Reason, failure.AtJump, failure.NeverConnected).ShouldBe((RemoteRefusal.Connection, false, true));
        failure.Text.ShouldContain("kex_exchange_identification");
    }

    private static SshFailure Read(SshEndpoint endpoint, string errors, string reports)
    {
        using var files = SshFiles.Write("h", Material, endpoint.Jump);
        return new SshFailure(endpoint, files, SshErrors.OwnExitCode, errors, reports);
    }
}
