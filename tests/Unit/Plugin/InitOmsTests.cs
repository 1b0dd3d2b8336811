using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Unit.Plugin;

/// <summary><c>init oms</c> with what users have: a sentence, never a stack trace.</summary>
public sealed class InitOmsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-init-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("192.0.2.216", "'192.0.2.216' is not an address.")]
    [InlineData("http://192.0.2.216", "http")]
    [InlineData("unix:///nowhere/docker.sock", "/nowhere/docker.sock")]
    public async Task Unusable_docker_is_refused_with_sentence(string docker, string expected) =>
        (await RunAsync(docker)).ShouldContain(expected);

    [Fact]
    public async Task Own_machine_of_the_user_is_asked()
    {
        var (key, hosts) = (Path.Combine(_folder.FullName, "key"), Path.Combine(_folder.FullName, "known_hosts"));
        await File.WriteAllTextAsync(key, "no key");
        await File.WriteAllTextAsync(hosts, "");

        (await RunAsync("unix:///nowhere/docker.sock")).ShouldNotContain("administrator");
        (await RunAsync("ssh://u@127.0.0.1:1", "--ssh-key", key, "--known-hosts", hosts))
            .ShouldNotContain("administrator");
    }

    [Fact]
    public async Task Key_with_passphrase_is_named()
    {
        var (key, hosts) = (Path.Combine(_folder.FullName, "key"), Path.Combine(_folder.FullName, "known_hosts"));
        byte[] head =
            [.. "openssh-key-v1\0"u8, 0, 0, 0, 10, .. "aes256-ctr"u8, 0, 0, 0, 6, .. "bcrypt"u8, .. new byte[100]];
        await File.WriteAllTextAsync(
            key,
            $"-----BEGIN OPENSSH PRIVATE KEY-----\n{Convert.ToBase64String(head)}\n-----END OPENSSH PRIVATE KEY-----\n",
            Encoding.ASCII);
        await File.WriteAllTextAsync(hosts, "");

        (await RunAsync("ssh://u@192.0.2.216", "--ssh-key", key, "--known-hosts", hosts))
            .ShouldContain($"{key} has a passphrase");
    }

    [Fact]
    public async Task Other_systems_are_told_what_works() =>
        (await RunAsync(new Surroundings { IsLinux = false }, "ssh://u@192.0.2.216"))
            .ShouldContain("works on Linux only");

    private static Task<string> RunAsync(string docker, params string[] more) =>
        RunAsync(new Surroundings(), docker, more);

    private static async Task<string> RunAsync(Surroundings system, string docker, params string[] more)
    {
        await using var output = new StringWriter();
        var command = DrydockCommand.Create(CliRuns.Plain(output) with { IsLinux = system.IsLinux });

        var code = await command.Parse(
            ["init", "oms", "--docker", docker, "--image", "x", "--to-version", "4.2.2", .. more])
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);

        code.ShouldBe(ExitCodes.Failed);
        output.ToString().ShouldNotContain("   at ");
        return output.ToString();
    }
}
