using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

/// <summary>Private keys with a passphrase, on real hosts.</summary>
[Collection(SshHosts.Collection)]
public sealed class EncryptedKeyTests(SshHosts hosts) : IAsyncLifetime
{
    // What a shell and a command line would break.
    private const string Passphrase = "canary 'it\"s $HOME %h 数据库";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        await hosts.PermitAsync("drydock ALL=(root) NOPASSWD: /usr/bin/docker system dial-stdio");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "\n")]
    [InlineData(true, "\r\n")]
    public async Task Encrypted_key_opens_the_host_with_its_passphrase(bool isPem, string lineEnd)
    {
        var material = Material(await hosts.EncryptedKeyAsync(Passphrase, isPem: isPem), Passphrase + lineEnd);
        await using var client = SshHosts.Client(hosts.Endpoint() with { Ssh = material, AsRoot = true });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.System.GetSystemInfoAsync()));
    }

    [Fact]
    public async Task Wrong_passphrase_is_a_local_failure_that_hides_it()
    {
        var material = Material(await hosts.EncryptedKeyAsync(Passphrase), "canary-wrong");
        await using var client = SshHosts.Client(hosts.Endpoint() with { Ssh = material, AsRoot = true });

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

            (refusal.Reason, refusal.MayHaveBeenProcessed)
                .ShouldBe((RemoteRefusal.LocalClient, false), refusal.Message);
            refusal.Message.ShouldContain("the passphrase does not open the private key");
            refusal.ToString().ShouldNotContain("canary");
        }
    }

    [Fact]
    public async Task Key_of_jump_host_may_be_encrypted_too()
    {
        var key = await hosts.EncryptedKeyAsync(Passphrase);
        var jump = hosts.Jump with { Material = Material(key, "wrong", hosts.Jump.Material.KnownHosts) };
        await using var client = SshHosts.Client(hosts.BehindJump() with { Jump = jump });

        var refusal = await Should.ThrowAsync<DockerSshException>(() => client.System.PingAsync());

        refusal.Reason.ShouldBe(RemoteRefusal.LocalClient);
        refusal.Message.ShouldStartWith($"jump host ops@{hosts.Bastion.Address}:22: the passphrase does not open");
    }

    [Fact]
    public async Task Passphrase_is_on_no_command_line_and_in_no_environment()
    {
        // Many rounds: the decryption takes long enough to be looked at.
        var material = Material(await hosts.EncryptedKeyAsync(Passphrase, rounds: 300), Passphrase);
        await using var client = SshHosts.Client(hosts.Endpoint() with { Ssh = material, AsRoot = true });
        var ping = client.System.PingAsync();
        var seen = new List<string>();

        while (!ping.IsCompleted)
        {
            seen.AddRange(Directory.EnumerateDirectories("/proc").Where(IsDescendant).SelectMany(Shown));

            // Without a pause, looking would take a processor from the decryption.
            await Task.Delay(5, Token);
        }

        await ping;
        seen.ShouldContain(text => text.Contains("ssh-keygen", StringComparison.Ordinal));
        seen.ShouldAllBe(text => !text.Contains(Passphrase, StringComparison.Ordinal));
    }

    private SshMaterial Material(byte[] key, string passphrase, ReadOnlyMemory<byte>? knownHosts = null) =>
        new(key, (knownHosts ?? hosts.Material.KnownHosts).ToArray(), Encoding.UTF8.GetBytes(passphrase));

    // Only what this process started: other tests have processes of their own.
    private static bool IsDescendant(string directory)
    {
        try
        {
            return int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out _)
                && File.ReadAllText($"{directory}/stat").Split(") ")[^1].Split(' ')[1] == $"{Environment.ProcessId}";
        }
        catch (IOException)
        {
            // It ended while we looked.
            return false;
        }
    }

    private static IEnumerable<string> Shown(string directory)
    {
        foreach (var file in new[] { "cmdline", "environ" })
        {
            string text;
            try
            {
                text = File.ReadAllText($"{directory}/{file}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
                continue;
            }

            yield return text;
        }
    }
}
