using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>An instance under start and stop scripts.</summary>
public sealed class ScriptHostTests(LabFixture lab) : IAsyncLifetime
{
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Scripted_instance_starts_as_login_user_and_stops()
    {
        var instance = await ControlAsync();
        (await instance.LookAsync(Token)).ShouldSatisfyAllConditions(
            p => (p.Supervision, p.SupervisionText).ShouldBe((SupervisionState.None, "not running")));

        await instance.StartAsync("/opt/new", Token);

        var seen = await SeeAsync(instance, "the port", p => p.IsListening);
        (seen.Supervision, seen.SupervisionText).ShouldBe((SupervisionState.None, $"running (pid {seen.Pid})"));
        (await Shop.ShellAsync($"stat -c %U /proc/{seen.Pid}")).ShouldBe("tidb");
        await instance.StartAsync("/opt/new", Token);
        (await instance.LookAsync(Token)).Pid.ShouldBe(seen.Pid);

        await instance.StopAsync(Token);
        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Failed_start_script_is_reported_with_code_and_output()
    {
        var instance = await ControlAsync(start: "echo 'no such disk'; exit 7");

        var trouble = await Should.ThrowAsync<HostException>(() => instance.StartAsync("/opt/new", Token));

        trouble.Message.ShouldContain($"{Deploy}/scripts/start.sh ended with 7: no such disk");
    }

    [Fact]
    public async Task Failed_stop_script_is_reported_only_while_process_runs()
    {
        var instance = await ControlAsync(stop: "echo 'cannot stop'; exit 5");
        await instance.StopAsync(Token);
        await instance.StartAsync("/opt/new", Token);
        await SeeAsync(instance, "the port", p => p.IsListening);

        (await Should.ThrowAsync<HostException>(() => instance.StopAsync(Token))).Message
            .ShouldContain("ended with 5: cannot stop");
    }

    [Fact]
    public async Task Process_left_by_stop_script_is_killed_after_grace()
    {
        var instance = await ControlAsync(stop: "exit 0");
        await instance.StartAsync("/opt/new", Token);
        await SeeAsync(instance, "the port", p => p.IsListening);
        var began = Stopwatch.GetTimestamp();

        await instance.StopAsync(Token);

        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Missing_start_script_is_named() =>
        (await Should.ThrowAsync<HostException>(async () => await Shop.Control(
            new InstanceControl { Scripts = new ScriptControl { Start = "scripts/none.sh", Stop = "x" } })
            .StartAsync("/opt/new", Token)))
            .Message.ShouldContain($"there is no {Deploy}/scripts/none.sh");

    private async Task<IInstanceHost> ControlAsync(string? start = null, string? stop = null)
    {
        const string NoRoot = "#!/bin/bash\n[ \"$(id -u)\" -ne 0 ] || exit 1\n";
        await Shop.Host.WriteFileAsync(
            Deploy + "/scripts/start.sh",
            NoRoot + (start ?? $"cd {Deploy}; nohup bin/{ProgramName} serve.pl --port {Port} --data-dir {Deploy}/data "
                + "& echo $! >tikv.pid; echo started"),
            FileModes.Executable,
            ct: Token);
        await Shop.Host.WriteFileAsync(
            Deploy + "/scripts/stop.sh", NoRoot + (stop ?? $"kill $(cat {Deploy}/tikv.pid) && echo stopped"),
            FileModes.Executable, ct: Token);
        return Shop.Control(new InstanceControl
        {
            Scripts = new ScriptControl { Start = "scripts/start.sh", Stop = "scripts/stop.sh" },
            StopGrace = "1s"
        });
    }
}
