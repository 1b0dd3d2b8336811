namespace Drydock.Tests.Integration.Lab.Hosts;

/// <summary>What can go wrong on a host, seen by the operator's ssh client.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HostFaultTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lab_host_refuses_sudo_and_allows_it_again()
    {
        await using var host = await StartAsync();
        await using var client = host.Client();

        await host.RefuseSudoAsync(true);
        (await RefusedAsync(client, new RemoteCommand("id") { AsRoot = true })).ShouldBe((RemoteRefusal.Sudo, false));
        await host.RefuseSudoAsync(false);

        (await client.RunAsync(new RemoteCommand("id", "-u") { AsRoot = true }, Token)).Output.ShouldBe("0\n");
    }

    [Fact]
    public async Task Lab_host_refuses_key_and_accepts_it_again()
    {
        await using var host = await StartAsync();
        await using var client = host.Client();
        await client.RunAsync(new RemoteCommand("true"), Token);

        await host.RefuseKeyAsync(true);
        (await RefusedAsync(client)).ShouldBe((RemoteRefusal.Authentication, false));
        await host.RefuseKeyAsync(false);

        (await client.RunAsync(new RemoteCommand("echo", "in"), Token)).Output.ShouldBe("in\n");
    }

    [Fact]
    public async Task Changed_host_key_is_refused_until_restored()
    {
        await using var host = await StartAsync();
        var known = host.KnownHostsLine;
        await using var client = host.Client(knownHosts: known);
        await client.RunAsync(new RemoteCommand("true"), Token);

        await host.ChangeHostKeyAsync();
        (await RefusedAsync(client)).ShouldBe((RemoteRefusal.HostKey, false));
        host.KnownHostsLine.ShouldNotBe(known);
        await using var informed = host.Client();
        (await informed.RunAsync(new RemoteCommand("echo", "in"), Token)).Output.ShouldBe("in\n");
        await host.RestoreHostKeyAsync();

        host.KnownHostsLine.ShouldBe(known);
        (await client.RunAsync(new RemoteCommand("echo", "in"), Token)).Output.ShouldBe("in\n");
    }

    [Fact]
    public async Task Killed_sshd_refuses_connections_while_processes_continue()
    {
        await using var host = await StartAsync();
        await using var client = host.Client();
        await client.RunAsync(RemoteCommand.Script("nohup sleep 4714 >/dev/null 2>&1 </dev/null &"), Token);

        await host.KillSshdAsync();
        (await RefusedAsync(client)).ShouldBe((RemoteRefusal.Connection, false));
        await host.StartSshdAsync();

        (await client.RunAsync(new RemoteCommand("pgrep", "-fc", "[s]leep 4714"), Token)).Output.ShouldBe("1\n");
    }

    [Fact]
    public async Task Broken_connection_leaves_command_outcome_unknown()
    {
        await using var host = await StartAsync();
        await using var client = host.Client();
        var broken = client.RunAsync(RemoteCommand.Script("touch /data/began; exec sleep 1000"), Token);
        await Deadline.UntilAsync(
            "the command to run", _ => Task.FromResult(File.Exists(Path.Combine(host.Data, "began"))),
            cancellationToken: Token);

        await host.BreakConnectionsAsync();

        var trouble = await Should.ThrowAsync<RemoteException>(() => broken);
        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.Connection, true));
        (await client.RunAsync(new RemoteCommand("echo", "again"), Token)).Output.ShouldBe("again\n");
    }

    [Fact]
    public async Task Host_behind_cut_network_is_unreachable_until_restored()
    {
        await using var host = await StartAsync();
        await using var client = host.Client();

        await host.CutAsync();
        (await RefusedAsync(client)).ShouldBe((RemoteRefusal.Connection, false));
        (await host.RunAsync("echo alive", ct: Token)).OrThrow().ShouldBe("alive");
        await host.MendAsync();

        (await client.RunAsync(new RemoteCommand("echo", "back"), Token)).Output.ShouldBe("back\n");
    }

    [Fact]
    public async Task Full_data_disk_refuses_writes_until_freed()
    {
        await using var host = await StartAsync(new LabHostOptions { DataBytes = 4 << 20 });
        await using var client = host.Client();

        await host.FillDataAsync(Token);
        var full = await client.RunAsync(RemoteCommand.Script("head -c 100000 /dev/zero >/data/file"), Token);
        host.FreeData();

        full.ExitCode.ShouldNotBe(0);
        full.Errors.ShouldContain("No space left on device");
        (await client.RunAsync(
            RemoteCommand.Script("head -c 100000 /dev/zero >/data/file && df --output=size -B1 /data | tail -1"),
            Token)).Output.Trim().ShouldBe($"{4 << 20}");
    }

    private static async Task<(RemoteRefusal Reason, bool MayHaveRun)> RefusedAsync(
        SshClient client, RemoteCommand? command = null)
    {
        var trouble = await Should.ThrowAsync<RemoteException>(
            () => client.RunAsync(command ?? new RemoteCommand("true"), Token));
        return (trouble.Reason, trouble.MayHaveRun);
    }

    private async Task<LabHost> StartAsync(LabHostOptions? options = null) =>
        await LabHost.StartAsync(await lab.RunAsync(), LabFixture.UniqueName("db"), options, Token);
}
