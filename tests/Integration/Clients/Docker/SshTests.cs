using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class SshTests(DockerDaemonFixture daemon) : IAsyncLifetime
{
    private SshServer? _server;

    private SshServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await SshServer.StartAsync(daemon.Root);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    [Fact]
    public async Task Ssh_endpoint_runs_exec_reads_file_and_stops_container()
    {
        await using var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, Server.Material));
        var container = await daemon.RunIdleAsync(client);

        var result = await client.RunExecAsync(container, ["sh", "-c", "seq 1 20000; echo err >&2; exit 2"]);
        var file = await client.Containers.ReadFileAsync(container, "/bin/busybox", 100_000_000);

        result.ExitCode.ShouldBe(2);
        result.Stdout.ShouldStartWith($"[{108894 - ContainerExecAttachParameters.MaxBytes} bytes omitted]\n");
        result.Stderr.ShouldBe("err\n");
        file.ShouldNotBeNull().Length.ShouldBe((int)new FileInfo("/bin/busybox").Length);
        await client.Containers.StopContainerAsync(container, 10);
    }

    [Fact]
    public async Task LoadImageAsync_works_over_ssh()
    {
        await using var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, Server.Material));
        var image = await SavedImage.CreateAsync(ballastBytes: 5_000_000);
        using var archive = new MemoryStream(await image.ArchiveAsync("drydock/ssh:1"));

        await client.Images.LoadImageAsync(archive, _ => { });

        (await client.Images.InspectImageAsync("drydock/ssh:1")).ID.ShouldBe(image.Id);
    }

    [Fact]
    public async Task Ssh_host_missing_from_known_hosts_is_refused()
    {
        await using var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, Server.NoHostKey));

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.HostKey);
        refusal.MayHaveBeenProcessed.ShouldBeFalse();
    }

    [Fact]
    public async Task Ssh_host_with_changed_key_is_refused()
    {
        await using var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, Server.WrongHostKey));

        (await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync())).Reason
            .ShouldBe(RemoteRefusal.HostKey);
    }

    [Fact]
    public async Task Ssh_key_refused_by_host_is_an_authentication_failure()
    {
        await using var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, Server.WrongKey));

        (await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync())).Reason
            .ShouldBe(RemoteRefusal.Authentication);
    }

    [Fact]
    public async Task Invalid_ssh_key_is_a_local_failure_and_hidden()
    {
        var material = new SshMaterial("canary-not-a-key-3310"u8.ToArray(), Server.Material.KnownHosts.ToArray());
        await using var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, material));

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.LocalClient);
        refusal.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Missing_socket_behind_ssh_is_a_remote_command_failure()
    {
        await using var client = DockerDaemonFixture.Client(
            Server.Endpoint(daemon.Root + "/none.sock", Server.Material));

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.RemoteCommand);
        refusal.Message.ShouldContain("none.sock");
    }

    [Fact]
    public async Task Ssh_port_without_listener_is_a_connection_failure()
    {
        var endpoint = DockerEndpoint.Parse("ssh://root@127.0.0.1:1") with { Ssh = Server.Material };
        await using var client = DockerDaemonFixture.Client(endpoint);

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.Connection);
        refusal.Message.ShouldContain("ssh://root@127.0.0.1:1");
    }

    [Fact]
    public async Task Ssh_key_is_passed_only_through_a_private_memory_file()
    {
        var key = Encoding.ASCII.GetString(Server.Material.PrivateKey.Span).Split('\n')[2];
        await using (var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, Server.Material)))
        {
            await client.System.PingAsync();

            var ssh = Children();
            ssh.ShouldNotBeEmpty();
            foreach (var process in ssh)
            {
                var arguments = CommandLine(process.Id).Split('\0').ToList();
                var file = arguments[arguments.IndexOf("-i") + 1];
                (await FixtureShell.RunAsync("stat", "-L", "-c", "%a", file)).ShouldBe("600\n");
                new FileInfo(file).LinkTarget.ShouldNotBeNull().ShouldStartWith("/memfd:");
                CommandLine(process.Id).ShouldNotContain(key);
                var environment = await File.ReadAllTextAsync(
                    string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/environ"));
                environment.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('=')[0])
                    .ShouldBe(["PATH", "LC_ALL"], ignoreOrder: true);
            }
        }
    }

    [Fact]
    public async Task Disposed_client_ends_its_ssh_processes()
    {
        var before = Children().Select(p => p.Id).ToHashSet();
        var client = DockerDaemonFixture.Client(Server.Endpoint(daemon.Socket, Server.Material));
        await client.System.PingAsync();
        var ssh = Children().Where(p => !before.Contains(p.Id)).ShouldHaveSingleItem();

        await client.DisposeAsync();

        await ssh.WaitForExitAsync();
        ssh.HasExited.ShouldBeTrue();
    }

    // By the place of the key: only this process's own descriptors are meant.
    private List<Process> Children() => [.. Process.GetProcessesByName("ssh").Where(p => CommandLine(p.Id) is var line
        && line.Contains($"/proc/{Environment.ProcessId}/fd/", StringComparison.Ordinal)
        && line.Contains(daemon.Socket, StringComparison.Ordinal))];

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/cmdline"));
        }
        catch (IOException)
        {
            // It ended while we looked.
            return "";
        }
    }
}
