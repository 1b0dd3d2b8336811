using System.Net.Sockets;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Deadline = Drydock.Lab.Deadline;

namespace Drydock.Tests.Integration.Clients.Ssh;

/// <summary>Commands on a host behind a real sshd.</summary>
public sealed class SshClientTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("drydock-ssh-tests-").FullName;
    private SshServer? _server;

    private SshServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await SshServer.StartAsync(_root);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Ssh_command_receives_special_arguments_unchanged()
    {
        await using var client = Client();
        string[] arguments = ["a b", "it's", "\"$HOME\"", "`id`", "line\nend", "", "*", "数据库", "-n", "\\"];

        var result = await client.RunAsync(new RemoteCommand(["printf", "<%s>", .. arguments]), Token);

        result.ShouldBe(new RemoteResult(0, string.Concat(arguments.Select(a => $"<{a}>")), ""));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(255, 254)]
    public async Task Ssh_command_returns_exit_code_and_both_outputs(int exits, int seen)
    {
        await using var client = Client();

        var result = await client.RunAsync(RemoteCommand.Script("echo out; echo err >&2; exit $1", $"{exits}"), Token);

        result.ShouldBe(new RemoteResult(seen, "out\n", "err\n"));
    }

    [Fact]
    public async Task Connection_is_opened_by_the_host()
    {
        await using var client = Client();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var stream = await client.ConnectAsync("127.0.0.1", ((IPEndPoint)server.LocalEndpoint).Port, Token);
        using var accepted = await server.AcceptTcpClientAsync(Token);

        await stream.WriteAsync("question"u8.ToArray(), Token);
        var asked = new byte[8];
        await accepted.GetStream().ReadExactlyAsync(asked, Token);
        await accepted.GetStream().WriteAsync("answer"u8.ToArray(), Token);
        accepted.Client.Shutdown(SocketShutdown.Send);
        using var answer = new StreamReader(stream);

        Encoding.ASCII.GetString(asked).ShouldBe("question");
        (await answer.ReadToEndAsync(Token)).ShouldBe("answer");
    }

    [Fact]
    public async Task Port_without_listener_is_a_refused_connection()
    {
        await using var client = Client();
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        await using var stream = await client.ConnectAsync("127.0.0.1", port, Token);

        var trouble = await Should.ThrowAsync<IOException>(
            async () => await stream.ReadExactlyAsync(new byte[1], Token));

        trouble.Message.ShouldContain($"sshd opens no connection to [127.0.0.1]:{port}");
        trouble.InnerException.ShouldBeOfType<SocketException>().SocketErrorCode
            .ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task Secret_input_of_ssh_command_is_on_no_command_line()
    {
        await using var client = Client();
        using var input = new MemoryStream("canary-7712"u8.ToArray());

        var result = await client.RunAsync(
            RemoteCommand.Script("read -r secret; ps -eo args; echo \"got $secret\"") with { Input = input }, Token);

        result.Output.ShouldEndWith("got canary-7712\n");
        result.Output.Split("canary-7712").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Long_ssh_output_keeps_its_end()
    {
        await using var client = Client(
            new SshOptions { Endpoints = EndpointPolicy.Unrestricted, RuntimeDirectory = _root, MaxOutput = 1000 });

        var result = await client.RunAsync(new RemoteCommand("seq", "1", "200000"), Token);

        result.Output.Length.ShouldBe(1000);
        result.Output.ShouldEndWith("\n200000\n");
    }

    [Fact]
    public async Task Parallel_ssh_commands_share_one_login()
    {
        await using var client = Client();
        await client.RunAsync(new RemoteCommand("true"), Token);

        var results = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => client.RunAsync(new RemoteCommand("echo", $"{i}"), Token)));

        results.Select(r => r.Output).ShouldBe(Enumerable.Range(0, 8).Select(i => $"{i}\n"));
        Server.Logins.ShouldBe(1);
    }

    [Fact]
    public async Task Broken_ssh_connection_leaves_outcome_unknown_and_reconnects()
    {
        await using var client = Client();
        var began = Path.Combine(_root, "began");
        var broken = client.RunAsync(
            RemoteCommand.Script("mkfifo \"$1.fifo\"; touch \"$1\"; read -r never < \"$1.fifo\"", began), Token);
        await UntilAsync(() => Task.FromResult(File.Exists(began)));

        await Server.BreakAsync();

        var trouble = await Should.ThrowAsync<RemoteException>(() => broken);
        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.Connection, true), trouble.Message);
        (await client.RunAsync(new RemoteCommand("echo", "again"), Token)).Output.ShouldBe("again\n");
        Server.Logins.ShouldBe(2);

        // It waits there to this day.
        (await client.RunAsync(RemoteCommand.Script(": > \"$1.fifo\"", began), Token)).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task Refused_ssh_connection_reports_reason_and_that_nothing_ran()
    {
        await using var unknown = Client(material: Server.NoHostKey);
        await using var changed = Client(material: Server.WrongHostKey);
        await using var stranger = Client(material: Server.WrongKey);
        await using var nobody = new SshClient(
            new SshEndpoint("127.0.0.1", "root", 1), Server.Material,
            new SshOptions { Endpoints = EndpointPolicy.Unrestricted, RuntimeDirectory = _root });

        (await RefusedAsync(unknown)).ShouldBe((RemoteRefusal.HostKey, false));
        (await RefusedAsync(changed)).ShouldBe((RemoteRefusal.HostKey, false));
        (await RefusedAsync(stranger)).ShouldBe((RemoteRefusal.Authentication, false));
        (await RefusedAsync(nobody)).ShouldBe((RemoteRefusal.Connection, false));
    }

    [Fact]
    public async Task Sudo_with_password_is_refused_with_NOPASSWD_advice()
    {
        var sudo = Path.Combine(Server.Programs, "sudo");
        await File.WriteAllTextAsync(sudo, "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n", Token);
        File.SetUnixFileMode(sudo, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var client = Client();

        var trouble = await Should.ThrowAsync<RemoteException>(
            () => client.RunAsync(new RemoteCommand("systemctl", "stop", "x") { AsRoot = true }, Token));

        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.Sudo, false));
        trouble.Message.ShouldContain("NOPASSWD");
    }

    [Fact]
    public async Task Root_command_runs_through_noninteractive_sudo()
    {
        var sudo = Path.Combine(Server.Programs, "sudo");
        await File.WriteAllTextAsync(
            sudo, "#!/bin/sh\n[ \"$1 $2\" = '-n --' ] || exit 9\nshift 2\necho as root: \"$@\"\n", Token);
        File.SetUnixFileMode(sudo, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var client = Client();

        (await client.RunAsync(new RemoteCommand("systemctl", "stop", "a b") { AsRoot = true }, Token)).Output
            .ShouldBe("as root: systemctl stop a b\n");
    }

    [Fact]
    public async Task Disposed_SshClient_leaves_no_connection_and_no_file()
    {
        var client = Client();
        await client.RunAsync(new RemoteCommand("true"), Token);
        var before = Directory.GetDirectories(_root, "drydock-ssh-*").ShouldHaveSingleItem();

        await client.DisposeAsync();

        Directory.Exists(before).ShouldBeFalse();
        await UntilAsync(
            async () => !(await FixtureShell.RunAsync("ps", "-eo", "args")).Contains(before, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-oProxyCommand=x", "root", 22)]
    [InlineData("h", "a b", 22)]
    [InlineData("h", "root", 0)]
    public void Unsafe_ssh_endpoint_is_refused(string host, string user, int port) =>
        Should.Throw<RemoteException>(() => new SshClient(new SshEndpoint(host, user, port), Server.Material)).Reason
            .ShouldBe(RemoteRefusal.LocalClient);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SshClient Client(SshOptions? options = null, SshMaterial? material = null) =>
        new(new SshEndpoint("127.0.0.1", "root", Server.Port), material ?? Server.Material, options
            ?? new SshOptions { Endpoints = EndpointPolicy.Unrestricted, RuntimeDirectory = _root });

    private static async Task<(RemoteRefusal, bool)> RefusedAsync(SshClient client)
    {
        var trouble = await Should.ThrowAsync<RemoteException>(() => client.RunAsync(new RemoteCommand("true"), Token));
        return (trouble.Reason, trouble.MayHaveRun);
    }

    private static Task UntilAsync(Func<Task<bool>> there) =>
        Deadline.UntilAsync("the host", _ => there(), cancellationToken: Token);
}
