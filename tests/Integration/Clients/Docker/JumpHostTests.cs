using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

/// <summary>docker over ssh through a second sshd, which is all that the operator connects to.</summary>
[Collection(SshHosts.Collection)]
public sealed class JumpHostTests(SshHosts hosts) : IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        await hosts.PermitAsync("drydock ALL=(root) NOPASSWD: /usr/bin/docker system dial-stdio");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Host_that_only_the_jump_host_knows_is_reached()
    {
        await using var client = SshHosts.Client(hosts.BehindJump());

        await client.System.PingAsync();

        SshHosts.SshdLog(hosts.Bastion).ShouldContain("Accepted publickey for ops");
        SshHosts.SshdLog(hosts.Host).ShouldContain($"Accepted publickey for drydock from {hosts.Bastion.Address} ");
    }

    [Fact]
    public async Task Key_that_may_only_forward_to_the_host_is_enough()
    {
        await hosts.WriteBastionKeyAsync($"restrict,port-forwarding,permitopen=\"{SshHosts.InnerName}:22\" ");
        try
        {
            await using var client = SshHosts.Client(hosts.BehindJump());
            await client.System.PingAsync();

            await using var elsewhere = SshHosts.Client(
                DockerEndpoint.Parse($"ssh://drydock@{hosts.Host.Address}") with
                {
                    Ssh = hosts.Material,
                    Jump = hosts.Jump
                });
            var refusal = await Should.ThrowAsync<DockerSshException>(() => elsewhere.System.PingAsync());
            (refusal.Reason, refusal.MayHaveBeenProcessed).ShouldBe((RemoteRefusal.Connection, false), refusal.Message);
            refusal.Message.ShouldContain(
                $"the jump host ops@{hosts.Bastion.Address}:22 accepted the login, but it opens no connection to "
                + $"{hosts.Host.Address} port 22");
            refusal.Message.ShouldContain("administratively prohibited");
        }
        finally
        {
            await hosts.WriteBastionKeyAsync("");
        }
    }

    [Fact]
    public async Task Port_without_sshd_behind_the_jump_host_is_named()
    {
        await using var client = SshHosts.Client(DockerEndpoint.Parse($"ssh://drydock@{SshHosts.InnerName}:23") with
        {
            Ssh = hosts.Material,
            Jump = hosts.Jump
        });

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.Connection, refusal.Message);
        refusal.Message.ShouldContain($"opens no connection to {SshHosts.InnerName} port 23");
        refusal.Message.ShouldContain("Connection refused");
    }

    [Fact]
    public async Task Refused_key_and_unknown_key_of_jump_host_are_told_apart()
    {
        var jump = hosts.Jump;
        var refusedKey = jump with
        {
            Material = new SshMaterial(hosts.Material.PrivateKey.ToArray(), jump.Material.KnownHosts.ToArray())
        };
        var unknownHost =
            jump with { Material = new SshMaterial(jump.Material.PrivateKey.ToArray(), SshHosts.Line("# nobody")) };
        var absent = jump with { Endpoint = new SshEndpoint(hosts.Bastion.Address, "ops", 23) };

        (await RefusalAsync(refusedKey))
            .ShouldBe((RemoteRefusal.Authentication, $"the jump host ops@{hosts.Bastion.Address}:22 refused the key"));
        (await RefusalAsync(unknownHost)).ShouldBe((
            RemoteRefusal.HostKey,
            $"the host key of the jump host ops@{hosts.Bastion.Address}:22 is not in known_hosts"));
        (await RefusalAsync(absent)).ShouldBe((
            RemoteRefusal.Connection,
            $"no connection was established through the jump host ops@{hosts.Bastion.Address}:23"));

        async Task<(RemoteRefusal, string)> RefusalAsync(SshJump with)
        {
            await using var client = SshHosts.Client(hosts.BehindJump() with { Jump = with });
            var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());
            var said = refusal.Message[(refusal.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..];
            return (refusal.Reason, said.Split(": ")[0].Split(", so")[0]);
        }
    }

    [Fact]
    public async Task Host_behind_jump_host_must_have_a_known_key()
    {
        var material = new SshMaterial(hosts.Material.PrivateKey.ToArray(), SshHosts.Line(hosts.Host.KnownHostsLine));
        await using var client = SshHosts.Client(hosts.BehindJump() with { Ssh = material });

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.HostKey, refusal.Message);
        refusal.Message.ShouldContain("its host key is not in known_hosts");
    }

    [Fact]
    public async Task Disposed_client_ends_both_ssh_processes()
    {
        var client = SshHosts.Client(hosts.BehindJump());
        await client.System.PingAsync();
        var children = Children();
        children.Count.ShouldBeGreaterThanOrEqualTo(2);

        await client.DisposeAsync();

        foreach (var child in children)
        {
            await child.WaitForExitAsync(Token);
        }
    }

    [Fact]
    public async Task No_process_shows_a_key_of_either_host()
    {
        await using var client = SshHosts.Client(hosts.BehindJump());
        await client.System.PingAsync();
        string[] secrets = [.. new[] { hosts.Material, hosts.Jump.Material }.Select(
            m => System.Text.Encoding.ASCII.GetString(m.PrivateKey.Span).Split('\n')[2])];

        foreach (var child in Children())
        {
            foreach (var file in new[] { "cmdline", "environ" })
            {
                var shown = await File.ReadAllTextAsync(
                    string.Create(CultureInfo.InvariantCulture, $"/proc/{child.Id}/{file}"), Token);
                secrets.ShouldAllBe(secret => !shown.Contains(secret, StringComparison.Ordinal));
            }
        }
    }

    // Of this process alone, and of this bastion: its address is on both command lines.
    private List<Process> Children() => [.. Process.GetProcessesByName("ssh").Where(
        p => Line(p.Id).Contains(hosts.Bastion.Address, StringComparison.Ordinal))];

    private static string Line(int id)
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
