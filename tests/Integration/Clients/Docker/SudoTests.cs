using System.Text.RegularExpressions;
using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

/// <summary>docker over ssh with the rights that hosts really give: group, sudo with one line, another
/// socket.</summary>
[Collection(SshHosts.Collection)]
public sealed partial class SudoTests(SshHosts hosts)
{
    private const string Podman = "/run/podman/podman.sock";

    [Theory]
    [InlineData("")]
    [InlineData("Defaults use_pty")]
    public async Task Exact_line_of_sudoers_is_enough_for_everything(string defaults)
    {
        await hosts.PermitAsync(defaults, "drydock ALL=(root) NOPASSWD: /usr/bin/docker system dial-stdio");
        await using var client = SshHosts.Client(hosts.Endpoint() with { AsRoot = true });

        (await client.System.GetSystemInfoAsync()).Name.ShouldNotBeNullOrEmpty();

        // Every byte arrives, in both directions.
        var image = await SavedImage.CreateAsync(ballastBytes: 3_000_000);
        using var archive = new MemoryStream(await image.ArchiveAsync("drydock/sudo:1"));
        await client.Images.LoadImageAsync(archive, _ => { }, TestContext.Current.CancellationToken);
        (await client.Images.InspectImageAsync("drydock/sudo:1")).ID.ShouldBe(image.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Podman)]
    public async Task Line_from_the_refusal_gives_the_missing_right(string socket)
    {
        await hosts.LinkAsync(Podman);
        await hosts.PermitAsync("drydock ALL=(root) NOPASSWD: /usr/bin/true");
        await using var client = SshHosts.Client(hosts.Endpoint(socket) with { AsRoot = true });

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.Sudo, refusal.Message);
        var line = SudoersLine().Match(refusal.Message).Groups["line"].Value;
        line.ShouldStartWith("drydock ALL=(root) NOPASSWD: /usr/bin/docker ", customMessage: refusal.Message);
        await hosts.PermitAsync(line);
        await SshHosts.RootAsync(hosts.Host, "visudo -c -f /etc/sudoers.d/drydock");
        await client.System.PingAsync();
    }

    [Fact]
    public async Task Account_outside_sudoers_is_refused_by_sudo()
    {
        await hosts.PermitAsync("");
        await using var client = SshHosts.Client(hosts.Endpoint() with { AsRoot = true });

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.Sudo, refusal.Message);
    }

    [Fact]
    public async Task Account_without_right_to_the_socket_is_told_of_sudo()
    {
        await using var client = SshHosts.Client(hosts.Endpoint());

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.RemoteCommand);
        refusal.Message.ShouldContain("become: Sudo");
    }

    [Fact]
    public async Task Socket_at_another_path_is_used_instead_of_the_usual_one()
    {
        await hosts.PermitAsync(
            "drydock ALL=(root) NOPASSWD: /usr/bin/docker --host unix\\:///srv/rootless/docker.sock system dial-stdio");
        await hosts.LinkAsync("/srv/rootless/docker.sock");
        await using var client = SshHosts.Client(hosts.Endpoint("/srv/rootless/docker.sock") with { AsRoot = true });
        await SshHosts.RootAsync(hosts.Host, "rm /run/docker.sock");
        try
        {
            await client.System.PingAsync();
        }
        finally
        {
            await hosts.LinkAsync("/run/docker.sock");
        }
    }

    [Fact]
    public async Task Key_that_is_limited_to_the_one_command_works()
    {
        await hosts.PermitAsync("drydock ALL=(root) NOPASSWD: /usr/bin/docker system dial-stdio");
        const string Keys = "/home/drydock/.ssh/authorized_keys";
        var before = await File.ReadAllTextAsync(hosts.Host.PathOf(Keys), TestContext.Current.CancellationToken);
        await hosts.Host.WriteFileAsync(
            Keys, $"restrict,command=\"sudo -n docker system dial-stdio\" {before}",
            UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            await using var client = SshHosts.Client(hosts.Endpoint() with { AsRoot = true });
            await client.System.PingAsync();
        }
        finally
        {
            await hosts.Host.WriteFileAsync(Keys, before, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [GeneratedRegex("the line `(?<line>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SudoersLine();
}
