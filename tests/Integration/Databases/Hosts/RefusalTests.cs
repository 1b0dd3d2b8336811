using Drydock.Operator.Composition;
using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>Hosts that refuse, or are not there.</summary>
public sealed class RefusalTests(LabFixture lab) : IAsyncLifetime
{
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Host_with_changed_key_is_refused()
    {
        var instance = Instance(knownHosts: Shop.Host.KnownHostsLine);
        await Shop.Host.ChangeHostKeyAsync();

        await RefusedAsync(
            instance, Reasons.HostKeyRefused, retryable: false, "spec.access.ssh.knownHostsSecretRef",
            "the ED25519 key SHA256:");
    }

    [Fact]
    public async Task Host_that_refuses_ssh_key_is_reported_with_advice()
    {
        var instance = Instance();
        await Shop.Host.RefuseKeyAsync(true);

        await RefusedAsync(instance, Reasons.AccessDenied, retryable: false, "authorized_keys");
        await Shop.Host.RefuseKeyAsync(false);
        await instance.LookAsync(Token);
    }

    [Fact]
    public async Task Sudo_with_password_is_reported_with_advice()
    {
        await Shop.UnitAsync("tikv-20160.service");
        await Shop.ShellAsync("systemctl start tikv-20160", asRoot: true);
        var instance = Instance(new InstanceControl { Systemd = new SystemdControl() });
        await SeeAsync(instance, "the port", p => p.IsListening);
        await Shop.Host.RefuseSudoAsync(true);

        var trouble = await Should.ThrowAsync<HostException>(() => instance.StopAsync(Token));

        (trouble.Reason, trouble.IsRetryable, trouble.MayHaveRun).ShouldBe((Reasons.SudoRefused, false, false));
        trouble.Message.ShouldContain("or correct become and becomeUser in spec.access.ssh");
        (await instance.LookAsync(Token)).Supervision.ShouldBe(SupervisionState.Active, "looking needs no sudo here");
    }

    [Fact]
    public async Task Unreachable_host_is_retryable_and_usable_after_return()
    {
        var instance = Instance();
        await instance.LookAsync(Token);
        await Shop.Host.KillSshdAsync();

        await RefusedAsync(instance, Reasons.HostUnreachable, retryable: true, Shop.Host.Address);
        await Shop.Host.StartSshdAsync();
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Broken_connection_during_stop_leaves_outcome_unknown()
    {
        await Shop.UnitAsync("tikv-20160.service", "--stubborn");
        await Shop.ShellAsync("systemctl start tikv-20160", asRoot: true);
        var instance = Instance(new InstanceControl { Systemd = new SystemdControl(), StopGrace = "3s" });
        await SeeAsync(instance, "the port", p => p.IsListening);
        var stopping = instance.StopAsync(Token);
        await Deadline.UntilAsync(
            "the stop to arrive",
            async _ => (await Shop.Host.RunAsync("pgrep -f 'systemctl stop'", ct: Token)).ExitCode == 0,
            cancellationToken: Token);

        await Shop.Host.BreakConnectionsAsync();

        (await Should.ThrowAsync<HostException>(() => stopping)).ShouldSatisfyAllConditions(
            t => t.Reason.ShouldBe(Reasons.HostUnreachable), t => t.MayHaveRun.ShouldBeTrue(),
            t => t.IsRetryable.ShouldBeTrue());
        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Host_call_without_ssh_key_reports_SecretMissing()
    {
        var spec = Shop.Spec(Shop.Instance(new InstanceControl { Systemd = new SystemdControl() }));
        await using var hosts = new BoundDatabaseHosts(
            new DatabaseRollingUpgrade { Spec = spec }, new DatabaseSecrets(),
            new DatabaseHostServices(null!, null!, TimeProvider.System), SupportedEngines.All.Of(spec));

        (await Should.ThrowAsync<HostException>(() => hosts.Instance("tikv-1").LookAsync(Token))).Reason
            .ShouldBe(Reasons.SecretMissing);
    }

    [Fact]
    public void ToolHost_is_first_instance_host_or_named_host()
    {
        var spec = Shop.Spec(
            Shop.Instance(new InstanceControl(), "a") with { Host = "h2" },
            Shop.Instance(new InstanceControl(), "b") with { Host = "h1" },
            Shop.Instance(new InstanceControl(), "c") with { Host = "h2" });

        var hosts = Shop.Bind(spec);

        hosts.All.ShouldBe(["h2", "h1"]);
        hosts.ToolHost.ShouldBe("h2");
        Shop.Bind(spec with { ToolHost = "t" }).ToolHost.ShouldBe("t");
        Should.Throw<KeyNotFoundException>(() => hosts.Instance("nobody"));
    }

    private IInstanceHost Instance(InstanceControl? control = null, string? knownHosts = null) =>
        Shop.Bind(
            Shop.Spec(Shop.Instance(control
                ?? new InstanceControl { Scripts = new ScriptControl { Start = "start.sh", Stop = "stop.sh" } })),
            knownHosts: knownHosts).Instance("tikv-1");

    private static async Task RefusedAsync(IInstanceHost instance, string reason, bool retryable, params string[] says)
    {
        var trouble = await Should.ThrowAsync<HostException>(() => instance.LookAsync(Token));
        (trouble.Reason, trouble.IsRetryable).ShouldBe((reason, retryable), trouble.Message);
        says.ShouldAllBe(words => trouble.Message.Contains(words, StringComparison.Ordinal), trouble.Message);
        trouble.Message.ShouldNotContain("@@@");
    }
}
