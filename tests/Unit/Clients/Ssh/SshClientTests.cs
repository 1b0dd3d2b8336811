using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Ssh;

/// <summary>The client over a program of our own in the place of ssh.</summary>
public sealed class SshClientTests : IDisposable
{
    private static readonly SshMaterial Material = new("canary-key"u8.ToArray(), "hosts\n"u8.ToArray());
    private readonly string _root = Directory.CreateTempSubdirectory("drydock-ssh-tests-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Endless_output_is_ended_at_the_limit()
    {
        await using var client =
            Client("while :; do echo 'canary canary canary canary canary canary'; done", maxTotalOutput: 1 << 20);

        var refusal = await Should.ThrowAsync<RemoteException>(() => client.RunAsync(new RemoteCommand("true"), Token));

        (refusal.Reason, refusal.MayHaveRun).ShouldBe((RemoteRefusal.RemoteCommand, true));
        refusal.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Endless_errors_are_ended_while_the_program_reads_nothing()
    {
        await using var client =
            Client("while :; do echo 'canary canary canary canary canary canary' >&2; done", maxTotalOutput: 1 << 20);
        using var input = new MemoryStream(new byte[4 << 20]);

        (await Should.ThrowAsync<RemoteException>(
                () => client.RunAsync(new RemoteCommand("true") { Input = input }, Token)))
            .Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Key_is_private_memory_file_and_never_on_disk()
    {
        await using var client = Client("""
            while [ $# -gt 0 ]; do case $1 in -i) key=$2; shift;; esac; shift; done
            cat "$key"; stat -L -c ' %a %U' "$key"
            """);

        var result = await client.RunAsync(new RemoteCommand("true"), Token);

        result.Output.ShouldBe($"canary-key\n 600 {Environment.UserName}\n");
        var files = Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories)
            .ToLookup(f => Path.GetFileName(f) == ".lock");
        files[true].ShouldAllBe(f => new FileInfo(f).Length == 0);
        files[false].Where(f => File.ReadAllText(f).Contains("canary", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_warning_of_sudo_is_no_refusal()
    {
        await using var client = Client("echo 'sudo: unable to resolve host h: Name or service not known' >&2; exit 1");

        (await client.RunAsync(new RemoteCommand("false") { AsUser = "tidb" }, Token)).ExitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("sudo: unable to resolve host h: Name or service not known\\nsudo: a password is required")]
    [InlineData("sudo: unknown user tidb")]
    [InlineData("Sorry, user root is not allowed to execute /bin/sh as tidb on h.")]
    [InlineData("root is not in the sudoers file.")]
    public async Task A_refusal_of_sudo_is_recognised(string said)
    {
        await using var client = Client($"printf '{said}\\n' >&2; exit 1");

        (await Should.ThrowAsync<RemoteException>(
            () => client.RunAsync(new RemoteCommand("false") { AsUser = "tidb" }, Token))).Reason
            .ShouldBe(RemoteRefusal.Sudo);
    }

    [Fact]
    public async Task A_host_at_a_refused_address_is_never_connected_to()
    {
        var began = Path.Combine(_root, "began");
        await using var client = Client($"touch {began}", host: "127.0.0.1", endpoints: EndpointPolicy.Default);

        var refusal = await Should.ThrowAsync<RemoteException>(() => client.RunAsync(new RemoteCommand("true"), Token));

        (refusal.Reason, refusal.MayHaveRun).ShouldBe((RemoteRefusal.LocalClient, false));
        refusal.Message.ShouldBeWorded();
        File.Exists(began).ShouldBeFalse();
    }

    [Fact]
    public async Task Directory_of_killed_process_is_removed_unless_in_use()
    {
        await using var client = Client("true");
        var mine = Directory.GetDirectories(_root, "drydock-ssh-*").ShouldHaveSingleItem();
        var left = Directory.CreateDirectory(Path.Combine(_root, "drydock-ssh-0")).FullName;
        await File.WriteAllTextAsync(Path.Combine(left, ".lock"), "", Token);
        var unfinished = Directory.CreateDirectory(Path.Combine(_root, "drydock-ssh-1")).FullName;
        var other = Directory.CreateDirectory(Path.Combine(_root, "another")).FullName;

        LockedDirectory.RemoveLeft(_root, SshClient.DirectoryPrefix).ShouldBe(1);

        Directory.GetDirectories(_root)
            .Order(StringComparer.Ordinal)
            .ShouldBe(new[] { mine, unfinished, other }.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("h\n", "root")]
    [InlineData("h", "root\n")]
    public void A_line_end_behind_host_or_user_is_refused(string host, string user) =>
        new SshEndpoint(host, user).IsSafe.ShouldBeFalse();

    private SshClient Client(
        string script, string host = "192.0.2.1", long maxTotalOutput = 64 << 20, EndpointPolicy? endpoints = null)
    {
        var program = Path.Combine(_root, "program");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new SshClient(
            new SshEndpoint(host, "root"),
            Material,
            new SshOptions
            {
                RuntimeDirectory = _root,
                SshProgram = program,
                MaxTotalOutput = maxTotalOutput,
                Endpoints = endpoints ?? EndpointPolicy.Unrestricted
            });
    }
}
