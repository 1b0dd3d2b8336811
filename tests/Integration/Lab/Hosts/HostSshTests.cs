namespace Drydock.Tests.Integration.Lab.Hosts;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HostSshTests(HostPair hosts) : IClassFixture<HostPair>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LabHost Host => hosts.First;

    [Fact]
    public async Task Sshd_runs_commands_as_user_on_its_host()
    {
        await using var client = Host.Client();

        var result = await client.RunAsync(RemoteCommand.Script("id -un; hostname; pwd"), Token);

        result.ShouldBe(new RemoteResult(0, $"tidb\n{Host.Name}\n/home/tidb\n", ""));
    }

    [Fact]
    public async Task Wrong_client_key_and_wrong_host_key_are_refused()
    {
        await using var refused = Host.Client(key: await MakeKeyAsync());
        await using var unknown = Host.Client(knownHosts: hosts.Second.KnownHostsLine.Replace(
            hosts.Second.Address, Host.Address, StringComparison.Ordinal));

        (await Should.ThrowAsync<RemoteException>(() => refused.RunAsync(new RemoteCommand("true"), Token))).Reason
            .ShouldBe(RemoteRefusal.Authentication);
        (await Should.ThrowAsync<RemoteException>(() => unknown.RunAsync(new RemoteCommand("true"), Token))).Reason
            .ShouldBe(RemoteRefusal.HostKey);
    }

    [Fact]
    public async Task One_key_and_known_hosts_file_open_all_hosts()
    {
        var known = hosts.First.KnownHostsLine + "\n" + hosts.Second.KnownHostsLine;
        foreach (var host in new[] { hosts.First, hosts.Second })
        {
            await using var client = host.Client(hosts.First.KeyPem, known);
            (await client.RunAsync(new RemoteCommand("hostname"), Token)).Output.Trim().ShouldBe(host.Name);
        }
    }

    [Fact]
    public async Task Sudo_makes_user_root_without_output()
    {
        await using var client = Host.Client();

        var result = await client.RunAsync(RemoteCommand.Script("id -u; hostname") with { AsRoot = true }, Token);

        result.ShouldBe(new RemoteResult(0, $"0\n{Host.Name}\n", ""));
    }

    [Fact]
    public async Task UploadAsync_writes_file_to_disk_of_host()
    {
        await using IRemoteClient client = Host.Client();
        var content = new byte[3_000_000];
        Random.Shared.NextBytes(content);
        var file = new RemoteFile("/data/package.bin", content.Length, Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(content)));

        await client.UploadAsync(
            file, (offset, _) => Task.FromResult<Stream>(new MemoryStream(content[(int)offset..])),
            cancellationToken: Token);

        (await File.ReadAllBytesAsync(Path.Combine(Host.Data, "package.bin"), Token)).AsSpan()
            .SequenceEqual(content).ShouldBeTrue();
    }

    private static async Task<string> MakeKeyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("drydock-key-").FullName;
        try
        {
            await Shell.RunAsync(
                "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "key")],
                cancellationToken: Token);
            return await File.ReadAllTextAsync(Path.Combine(folder, "key"), Token);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
