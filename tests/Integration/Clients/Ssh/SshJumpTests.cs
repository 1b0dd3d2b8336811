using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Ssh;

/// <summary>Commands on a host of a database behind a jump host, over one shared connection.</summary>
[Collection(SshHosts.Collection)]
public sealed class SshJumpTests(SshHosts hosts)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_behind_jump_host_share_one_login_on_both()
    {
        var (before, beforeJump) = (Logins(hosts.Host), Logins(hosts.Bastion));
        await using var client = Client(hosts.Jump);
        await client.RunAsync(new RemoteCommand("true"), Token);

        var results = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => client.RunAsync(new RemoteCommand("echo", $"{i}"), Token)));

        results.Select(r => r.Output).ShouldBe(Enumerable.Range(0, 8).Select(i => $"{i}\n"));
        (Logins(hosts.Host) - before, Logins(hosts.Bastion) - beforeJump).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Encrypted_key_works_for_commands_too()
    {
        var material = new SshMaterial(
            await hosts.EncryptedKeyAsync("canary"), hosts.Material.KnownHosts.ToArray(), "canary"u8.ToArray());
        await using var client = Client(hosts.Jump, material);

        (await client.RunAsync(new RemoteCommand("id", "-un"), Token)).Output.ShouldBe("drydock\n");
    }

    [Fact]
    public async Task Refusal_of_jump_host_is_told_apart_on_a_shared_connection()
    {
        await using var refused = Client(hosts.Jump with { Material = hosts.Material });
        await using var stranger = Client(hosts.Jump with
        {
            Material = new SshMaterial(hosts.Jump.Material.PrivateKey.ToArray(), SshHosts.Line("# nobody"))
        });
        await using var absent = Client(
            hosts.Jump with { Endpoint = new SshEndpoint(hosts.Bastion.Address, "ops", 23) });

        // The material of the host knows no host key of the jump host.
        (await RefusalAsync(refused)).ShouldBe((RemoteRefusal.HostKey, true, false));
        (await RefusalAsync(stranger)).ShouldBe((RemoteRefusal.HostKey, true, false));
        (await RefusalAsync(absent)).ShouldBe((RemoteRefusal.Connection, true, false));
    }

    [Fact]
    public async Task Jump_host_that_goes_away_leaves_outcome_unknown()
    {
        await using var client = Client(hosts.Jump);
        await client.RunAsync(new RemoteCommand("true"), Token);
        var waiting = client.RunAsync(
            RemoteCommand.Script("touch /tmp/began; while [ -e /tmp/began ]; do sleep 0.05; done"), Token);
        await Deadline.UntilAsync(
            "the command", _ => Task.FromResult(File.Exists(hosts.Host.PathOf("/tmp/began"))),
            cancellationToken: Token);

        await hosts.Bastion.BreakConnectionsAsync();

        var trouble = await Should.ThrowAsync<RemoteException>(() => waiting);
        (trouble.Reason, trouble.MayHaveRun, trouble.AtJump)
            .ShouldBe((RemoteRefusal.Connection, true, false), trouble.Message);
        File.Delete(hosts.Host.PathOf("/tmp/began"));
        (await client.RunAsync(new RemoteCommand("echo", "again"), Token)).Output.ShouldBe("again\n");
    }

    private SshClient Client(SshJump jump, SshMaterial? material = null) => new(
        new SshEndpoint(SshHosts.InnerName, SshHosts.Account) { Jump = jump },
        material ?? hosts.Material,
        new SshOptions { ConnectTimeout = TimeSpan.FromSeconds(5) });

    private static async Task<(RemoteRefusal, bool, bool)> RefusalAsync(SshClient client)
    {
        var trouble = await Should.ThrowAsync<RemoteException>(() => client.RunAsync(new RemoteCommand("true"), Token));
        return (trouble.Reason, trouble.AtJump, trouble.MayHaveRun);
    }

    private static int Logins(Drydock.Lab.Hosts.LabHost host) =>
        SshHosts.SshdLog(host).Split("Accepted publickey").Length - 1;
}
