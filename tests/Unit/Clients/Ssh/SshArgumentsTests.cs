using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Ssh;

/// <summary>The command line of ssh, through a jump host and without one.</summary>
public sealed class SshArgumentsTests
{
    private static readonly SshMaterial Material = Canaries("host");
    private static readonly SshJump Jump = new(new SshEndpoint("bastion.example", "ops", 2222), Canaries("jump"));

    [Fact]
    public void Direct_connection_starts_no_other_program()
    {
        using var files = SshFiles.Write("h", Material);

        Arguments(new SshEndpoint("h", "u"), files)
            .ShouldNotContain(a => a.Contains("Proxy", StringComparison.Ordinal));
        (files.Jump, files.MarkReports(), files.ReportsAfter(0)).ShouldBe((null, 0, ""));
    }

    [Fact]
    public void Jump_host_has_its_own_account_key_and_known_hosts()
    {
        var endpoint = new SshEndpoint("10.0.0.5", "drydock") { Jump = Jump };
        using var files = SshFiles.Write("h", Material, Jump);

        var proxy = Proxy(endpoint, files);

        proxy.ShouldStartWith("'ssh' '-F' 'none' '-T' ");
        proxy.ShouldContain($" '-i' '{files.Jump!.PrivateKey}' '-p' '2222' '-l' 'ops' ");
        proxy.ShouldContain($"'UserKnownHostsFile={files.Jump.KnownHosts}'");
        proxy.ShouldContain("'StrictHostKeyChecking=yes'");
        proxy.ShouldContain("'BatchMode=yes'");
        proxy.ShouldEndWith($" '-E' '{files.Jump.Log}' -W '[%h]:%p' -- 'bastion.example' 2>/dev/null");
        proxy.ShouldNotContain(files.PrivateKey + "'");
        proxy.ShouldNotContain(files.KnownHosts + "'");
        Arguments(endpoint, files).TakeLast(8)
            .ShouldBe(["-i", files.PrivateKey, "-p", "22", "-l", "drydock", "--", "10.0.0.5"]);
    }

    [Fact]
    public void Login_through_jump_host_may_take_twice_as_long()
    {
        using var files = SshFiles.Write("h", Material, Jump);

        var arguments = Arguments(new SshEndpoint("h", "u") { Jump = Jump }, files);

        arguments.ShouldContain("ConnectTimeout=20");
        Proxy(new SshEndpoint("h", "u") { Jump = Jump }, files).ShouldContain("'ConnectTimeout=10'");
    }

    [Fact]
    public void Percent_sign_of_jump_address_is_not_expanded()
    {
        var jump = Jump with { Endpoint = new SshEndpoint("fe80::1%eth0", "ops") };
        using var files = SshFiles.Write("h", Material, jump);

        Proxy(new SshEndpoint("h", "u") { Jump = jump }, files)
            .ShouldEndWith("-W '[%h]:%p' -- 'fe80::1%%eth0' 2>/dev/null");
    }

    [Fact]
    public void No_argument_holds_key_known_hosts_or_passphrase()
    {
        using var files = SshFiles.Write("h", Material, Jump, Path.GetTempPath());

        string.Join('\n', Arguments(new SshEndpoint("h", "u") { Jump = Jump }, files)).ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("-oProxyCommand=x", "ops", 22)]
    [InlineData("b", "-oX", 22)]
    [InlineData("b'; reboot; '", "ops", 22)]
    [InlineData("b", "ops", 0)]
    public void Endpoint_with_unsafe_jump_host_is_not_safe(string host, string user, int port)
    {
        var jump = new SshJump(new SshEndpoint(host, user, port), Material);

        (new SshEndpoint("h", "u") { Jump = jump }).IsSafe.ShouldBeFalse();
        (new SshEndpoint("h", "u") { Jump = Jump }).IsSafe.ShouldBeTrue();
    }

    [Fact]
    public void Jump_host_behind_another_one_is_not_safe() =>
        (new SshEndpoint("h", "u") { Jump = Jump with { Endpoint = Jump.Endpoint with { Jump = Jump } } }).IsSafe
            .ShouldBeFalse();

    private static List<string> Arguments(SshEndpoint endpoint, SshFiles files) =>
        [.. SshArguments.Arguments("ssh", endpoint, files, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60))];

    private static string Proxy(SshEndpoint endpoint, SshFiles files) =>
        Arguments(endpoint, files).Single(
            a => a.StartsWith("ProxyCommand=", StringComparison.Ordinal))["ProxyCommand=".Length..];

    private static SshMaterial Canaries(string of) =>
        new(
            Encoding.ASCII.GetBytes($"canary-key-{of}"), Encoding.ASCII.GetBytes($"canary-hosts-{of}"),
            "canary-phrase"u8.ToArray());
}
