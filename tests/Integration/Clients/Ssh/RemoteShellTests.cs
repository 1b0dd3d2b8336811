using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Deadline = Drydock.Lab.Deadline;

namespace Drydock.Tests.Integration.Clients.Ssh;

/// <summary>Shells that stay open on a host behind a real sshd.</summary>
public sealed class RemoteShellTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("drydock-shell-").FullName;
    private SshServer? _server;
    private CountedClient? _client;
    private RemoteShells? _shells;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SshServer Server => _server!;

    private CountedClient Client => _client!;

    private RemoteShells Shells => _shells!;

    public async ValueTask InitializeAsync()
    {
        _server = await SshServer.StartAsync(_root);
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Shells.DisposeAsync();
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    [InlineData("busybox")]
    public async Task Twenty_looks_are_one_remote_command(string shell)
    {
        File.CreateSymbolicLink(
            Path.Combine(Server.Programs, "sh"), (await FixtureShell.RunAsync("which", shell)).Trim());
        string[] arguments = ["a b", "it's", "\"$HOME\"", "`id`", "line\nend", "", "*", "数据库", "-n", "\\", "#"];
        const string Script = "cd /; code=$1; shift; printf '<%s>' \"$@\"; read -r x || echo err $code >&2; exit $code";

        for (var code = 1; code <= 10; code++)
        {
            (await LookAsync(Script, [$"{code}", .. arguments])).ShouldBe(
                new RemoteResult(code, string.Concat(arguments.Select(a => $"<{a}>")), $"err {code}\n"));
            (await LookAsync("pwd; set -- left; left=$1")).IsSuccess.ShouldBeTrue();
        }

        Client.Commands.ShouldBe(1);
        Server.Logins.ShouldBe(1);
        (await LookAsync("ps -eo args; echo \"$1\"", "canary-9911")).Output.Split("canary-9911").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Text_like_a_mark_and_no_text_are_output()
    {
        const string Like = "0123456789abcdef0123456789abcdef000\n";
        var printed = await LookAsync("printf '%s' \"$1\"; printf '%s' \"$1\" >&2; printf '\\000x'", Like);

        printed.ShouldBe(new RemoteResult(0, Like + "\0x", Like));
        (await LookAsync(":")).ShouldBe(new RemoteResult(0, "", ""));
        Client.Commands.ShouldBe(1);
    }

    [Fact]
    public async Task Output_above_the_limits_is_cut_or_ends_the_shell()
    {
        Open(new SshOptions
        {
            Endpoints = EndpointPolicy.Unrestricted,
            RuntimeDirectory = _root,
            MaxTotalOutput = 8 << 20,
        });
        var result = await LookAsync("seq 1 500000");
        result.Output.Length.ShouldBe(2 << 20);
        result.Output.ShouldEndWith("\n500000\n");

        var trouble = await Should.ThrowAsync<RemoteException>(() => LookAsync("yes"));

        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.RemoteCommand, true));
        trouble.Message.ShouldContain("printed more than 8388608 bytes");
        (await LookAsync("echo again")).Output.ShouldBe("again\n");
        Client.Commands.ShouldBe(2);
    }

    [Theory]
    [InlineData("ssh in the operator")]
    [InlineData("shell on the host")]
    [InlineData("connection")]
    public async Task Shell_ended_between_looks_is_opened_anew(string what)
    {
        var shell = (await LookAsync("echo $$")).Output.Trim();
        switch (what)
        {
            case "ssh in the operator":
                await FixtureShell.RunAsync("pkill", "-KILL", "-f", $"{_root}/drydock-ssh-.*sh -c");
                break;
            case "shell on the host":
                await FixtureShell.RunAsync("kill", "-KILL", shell);
                break;
            default:
                await Server.BreakAsync();
                break;
        }

        await GoneAsync(shell);

        var next = await LookAsync("echo $$");

        next.IsSuccess.ShouldBeTrue();
        next.Output.Trim().ShouldNotBe(shell);
        Client.Commands.ShouldBe(2);
        await NothingRemainsAsync(next.Output.Trim());
    }

    [Theory]
    [InlineData("limit")]
    [InlineData("cancelled")]
    [InlineData("operator")]
    [InlineData("shell")]
    public async Task Hanging_look_is_ended_on_the_host(string how)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var began = Path.Combine(_root, "began");
        var limit = TimeSpan.FromSeconds(how == "limit" ? 1 : 600);
        var look = Shells.RunAsync(
            RemoteCommand.Script("echo some; echo $$ >\"$1\"; sleep 4711; echo end", began) with { Limit = limit },
            cancel.Token);
        await Deadline.UntilAsync(
            "the look to run",
            async token => File.Exists(began) && (await File.ReadAllTextAsync(began, token)).EndsWith('\n'),
            cancellationToken: Token);
        var shell = (await File.ReadAllTextAsync(began, Token)).Trim();

        switch (how)
        {
            case "limit":
                (await look).ShouldBe(new RemoteResult(RemoteCommand.TimedOut, "some\n", ""));
                break;
            case "cancelled":
                await cancel.CancelAsync();
                await Should.ThrowAsync<OperationCanceledException>(() => look);
                break;
            case "operator":
                await FixtureShell.RunAsync("pkill", "-KILL", "-f", $"{_root}/drydock-ssh-");
                (await Should.ThrowAsync<Exception>(async () => (await look).OrThrow("h", "look")))
                    .ShouldBeOfType<RemoteException>();
                break;
            default:
                await FixtureShell.RunAsync("kill", "-KILL", shell);
                (await look).IsSuccess.ShouldBeFalse();
                break;
        }

        await GoneAsync("sleep 4711");
        await GoneAsync(shell);
        (await LookAsync("echo again")).Output.ShouldBe("again\n");
    }

    [Fact]
    public async Task Parallel_looks_each_have_a_shell_and_few_stay()
    {
        // Each waits for all.
        const string Meet = "touch \"$1/$2\"; while [ $(ls \"$1\" | wc -l) -lt 8 ]; do sleep 0.05; done; echo $2";
        var place = Directory.CreateDirectory(Path.Combine(_root, "place")).FullName;

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => LookAsync(Meet, place, $"{i}")));

        results.Select(r => r.Output).ShouldBe(Enumerable.Range(0, 8).Select(i => $"{i}\n"));
        await ShellsAreAsync(4);
        await Shells.MakeRoomAsync(7);
        await ShellsAreAsync(1);
        await Shells.MakeRoomAsync(8);
        await ShellsAreAsync(0);
        Client.Commands.ShouldBe(8);
    }

    [Fact]
    public async Task Idle_shell_ends()
    {
        await Shells.DisposeAsync();
        _shells = new RemoteShells(Client, most: 8) { IdleLimit = TimeSpan.FromMilliseconds(100) };
        await LookAsync("true");

        await ShellsAreAsync(0);
        (await LookAsync("echo again")).Output.ShouldBe("again\n");
    }

    [Fact]
    public async Task Sudo_refusal_is_that_of_a_command()
    {
        await ProgramAsync("sudo", "echo 'sudo: a password is required' >&2\nexit 1");
        var look = RemoteCommand.Script("echo end") with { AsRoot = true, Limit = TimeSpan.FromMinutes(1) };
        var command = await Should.ThrowAsync<RemoteException>(() => Client.RunAsync(look, Token));

        var trouble = await Should.ThrowAsync<RemoteException>(() => Shells.RunAsync(look, Token));

        (trouble.Reason, trouble.MayHaveRun, trouble.Message)
            .ShouldBe((RemoteRefusal.Sudo, false, command.Message));
        await ProgramAsync("sudo", "shift\n[ \"$1\" = -- ] || shift 3\nshift\necho warned >&2\nexec \"$@\"");
        (await Shells.RunAsync(look, Token)).ShouldBe(new RemoteResult(0, "end\n", ""));
        (await Shells.RunAsync(look with { AsRoot = false, AsUser = "db" }, Token)).Output.ShouldBe("end\n");
        (await Shells.RunAsync(look with { AsRoot = false }, Token)).Output.ShouldBe("end\n");
        Client.Commands.ShouldBe(5, "each account has a shell of its own");
    }

    [Theory]
    [InlineData("echo no shell here")]
    [InlineData("exec cat")]
    [InlineData("exec sh -c \"$SSH_ORIGINAL_COMMAND\" </dev/null")]
    [InlineData("case $SSH_ORIGINAL_COMMAND in *kill*) exit 1; esac; eval \"$SSH_ORIGINAL_COMMAND\"")]
    public async Task Account_without_shell_gets_one_command_a_look(string forced)
    {
        await ProgramAsync("forced", forced);
        await File.WriteAllTextAsync(
            Path.Combine(Path.GetDirectoryName(Server.Programs)!, "authorized_keys"),
            $"command=\"{Server.Programs}/forced\" "
            + await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(Server.Programs)!, "user.pub"), Token),
            Token);
        var look = RemoteCommand.Script("echo end") with { Input = Stream.Null, Limit = TimeSpan.FromMinutes(1) };
        var command = await Client.RunAsync(look, Token);

        (await Shells.RunAsync(look, Token)).ShouldBe(command);
        (await Shells.RunAsync(look, Token)).ShouldBe(command);

        Client.Commands.ShouldBe(4, "a shell was tried once");
    }

    [Fact]
    public async Task Disposed_shells_leave_nothing_on_the_host()
    {
        var shell = (await LookAsync("echo $$")).Output.Trim();

        await NothingRemainsAsync(shell);
    }

    private void Open(SshOptions? options = null)
    {
        _client = new CountedClient(new SshClient(
            new SshEndpoint("127.0.0.1", "root", Server.Port), Server.Material,
            options ?? new SshOptions { Endpoints = EndpointPolicy.Unrestricted, RuntimeDirectory = _root }));
        _shells = new RemoteShells(Client, most: 8);
    }

    private Task<RemoteResult> LookAsync(string script, params string[] arguments) => Shells.RunAsync(
        RemoteCommand.Script(script, arguments) with { Limit = TimeSpan.FromMinutes(1) }, Token);

    private async Task ProgramAsync(string name, string script)
    {
        var path = Path.Combine(Server.Programs, name);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", Token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private async Task NothingRemainsAsync(string shell)
    {
        await Shells.DisposeAsync();
        await Client.DisposeAsync();
        await GoneAsync(shell);
        await ShellsAreAsync(0);
        await Deadline.UntilAsync(
            "the ssh programs to end",
            async _ => !(await ProcessesAsync()).Contains($"{_root}/drydock-ssh-", StringComparison.Ordinal),
            cancellationToken: Token);
    }

    private static Task GoneAsync(string process) => Deadline.UntilAsync(
        $"the end of {process}",
        async _ => !(await ProcessesAsync()).Split('\n').Any(
            line => line.Trim().Split(' ', 2) is [var pid, var arguments] && (pid == process || arguments == process)),
        cancellationToken: Token);

    // Of this server only.
    private Task ShellsAreAsync(int count) => Deadline.UntilAsync(
        $"{count} shells",
        _ => Task.FromResult(Directory.GetDirectories("/proc").Count(IsShell) == count),
        cancellationToken: Token);

    private bool IsShell(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/cmdline").StartsWith("timeout\0", StringComparison.Ordinal)
                && File.ReadAllText($"{process}/environ").Contains(_root, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Task<string> ProcessesAsync() => FixtureShell.RunAsync("ps", "-eo", "pid,args");
}
