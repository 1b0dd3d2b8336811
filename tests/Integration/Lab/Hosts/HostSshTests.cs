using Drydock.Clients.Remote;
using Drydock.Lab;
using Drydock.Lab.Hosts;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Lab.Hosts;

public sealed class HostSshTests(HostPair hosts) : IClassFixture<HostPair>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LabHost Host => hosts.First;

    [Fact]
    public async Task Sshd_answers_for_the_user_on_the_host_itself()
    {
        await using var client = Host.Client();

        var result = await client.RunAsync(RemoteCommand.Script("id -un; hostname; pwd"), Token);

        result.ShouldBe(new RemoteResult(0, $"tidb\n{Host.Name}\n/home/tidb\n", ""));
    }

    [Fact]
    public async Task Another_key_is_refused_and_another_host_key_is_not_accepted()
    {
        await using var refused = Host.Client(key: await MakeKeyAsync());
        await using var unknown = Host.Client(knownHosts: hosts.Second.KnownHostsLine.Replace(hosts.Second.Address, Host.Address, StringComparison.Ordinal));

        (await Should.ThrowAsync<RemoteException>(() => refused.RunAsync(new RemoteCommand("true"), Token))).Reason.ShouldBe(RemoteRefusal.Authentication);
        (await Should.ThrowAsync<RemoteException>(() => unknown.RunAsync(new RemoteCommand("true"), Token))).Reason.ShouldBe(RemoteRefusal.HostKey);
    }

    [Fact]
    public async Task One_key_opens_all_hosts_of_a_run_and_their_known_hosts_lines_go_into_one_file()
    {
        var known = hosts.First.KnownHostsLine + "\n" + hosts.Second.KnownHostsLine;
        foreach (var host in new[] { hosts.First, hosts.Second })
        {
            await using var client = host.Client(hosts.First.KeyPem, known);
            (await client.RunAsync(new RemoteCommand("hostname"), Token)).Output.Trim().ShouldBe(host.Name);
        }
    }

    [Fact]
    public async Task Sudo_makes_the_user_root_without_a_word()
    {
        await using var client = Host.Client();

        var result = await client.RunAsync(RemoteCommand.Script("id -u; hostname") with { AsRoot = true }, Token);

        result.ShouldBe(new RemoteResult(0, $"0\n{Host.Name}\n", ""));
    }

    [Fact]
    public async Task A_file_is_uploaded_to_the_disk_of_the_host()
    {
        await using var client = Host.Client();
        var content = new byte[3_000_000];
        Random.Shared.NextBytes(content);
        var file = new RemoteFile("/data/package.bin", content.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));

        await client.UploadAsync(file, (offset, _) => Task.FromResult<Stream>(new MemoryStream(content[(int)offset..])), cancellationToken: Token);

        (await File.ReadAllBytesAsync(Path.Combine(Host.Data, "package.bin"), Token)).ShouldBe(content);
    }

    private static async Task<string> MakeKeyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("drydock-key-").FullName;
        try
        {
            await Shell.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "key")], cancellationToken: Token);
            return await File.ReadAllTextAsync(Path.Combine(folder, "key"), Token);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
