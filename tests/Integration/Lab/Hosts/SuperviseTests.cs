namespace Drydock.Tests.Integration.Lab.Hosts;

/// <summary>
/// Debian's daemontools on a host, as tidb-ansible uses them with <c>process_supervision=supervise</c>.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class SuperviseTests(HostPair hosts) : IClassFixture<HostPair>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LabHost Host => hosts.First;

    [Fact]
    public async Task Supervise_restarts_process_until_svc_stops_it()
    {
        await Host.WriteFileAsync(
            "/data/status/pd/run", "#!/bin/sh\nexec sleep 1000\n", FileModes.Executable, ct: Token);
        (await Host.RunAsync("cd /data/status && nohup supervise pd >/dev/null 2>&1 </dev/null &", ct: Token))
            .OrThrow();
        await UntilAsync("up (pid ");
        var before = await PidAsync();

        (await Host.RunAsync($"kill -KILL {before}", ct: Token)).OrThrow();
        await Deadline.UntilAsync(
            "another process",
            async _ => (await StatAsync()).Contains("up (pid ", StringComparison.Ordinal) && await PidAsync() != before,
            cancellationToken: Token);

        (await Host.RunAsync("svc -d /data/status/pd", ct: Token)).OrThrow();
        await UntilAsync(": down ");
        (await Host.RunAsync("svc -u /data/status/pd", ct: Token)).OrThrow();
        await UntilAsync("up (pid ");
        (await Host.RunAsync("svc -dx /data/status/pd", ct: Token)).OrThrow();
        await UntilAsync("supervise not running");
    }

    [Fact]
    public async Task Start_and_stop_scripts_work_without_supervisor()
    {
        await Host.WriteFileAsync(
            "/data/bin/start.sh", "#!/bin/sh\nnohup sleep 4713 >/dev/null 2>&1 </dev/null &\necho $! >/data/pid\n",
            FileModes.Executable, ct: Token);
        await Host.WriteFileAsync(
            "/data/bin/stop.sh", "#!/bin/sh\nkill $(cat /data/pid)\n", FileModes.Executable, ct: Token);
        await using var client = Host.Client();

        (await client.RunAsync(new("/data/bin/start.sh"), Token)).ExitCode.ShouldBe(0);
        (await client.RunAsync(new("pgrep", "-fc", "[s]leep 4713"), Token)).Output.ShouldBe("1\n");
        (await client.RunAsync(new("/data/bin/stop.sh"), Token)).ExitCode.ShouldBe(0);

        await Deadline.UntilAsync(
            "the process to be gone",
            async _ => (await client.RunAsync(new("pgrep", "-f", "[s]leep 4713"), Token)).ExitCode == 1,
            cancellationToken: Token);
    }

    private Task UntilAsync(string words) =>
        Deadline.UntilAsync(
            $"svstat to say '{words}'", async _ => (await StatAsync()).Contains(words, StringComparison.Ordinal),
            cancellationToken: Token);

    private async Task<string> StatAsync() => (await Host.RunAsync("svstat /data/status/pd", ct: Token)).Output;

    private async Task<string> PidAsync() => (await StatAsync()).Split("(pid ")[^1].Split(')')[0];
}
