namespace Drydock.Tests.Integration.Lab;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class DockerHostTests(LabFixture lab)
{
    private const string Image = "drydock-lab/busybox:1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_docker_hosts_use_same_port_without_conflict()
    {
        var hosts = await lab.HostsAsync();
        var name = LabFixture.UniqueName("web");
        foreach (var host in hosts)
        {
            await host.DockerAsync(["run", "-d", "--name", name, "--net", "host", Image, "sh", "-c", "mkdir /w && echo "
                + $"{host.Name} >/w/index.html && exec httpd -f -p 8088 -h /w"], cancellationToken: Token);
        }

        using var http = new HttpClient();
        foreach (var host in hosts)
        {
            await Deadline.UntilAsync(
                $"the web server on {host.Name}",
                async token =>
                    (await http.GetStringAsync(new Uri($"http://{host.Address}:8088/"), token)).Trim() == host.Name,
                cancellationToken: Token);
            await host.DockerAsync(["rm", "-f", name], cancellationToken: Token);
        }
    }

    [Fact]
    public async Task Privileged_container_with_raised_limits_accepts_privileged_execs()
    {
        var host = (await lab.HostsAsync())[0];
        var name = LabFixture.UniqueName("oms");
        await host.DockerAsync(
            [
                "run", "-d", "--name", name, "--net", "host", "--privileged", "--pids-limit", "-1", "--ulimit",
                "nproc=65535:65535", Image, "sleep", "1000"
            ],
            cancellationToken: Token);

        var limits = await host.DockerAsync(["exec", "--privileged", name, "sh", "-c", "grep processes /proc/1/limits; "
            + "mount -t tmpfs none /mnt || mount -t tmpfs none /tmp"], cancellationToken: Token);

        limits.ShouldContain("65535");
        await host.DockerAsync(["rm", "-f", name], cancellationToken: Token);
    }

    [Fact]
    public async Task Docker_client_without_certificate_is_refused()
    {
        var host = (await lab.HostsAsync())[0];
        var result = await Shell.TryRunAsync(
            "curl",
            [
                "-s", "--max-time", "5", "--cacert", host.Client.AuthorityPath,
                $"https://{host.Address}:{DockerHost.Port}/_ping"
            ],
            cancellationToken: Token);
        result.ExitCode.ShouldNotBe(0);

        using var client = host.CreateHttpClient();
        (await client.GetStringAsync(new Uri("/_ping", UriKind.Relative), Token)).ShouldBe("OK");
    }

    [Fact]
    public async Task Containers_survive_killed_dockerd_and_end_on_its_restart()
    {
        var run = await lab.RunAsync();
        await using var host = await DockerHost.StartAsync(run, LabFixture.UniqueName("k"), cancellationToken: Token);
        var process = await StartSleeperAsync(host);

        await host.KillAsync(Token);
        IsRunning(process).ShouldBeTrue();
        await host.StartAsync(Token);

        (await StateAsync(host)).ShouldBe("exited");
        IsRunning(process).ShouldBeFalse();
    }

    [Fact]
    public async Task Containers_survive_dockerd_restart_with_live_restore()
    {
        var run = await lab.RunAsync();
        await using var host = await DockerHost.StartAsync(
            run, LabFixture.UniqueName("l"), new DockerHostOptions { LiveRestore = true }, Token);
        var process = await StartSleeperAsync(host);

        await host.KillAsync(Token);
        await host.StartAsync(Token);
        await host.RestartAsync(Token);

        (await StateAsync(host)).ShouldBe("running");
        IsRunning(process).ShouldBeTrue();
        await host.DockerAsync(["rm", "-f", "sleeper"], cancellationToken: Token);
    }

    [Fact]
    public async Task Crashed_docker_host_boots_with_stopped_containers()
    {
        var run = await lab.RunAsync();
        await using var host = await DockerHost.StartAsync(
            run, LabFixture.UniqueName("c"), new DockerHostOptions { LiveRestore = true }, Token);
        var process = await StartSleeperAsync(host);

        await host.CrashAsync(Token);
        IsRunning(process).ShouldBeFalse();
        await host.StartAsync(Token);

        (await StateAsync(host)).ShouldBe("exited");
        await host.DockerAsync(["start", "sleeper"], cancellationToken: Token);
        (await StateAsync(host)).ShouldBe("running");
        await host.DockerAsync(["rm", "-f", "sleeper"], cancellationToken: Token);
    }

    [Fact]
    public async Task Docker_host_with_cut_network_hangs_and_returns()
    {
        var run = await lab.RunAsync();
        await using var host = await DockerHost.StartAsync(run, LabFixture.UniqueName("n"), cancellationToken: Token);
        using var client = host.CreateHttpClient();
        (await client.GetStringAsync(new Uri("/_ping", UriKind.Relative), Token)).ShouldBe("OK");

        await host.CutNetworkAsync(Token);
        var ping = client.GetStringAsync(new Uri("/_ping", UriKind.Relative), Token);
        (await host.DockerAsync(["version", "-f", "{{.Server.Version}}"], cancellationToken: Token))
            .ShouldNotBeEmpty("dockerd itself is well");
        ping.IsCompletedSuccessfully.ShouldBeFalse();

        await host.RestoreNetworkAsync(Token);
        using var again = host.CreateHttpClient();
        await Deadline.UntilAsync(
            "the host to answer again",
            async token => await again.GetStringAsync(new Uri("/_ping", UriKind.Relative), token) == "OK",
            cancellationToken: Token);
    }

    private static async Task<int> StartSleeperAsync(DockerHost host)
    {
        await host.DockerAsync(
            [
                "run", "-d", "--name", "sleeper", "--net", "none", "--stop-signal", "KILL",
                await host.LoadBusyboxAsync(Token), "sleep", "1000"
            ],
            cancellationToken: Token);
        return int.Parse(
            await host.DockerAsync(["inspect", "-f", "{{.State.Pid}}", "sleeper"], cancellationToken: Token),
            System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<string> StateAsync(DockerHost host) =>
        (await host.DockerAsync(["inspect", "-f", "{{.State.Status}}", "sleeper"], cancellationToken: Token)).Trim();

    private static bool IsRunning(int process)
    {
        var path = FormattableString.Invariant($"/proc/{process}/stat");
        if (!File.Exists(path))
        {
            return false;
        }

        var stat = File.ReadAllText(path);
        return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
    }
}
