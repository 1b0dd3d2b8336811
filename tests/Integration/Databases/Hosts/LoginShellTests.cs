using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>Accounts whose login shell is not of the family of sh: sshd gives it every command as one line.</summary>
public sealed class LoginShellTests(LabFixture lab)
{
    [Theory]
    [InlineData("/bin/tcsh")]
    [InlineData("/bin/bsd-csh", Traits = [SampleTrait.Name, SampleTrait.All])]
    public async Task Instance_is_observed_stopped_and_started_through_csh(string shell)
    {
        await using var shop = await Workshop.StartAsync(lab, new LabHostOptions { TimeFactor = 60, Shell = shell });
        await shop.UnitAsync("tikv-20160.service");
        await shop.ShellAsync("systemctl start tikv-20160", asRoot: true);
        var hosts = shop.Bind(shop.Spec(shop.Instance(new InstanceControl { Systemd = new SystemdControl() })));
        var instance = hosts.Instance("tikv-1");

        const string Text = "it's a line!\nand $another \"one\" \\ `x` %d !!";
        (await hosts.Files(shop.Host.Address).RunAsync(new RemoteCommand("printf", "%s", Text), Token)).Output
            .ShouldBe(Text);
        var running = await SeeAsync(instance, "the port", p => p.IsListening);
        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
        await instance.StartAsync("/opt/new", Token);
        var started = await SeeAsync(instance, "the port", p => p.IsListening);

        started.Pid.ShouldNotBe(running.Pid);
        started.Supervision.ShouldBe(SupervisionState.Active);
    }
}
