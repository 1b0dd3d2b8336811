using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>An instance that nothing supervises.</summary>
public sealed class PlainProcessTests(LabFixture lab) : IAsyncLifetime
{
    private const string Odd = "it's \"$HOME\" `id` a\\b *;&|<> 数据库";
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Detached_process_survives_end_of_ssh_session()
    {
        var hosts = Shop.Bind(Shop.Spec(Shop.Instance(Process())));
        await hosts.Instance("tikv-1").StartAsync(Deploy, Token);
        var seen = await SeeAsync(hosts.Instance("tikv-1"), "the port", p => p.IsListening);

        await hosts.DisposeAsync();
        await Shop.Host.BreakConnectionsAsync();

        (await Shop.Control(Process()).LookAsync(Token)).Pid.ShouldBe(seen.Pid);
        (await Shop.ShellAsync($"ls -l /proc/{seen.Pid}/fd")).ShouldNotContain("pipe:");
        (await Shop.ShellAsync($"ps -o sid= -p {seen.Pid}")).Trim().ShouldBe($"{seen.Pid}");
        (await Shop.ShellAsync($"stat -c %U /proc/{seen.Pid}; readlink /proc/{seen.Pid}/cwd"))
            .ShouldBe($"tidb\n{Deploy}");
        (await Shop.ShellAsync($"cat {Deploy}/log/out.log")).ShouldBe($"serving {Port}");
    }

    [Fact]
    public async Task Process_gets_its_arguments_unchanged()
    {
        var instance = Shop.Control(Process("--note", Odd, "--note", ""));

        await instance.StartAsync(Deploy, Token);

        var seen = await SeeAsync(instance, "the port", p => p.IsListening);
        (await Shop.ShellAsync($"tr '\\0' '\\n' </proc/{seen.Pid}/cmdline")).ShouldBe(
            string.Join(
                '\n', $"{Deploy}/bin/{ProgramName}", $"{Deploy}/serve.pl", "--port", $"{Port}", "--data-dir",
                $"{Deploy}/data", "--note", Odd, "--note"));
    }

    [Fact]
    public async Task StopAsync_kills_stubborn_process_after_grace_and_no_other()
    {
        var other = Shop.Instance(Process(), "tikv-2", 20161) with { DataDir = Deploy + "/data2" };
        var hosts = Shop.Bind(Shop.Spec(Shop.Instance(Process("--stubborn")), other));
        await Shop.ShellAsync($"mkdir -p {Deploy}/data2");
        foreach (var name in new[] { "tikv-1", "tikv-2" })
        {
            await hosts.Instance(name).StartAsync(Deploy, Token);
        }

        var left = await SeeAsync(hosts.Instance("tikv-2"), "the port", p => p.IsListening);
        await SeeAsync(hosts.Instance("tikv-1"), "the port", p => p.IsListening);

        await hosts.Instance("tikv-1").StopAsync(Token);

        (await hosts.Instance("tikv-1").LookAsync(Token)).IsAlive.ShouldBeFalse();
        (await hosts.Instance("tikv-2").LookAsync(Token))
            .ShouldSatisfyAllConditions(p => p.Pid.ShouldBe(left.Pid), p => p.Strays.ShouldBeEmpty());
        await hosts.Instance("tikv-2").StopAsync(Token);
    }

    [Fact]
    public async Task Process_that_becomes_another_program_while_read_is_reported()
    {
        // The first program is so large that its checksum takes a while; as soon as that is read, the process becomes
        // the second.
        await Shop.ShellAsync(
            $"mkdir /data/first /data/second; cp /bin/dash /data/first/{ProgramName}; cp /bin/dash "
            + $"/data/second/{ProgramName}; "
            + $"truncate -s 512M /data/first/{ProgramName}; mkfifo /data/go");
        await Shop.ShellAsync(
            $"setsid /data/first/{ProgramName} -c 'read -r word </data/go; exec /data/second/{ProgramName} -c \"sleep "
            + "1000; :\" "
            + $"--data-dir {Deploy}/data' --data-dir {Deploy}/data </dev/null >/dev/null 2>&1 &");
        await Shop.ShellAsync(
            "(until pgrep -x sha256sum; do sleep 0.01; done; echo word >/data/go) </dev/null >/dev/null 2>&1 &");

        var seen = await Shop.Control(Process()).LookAsync(Token);

        seen.IsAlive.ShouldBeTrue();
        (await Shop.ShellAsync($"pgrep -fc '^/data/second/{ProgramName}'")).ShouldBe("1");
        await Shop.ShellAsync($"pkill -f '^/data/second/{ProgramName}'");
    }

