using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>
/// An instance under Debian's daemontools, as tidb-ansible has it with process_supervision=supervise.
/// </summary>
public sealed class SuperviseHostTests(LabFixture lab) : IAsyncLifetime
{
    private const string Service = Deploy + "/status/tikv";
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Theory]
    [InlineData(Become.None)]
    [InlineData(Become.Sudo)]
    public async Task Supervised_instance_is_observed_stopped_kept_down_and_started(Become become)
    {
        var instance = await RunningAsync(become);
        var before = await SeeAsync(instance, "the port", p => p.IsListening);
        (before.Supervision, before.Unit, before.ListenerPid).ShouldBe((SupervisionState.Active, Service, before.Pid));
        before.SupervisionText.ShouldStartWith($"up (pid {before.Pid}) ");

        await instance.StopAsync(Token);

        var stopped = await instance.LookAsync(Token);
        (stopped.Supervision, stopped.IsAlive, stopped.IsListening).ShouldBe((SupervisionState.Inactive, false, false));
        await Task.Delay(TimeSpan.FromSeconds(1.2), Token); // longer than supervise waits between two starts
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();

        await instance.StartAsync("/opt/new", Token);
        (await SeeAsync(instance, "the port", p => p.IsListening)).Pid.ShouldNotBe(before.Pid);
    }

    [Fact]
    public async Task Supervised_process_that_ignores_signal_is_killed_after_grace()
    {
        var instance = await RunningAsync(options: "--stubborn");
        await SeeAsync(instance, "the port", p => p.IsListening);

        await instance.StopAsync(Token);

        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Supervise_tools_below_deployDir_are_used()
    {
        await Shop.ShellAsync(
            $"printf '#!/bin/sh\\ntouch /data/asked\\nexec /usr/bin/svstat \"$@\"\\n' >{Deploy}/bin/svstat && chmod +x "
            + $"{Deploy}/bin/svstat");

        (await (await RunningAsync()).LookAsync(Token)).Supervision.ShouldBe(SupervisionState.Active);

        await Shop.ShellAsync("test -e /data/asked");
    }

    [Fact]
    public async Task Absent_supervise_service_is_reported_as_missing()
    {
        var instance = Control(Become.None);

        (await instance.LookAsync(Token)).Supervision.ShouldBe(SupervisionState.Missing);
        (await Should.ThrowAsync<HostException>(() => instance.StopAsync(Token))).Reason
            .ShouldBe(Reasons.ControlMismatch);
    }

    private IInstanceHost Control(Become become)
    {
        var spec = Shop.Spec(Shop.Instance(
            new InstanceControl { Supervise = new SuperviseControl { Directory = "status/tikv" }, StopGrace = "1s" }));
        return Shop.Bind(spec with { Access = new HostAccess { Ssh = spec.Access.Ssh! with { Become = become } } })
            .Instance("tikv-1");
    }

    private async Task<IInstanceHost> RunningAsync(Become become = Become.None, string options = "")
    {
        await Shop.Host.WriteFileAsync(
            Service + "/run",
            $"#!/bin/sh\ncd {Deploy}\nexec bin/{ProgramName} serve.pl --port {Port} --data-dir {Deploy}/data "
            + $"{options}\n",
            FileModes.Executable, ct: Token);
        await Shop.ShellAsync($"cd {Deploy}/status && nohup supervise tikv >/dev/null 2>&1 </dev/null &");
        var instance = Control(become);
        await SeeAsync(
            instance, "the program", p => p.Executable?.EndsWith(ProgramName, StringComparison.Ordinal) == true);
        return instance;
    }
}
