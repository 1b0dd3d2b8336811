using Drydock.Lab.Commands;

namespace Drydock.Tests.Integration.Lab.Hosts;

/// <summary>A host's beginning and its ends.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HostLifecycleTests(LabFixture lab)
{
    private const string Leave =
        "nohup setsid sleep 4715 >/dev/null 2>&1 </dev/null & nohup env -i sleep 4715 >/dev/null 2>&1 </dev/null &";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Six_lab_hosts_start_in_parallel()
    {
        var run = await lab.RunAsync();
        var watch = Stopwatch.StartNew();
        var hosts = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => LabHost.StartAsync(run, LabFixture.UniqueName("db"), ct: Token)));
        TestContext.Current.SendDiagnosticMessage($"six hosts in {watch.Elapsed.TotalSeconds:0.00} s");

        var names = await Task.WhenAll(hosts.Select(
            async host => (await host.RunAsync("hostname; systemctl is-system-running", ct: Token)).OrThrow()));

        names.ShouldBe(hosts.Select(host => host.Name + "\nrunning"));
        await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Disposed_host_ends_its_processes_and_removes_its_disk()
    {
        var run = await lab.RunAsync();
        var host = await LabHost.StartAsync(
            run, LabFixture.UniqueName("db"), new LabHostOptions { DataBytes = 1 << 20 }, Token);
        (await host.RunAsync(Leave, ct: Token)).OrThrow();
        var processes = await ProcessesAsync(host.Namespace);
        processes.Length.ShouldBeGreaterThan(4);

        await host.DisposeAsync();

        processes.Where(id => Directory.Exists($"/proc/{id}")).ShouldBeEmpty();
        File.Exists(host.Namespace.Path).ShouldBeFalse("its network goes with it");
        (await File.ReadAllTextAsync("/proc/self/mountinfo", Token)).ShouldNotContain(host.Data);
        File.Exists(host.PathOf("/etc/shadow")).ShouldBeFalse();
        (await Should.ThrowAsync<LabException>(() => host.RunAsync("true", ct: Token))).Message
            .ShouldContain("is down");
    }

    [Fact]
    public async Task Crashed_host_boots_with_empty_tmp_and_enabled_units()
    {
        await using var host = await LabHost.StartAsync(await lab.RunAsync(), LabFixture.UniqueName("db"), ct: Token);
        foreach (var unit in new[] { "wanted", "other" })
        {
            await host.InstallUnitAsync(
                unit + ".service", "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n",
                Token);
        }

        (await host.RunAsync(
            "systemctl enable wanted; systemctl start wanted other; touch /tmp/gone /data/stays", asRoot: true, Token))
            .OrThrow();

        await host.CrashAsync();
        (await ProcessesAsync(host.Namespace)).ShouldBeEmpty();
        await host.BootAsync(Token);

        (await host.RunAsync("systemctl is-active other wanted; ls /tmp /data/stays", ct: Token)).Output
            .ShouldBe("inactive\nactive\n/data/stays\n\n/tmp:\n");
        await using var client = host.Client();
        (await client.RunAsync(new("hostname"), Token)).Output.Trim().ShouldBe(host.Name);
    }

    [Fact]
    public async Task Killed_lab_removes_its_hosts()
    {
        await using var scratch = new ScratchFolder();
        var start = LabBackground.SelfStartInfo(
            "setsid", [], [
                "serve", "--state", scratch.Path, "--no-control-plane", "--no-hosts", "--no-metadb", "--database-host",
                "db-a", "--database-host", "db-b"]);
        start.RedirectStandardError = true;
        using var owner = Process.Start(start).ShouldNotBeNull();
        var words = owner.StandardError.ReadToEndAsync(Token);
        var background = new LabBackground(scratch.Path);
        await Deadline.UntilAsync(
            "the owner to be up",
            _ => Task.FromResult(background.Current() is not null),
            stillPossible: () => owner.HasExited ? $"it ended with exit code {owner.ExitCode}: {words.Result}" : null,
            cancellationToken: Token);
        var state = LabState.Read(background.StatePath).ShouldNotBeNull();
        var host = state.DatabaseHosts[1];
        await Shell.RunAsync("ssh", [
            "-F", "none", "-T", "-i", host.KeyFile, "-o", "UserKnownHostsFile=" + host.KnownHostsFile,
            $"{host.User}@{host.Address}", Leave], cancellationToken: Token);
        var inodes = await NamespacesAsync(state.RunId);
        inodes.Length.ShouldBe(2);
        (await Shell.RunAsync("bash", ["-c", InNamespaces, "bash", .. inodes], cancellationToken: Token))
            .Split('\n').Length.ShouldBeGreaterThan(8);

        owner.Kill();
        await owner.WaitForExitAsync(Token);

        await Deadline.UntilAsync(
            $"every process of run {state.RunId} to go",
            async token => (await Shell.RunAsync(
                "bash", ["-c", InNamespaces, "bash", .. inodes], cancellationToken: token)).Trim() == ""
                && !Directory.Exists(state.Folder) && !Directory.Exists(state.FastFolder),
            cancellationToken: Token);
    }

    // Of the processes whose network namespace is one of the arguments: ids.
    private const string InNamespaces =
        """
        stat -L -c '%i %n' /proc/[0-9]*/ns/net 2>/dev/null | while read -r inode name; do
          for i in "$@"; do [ "$inode" != "$i" ] || echo "${name//[^0-9]/}"; done
        done
        """;

    private static async Task<string[]> NamespacesAsync(string run) =>
        (await Shell.RunAsync("bash", ["-c", $"stat -L -c %i /run/netns/dl{run}-*"], cancellationToken: Token)).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string[]> ProcessesAsync(LabNamespace network) =>
        (await Shell.RunAsync("ip", ["netns", "pids", network.KernelName], cancellationToken: Token)).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);
}