    [Fact]
    public async Task New_process_is_started_from_new_directory()
    {
        var instance = Shop.Control(Process());
        await instance.StartAsync(Deploy, Token);
        var old = await SeeAsync(instance, "the port", p => p.IsListening);
        await Shop.InstallAsync("/opt/new", ProgramName, New, asRoot: true);
        var @new = await Shop.SumAsync($"/opt/new/bin/{ProgramName}");

        await instance.StopAsync(Token);
        await instance.SwapAsync(new InstanceGoal("/opt/new", @new, Old, old.ExecutableSha256!, null), Token);
        await instance.StartAsync("/opt/new", Token);

        var seen = await SeeAsync(instance, "the port", p => p.IsListening);
        (seen.Executable, seen.ExecutableSha256, seen.InstalledSha256)
            .ShouldBe(($"/opt/new/bin/{ProgramName}", @new, old.ExecutableSha256));
        (await Should.ThrowAsync<HostException>(async () =>
        {
            await instance.StopAsync(Token);
            await instance.SwapAsync(new InstanceGoal("/opt/new", old.ExecutableSha256!, Old, @new, null), Token);
        })).Reason.ShouldBe(Reasons.PackageCorrupt);
    }

    [Fact]
    public async Task Process_that_ends_at_once_is_reported_with_output() =>
        (await Should.ThrowAsync<HostException>(() => Shop.Control(Process("--crash")).StartAsync(
            Deploy, Token))).Message.ShouldContain("ended at once with 3: cannot start");

    [Fact]
    public async Task Missing_program_directory_is_named_before_start() =>
        (await Should.ThrowAsync<HostException>(() => Shop.Control(Process()).StartAsync("/opt/none", Token))).Message
            .ShouldContain("there is no directory /opt/none");

    [Fact]
    public async Task Data_of_another_account_prevents_start()
    {
        await Shop.ShellAsync($"chown root {Deploy}/data", asRoot: true);

        var trouble = await Should.ThrowAsync<HostException>(() => Shop.Control(Process()).StartAsync(Deploy, Token));

        (trouble.Reason, trouble.IsRetryable).ShouldBe((Reasons.AccessDenied, false));
        trouble.Message.ShouldContain($"{Deploy}/data belongs to root, and commands run as tidb");
    }

    [Fact]
    public async Task Process_of_another_account_is_reported_as_AccessDenied()
    {
        await Shop.ShellAsync(
            $"cd {Deploy}; nohup bin/{ProgramName} serve.pl --port {Port} --data-dir {Deploy}/data >/dev/null 2>&1 "
            + "</dev/null &",
            asRoot: true);
        var spec = Shop.Spec(Shop.Instance(Process()));
        var without = Shop.Bind(
            spec with { Access = new HostAccess { Ssh = spec.Access.Ssh! with { Become = Become.None } } })
            .Instance("tikv-1");
        await SeeAsync(Shop.Control(Process()), "the port", p => p.IsListening && p.Pid is not null);

        var trouble = await Should.ThrowAsync<HostException>(() => without.LookAsync(Token));

        trouble.Reason.ShouldBe(Reasons.AccessDenied);
        trouble.Message.ShouldContain("become: Sudo");
    }

    [Fact]
    public async Task Process_of_another_account_is_restarted_as_becomeUser()
    {
        await Shop.ShellAsync(
            $"chown -R root {Deploy} && cd {Deploy} && ulimit -c 0 && nohup bin/{ProgramName} serve.pl --port {Port} "
            + $"--data-dir {Deploy}/data >/dev/null 2>&1 </dev/null &",
            asRoot: true);
        var spec = Shop.Spec(Shop.Instance(Process()));
        await SeeAsync(Shop.Control(Process()), "the port", p => p.IsListening && p.Pid is not null);
        (await Should.ThrowAsync<HostException>(() => Shop.Control(Process()).StopAsync(Token))).Message
            .ShouldContain("spec.access.ssh.becomeUser");
        var instance = Shop.Bind(spec with
        {
            Access = new HostAccess { Ssh = spec.Access.Ssh! with { Become = Become.None, BecomeUser = "root" } }
        }).Instance("tikv-1");

        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
        await instance.StartAsync(Deploy, Token);

        var seen = await SeeAsync(instance, "the port", p => p.IsListening);
        (await Shop.ShellAsync($"stat -c %U /proc/{seen.Pid}")).Trim().ShouldBe("root");
        (await Shop.ShellAsync($"tr '\\0' '\\n' </proc/{seen.Pid}/environ", asRoot: true)).ShouldNotContain("SUDO_");
    }

    private static InstanceControl Process(params string[] more) => new()
    {
        Process = new ProcessControl
        {
            Command =
            [
                "{directory}/bin/" + ProgramName, "{directory}/serve.pl", "--port", "{port}", "--data-dir", "{dataDir}",
                .. more
            ],
            LogFile = "log/out.log",
        },
        Swap = SwapMethod.NewDirectory,
        StopGrace = "1s",
    };
}
