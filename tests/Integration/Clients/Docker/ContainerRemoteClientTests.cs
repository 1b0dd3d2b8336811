using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Drydock.Tests.Integration.Clients.Ssh;
using Drydock.Tests.Integration.Support;
using Deadline = Drydock.Lab.Deadline;

namespace Drydock.Tests.Integration.Clients.Docker;

/// <summary>Commands and files in a container that is a host, on a real engine.</summary>
[Collection(DockerDaemonCollection.Name)]
public sealed class ContainerRemoteClientTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private const int MaxOutput = 64 << 10;
    private const int Size = 32 << 20;
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(Size);

    private readonly DockerClient _docker = DockerDaemonFixture.Client(daemon.TlsEndpoint);
    private readonly List<long> _opened = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _docker.DisposeAsync();

    [Theory]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task Container_command_gets_whole_input_and_returns_outputs_and_code(string way)
    {
        await using var docker = DockerDaemonFixture.Client(way == "tls" ? daemon.TlsEndpoint : daemon.UnixEndpoint);
        var container = await RunAsync();
        using var input = new MemoryStream(Content);
        var sent = 0L;

        var result = await Client(container, docker: docker).RunAsync(
            RemoteCommand.Script("sha256sum; echo \"$1\" >&2; exit 255", "it's $HOME \"here\"") with
            {
                Input = input,
                Sent = n => sent = n
            },
            Token);

        (result.ExitCode, result.Output, result.Errors)
            .ShouldBe((255, $"{Convert.ToHexStringLower(SHA256.HashData(Content))}  -\n", "it's $HOME \"here\"\n"));
        sent.ShouldBe(Size);
    }

    [Fact]
    public async Task Container_command_without_input_reads_end_of_input_at_once()
    {
        var client = Client(await RunAsync());

        (await client.RunAsync(RemoteCommand.Script("cat; echo done"), Token)).Output.ShouldBe("done\n");
        (await client.RunAsync(RemoteCommand.Script("cat; echo done") with { Input = Stream.Null }, Token)).Output
            .ShouldBe("done\n");
        (await client.RunAsync(new RemoteCommand("printf", "%s|", "a b", "", "*"), Token)).Output.ShouldBe("a b||*|");
        (await client.RunAsync(new RemoteCommand("/no/such", "-V"), Token))
            .ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(127), r => r.Errors.ShouldContain("/no/such"));
    }

    [Fact]
    public async Task Container_command_streams_both_ways_and_keeps_end_of_output()
    {
        var client = Client(await RunAsync());
        using var input = new MemoryStream(Content);

        var result = await client.RunAsync(
            RemoteCommand.Script("base64 -w0; echo; echo last; yes | head -c 1000000 >&2") with { Input = input },
            Token);

        result.Output.Length.ShouldBe(MaxOutput);
        result.Output.ShouldEndWith("\nlast\n");
        result.Errors.Length.ShouldBe(MaxOutput);
    }

    [Fact]
    public async Task Container_command_that_leaves_input_unread_returns_its_code()
    {
        using var input = new MemoryStream(Content);

        (await Client(await RunAsync()).RunAsync(
            RemoteCommand.Script("head -c 3 > /dev/null; exit 4") with { Input = input }, Token)).ExitCode.ShouldBe(4);
    }

    [Fact]
    public async Task Container_command_runs_as_container_user_named_user_or_root()
    {
        var container = await RunAsync();

        (await Client(container).RunAsync(new RemoteCommand("id", "-u"), Token)).Output
            .ShouldBe($"{UserlandLayer.UserId}\n");
        (await Client(container, "root").RunAsync(new RemoteCommand("id", "-u"), Token)).Output.ShouldBe("0\n");
        (await Client(container, "bigmath").RunAsync(new RemoteCommand("id", "-u") { AsRoot = true }, Token)).Output
            .ShouldBe("0\n");
        var trouble = await RefusedAsync(Client(container, "nobody-knows"));
        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.Authentication, false));
        trouble.Message.ShouldContain("does not know the user nobody-knows");
    }

    [Fact]
    public async Task Missing_stopped_or_paused_container_is_refused_by_name()
    {
        await ShouldBeAsync(Client("no-such"), "there is no such container");
        var stopped = await RunAsync(start: false);
        await ShouldBeAsync(Client(stopped), "is not running");
        var paused = await RunAsync();
        await FixtureShell.RunAsync("docker", "-H", $"unix://{daemon.Socket}", "pause", paused);
        await ShouldBeAsync(Client(paused), "is paused");
        await FixtureShell.RunAsync("docker", "-H", $"unix://{daemon.Socket}", "unpause", paused);

        async Task ShouldBeAsync(ContainerRemoteClient client, string words)
        {
            var trouble = await RefusedAsync(client);
            (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.Container, false));
            trouble.Message.ShouldContain(words);
            trouble.Message.ShouldContain("10.9.9.9");
            trouble.Message.ShouldContain(_docker.EndpointName);
        }
    }

    [Fact]
    public async Task Engine_certificate_and_connection_refusals_are_told_apart()
    {
        var container = await RunAsync();

        (await AtAsync(daemon.StrangersEndpoint)).Reason.ShouldBe(RemoteRefusal.Authentication);
        (await AtAsync(daemon.WronglyTrustingEndpoint)).Reason.ShouldBe(RemoteRefusal.HostKey);
        (await AtAsync(DockerEndpoint.Parse($"unix://{daemon.Root}/none.sock"))).ShouldSatisfyAllConditions(
            t => t.Reason.ShouldBe(RemoteRefusal.Connection), t => t.MayHaveRun.ShouldBeFalse());

        async Task<RemoteException> AtAsync(DockerEndpoint endpoint)
        {
            await using var docker = DockerDaemonFixture.Client(endpoint);
            return await RefusedAsync(Client(container, docker: docker));
        }
    }

    [Fact]
    public async Task Container_killed_under_command_leaves_outcome_unknown()
    {
        var container = await RunAsync();
        var running = Client(container).RunAsync(
            RemoteCommand.Script("touch /data/begun; sleep 1000") with { Input = Stream.Null }, Token);
        await SeenAsync(container, "/data/begun");

        await FixtureShell.RunAsync("docker", "-H", $"unix://{daemon.Socket}", "kill", container);

        var trouble = await Should.ThrowAsync<RemoteException>(() => running);
        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.Connection, true), trouble.Message);
    }

    [Fact]
    public async Task Open_shell_answers_looks_and_leaves_nothing_in_the_container()
    {
        var container = await RunAsync();
        var client = new CountedClient(Client(container));
        var shells = new RemoteShells(client, most: 8);
        for (var i = 1; i <= 10; i++)
        {
            (await LookAsync("printf '%s|' \"$@\"; cat; echo err >&2; exit $1", $"{i}", "it's", "a\nb")).ShouldBe(
                new RemoteResult(i, $"{i}|it's|a\nb|", "err\n"));
        }

        client.Commands.ShouldBe(1);
        var shell = (await LookAsync("echo $$")).Output.Trim();
        var late = await shells.RunAsync(
            RemoteCommand.Script("echo some; sleep 4712; echo end") with { Limit = TimeSpan.FromSeconds(1) }, Token);
        late.ShouldBe(new RemoteResult(RemoteCommand.TimedOut, "some\n", ""));
        await GoneAsync("sleep 4712");
        (await LookAsync("echo $$")).Output.Trim().ShouldNotBe(shell);
        client.Commands.ShouldBe(2);
        await FixtureShell.RunAsync("docker", "-H", $"unix://{daemon.Socket}", "restart", "-t", "0", container);
        (await LookAsync("echo again")).Output.ShouldBe("again\n");

        await shells.DisposeAsync();

        await GoneAsync("sh");

        Task<RemoteResult> LookAsync(string script, params string[] arguments) => shells.RunAsync(
            RemoteCommand.Script(script, arguments) with { Limit = TimeSpan.FromMinutes(1) }, Token);

        Task GoneAsync(string program) => Deadline.UntilAsync(
            $"the end of {program}",
            async _ => (await Client(container).RunAsync(new RemoteCommand("pgrep", "-fx", program), Token)).ExitCode
                == 1);
    }

    [Fact]
    public async Task Image_without_shell_is_refused_by_name()
    {
        const string Script = "/bin/busybox rm /bin/sh; while :; do /bin/busybox sleep 1; done";
        var container = await daemon.RunIdleAsync(
            _docker, options => options["Cmd"] = DockerJson.List(["/bin/busybox", "sh", "-c", Script]));
        await Deadline.UntilAsync("the shell to be gone", async token => (await _docker.RunExecAsync(
            container, ["/bin/busybox", "test", "-e", "/bin/sh"], cancellationToken: token)).ExitCode != 0);

        var trouble = await RefusedAsync(Client(container));

        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.RemoteCommand, false), trouble.Message);
        trouble.Message.ShouldContain("a POSIX shell is needed");
    }

    [Fact]
    public async Task Command_input_is_absent_from_engine_inspection()
    {
        var container = await RunAsync();
        using var secret = new MemoryStream("canary-7"u8.ToArray());
        var running = Client(container).RunAsync(
            RemoteCommand.Script("cat > /dev/null; touch /data/begun; until [ -e /data/go ]; do sleep 0.05; done") with
            {
                Input = secret
            },
            Token);
        await SeenAsync(container, "/data/begun");

        var inspected = await _docker.Containers.InspectContainerJsonAsync(container, Token);
        inspected.ToJsonString().ShouldNotContain("canary-7");
        using var socket = new HttpClient(
            new SocketsHttpHandler { ConnectCallback = async (_, ct) => await UnixAsync(ct) });
        foreach (var exec in await ExecsAsync(socket, container))
        {
            (await socket.GetStringAsync(new Uri($"http://docker/exec/{exec}/json"), Token))
                .ShouldNotContain("canary-7");
        }

        await Client(container).RunAsync(new RemoteCommand("touch", "/data/go"), Token);
        (await running).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task UploadAsync_sends_large_file_over_tls_only_once()
    {
        const long length = 512L << 20;
        var container = await RunAsync();
        var sum = await SumAsync(length);
        var file =
            new RemoteFile("/data/new server", length, sum) { Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute };

        IRemoteClient client = Client(container);
        (await client.UploadAsync(file, Repeated, cancellationToken: Token)).ShouldBeTrue();
        (await client.UploadAsync(file, Repeated, cancellationToken: Token)).ShouldBeFalse();

        (await Client(container).RunAsync(
            new RemoteCommand("stat", "-c", "%s %a %u", "/data/new server"), Token)).Output
            .ShouldBe($"{length} 500 {UserlandLayer.UserId}\n");
        _opened.ShouldBe([0]);

        Task<Stream> Repeated(long offset, CancellationToken cancellationToken)
        {
            _opened.Add(offset);
            return Task.FromResult<Stream>(new RepeatedStream(Content, offset, length));
        }

        static async Task<string> SumAsync(long length)
        {
            await using var stream = new RepeatedStream(Content, 0, length);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Token));
        }
    }

    [Fact]
    public async Task UploadAsync_resumes_after_cut_connection()
    {
        var container = await RunAsync();
        IRemoteClient client = Client(container);
        var breaking = new HookedProgress
        {
            At = Size / 2,
            Do = () => FixtureShell.RunAsync(
                "nsenter", $"--net={daemon.Network.Path}", "ss", "-K", "sport", "=", ":2376")
        };
        var trouble = await Should.ThrowAsync<RemoteException>(() => client.UploadAsync(Whole, Open, breaking, Token));
        (trouble.Reason, trouble.MayHaveRun).ShouldBe((RemoteRefusal.Connection, true), trouble.Message);

        (await client.UploadAsync(Whole, Open, cancellationToken: Token)).ShouldBeTrue();

        _opened.Count.ShouldBe(2);
        _opened[1].ShouldBeInRange(1, Size - 1);
        (await Client(container).RunAsync(RemoteCommand.Script("sha256sum < /data/server; ls /data"), Token)).Output
            .ShouldBe($"{Whole.Sha256}  -\nserver\n");
    }

    [Fact]
    public async Task UploadAsync_resumes_after_cancellation_and_removes_corrupt_file()
    {
        IRemoteClient client = Client(await RunAsync());
        using var cancelled = new CancellationTokenSource();
        var cancelling = new HookedProgress { At = Size / 2, Do = cancelled.CancelAsync };
        await Should.ThrowAsync<OperationCanceledException>(
            () => client.UploadAsync(Whole, Open, cancelling, cancelled.Token));

        (await Should.ThrowAsync<RemoteException>(() => client.UploadAsync(
            Whole with { Sha256 = new string('0', 64) }, Open, cancellationToken: Token))).Reason
            .ShouldBe(RemoteRefusal.Corrupt);

        _opened[1].ShouldBeInRange(1, Size - 1);
        (await client.RunAsync(new RemoteCommand("ls", "/data"), Token)).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task UploadAsync_fails_on_broken_source_and_resumes_later()
    {
        IRemoteClient client = Client(await RunAsync());
        Task<Stream> Breaking(long offset, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new BreakingStream(Content, Size / 2));
        await Should.ThrowAsync<IOException>(() => client.UploadAsync(Whole, Breaking, cancellationToken: Token));

        (await client.UploadAsync(Whole, Open, cancellationToken: Token)).ShouldBeTrue();

        _opened.ShouldHaveSingleItem().ShouldBeInRange(0, Size / 2);
    }

    private static RemoteFile Whole => new("/data/server", Size, Convert.ToHexStringLower(SHA256.HashData(Content)));

    private ContainerRemoteClient Client(string container, string? user = null, DockerClient? docker = null) =>
        new(docker ?? _docker, "10.9.9.9", container, user, MaxOutput, TimeProvider.System);

    private async Task<string> RunAsync(bool start = true)
    {
        var image = await daemon.UserlandAsync();
        return start ? await daemon.RunIdleAsync(_docker, Change) : await daemon.CreateIdleAsync(_docker, Change);

        void Change(JsonObject options)
        {
            options["Image"] = image;
            options["User"] = $"{UserlandLayer.UserId}";
            options["HostConfig"]!["Binds"] = DockerJson.List(["/usr:/usr:ro"]);
        }
    }

    private Task SeenAsync(string container, string path) => Deadline.UntilAsync(
        path,
        async _ => (await Client(container).RunAsync(new RemoteCommand("test", "-e", path), Token)).ExitCode == 0);

    private Task<Stream> Open(long offset, CancellationToken cancellationToken)
    {
        _opened.Add(offset);
        return Task.FromResult<Stream>(new MemoryStream(Content, (int)offset, Size - (int)offset));
    }

    private async Task<Stream> UnixAsync(CancellationToken cancellationToken)
    {
        var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(daemon.Socket), cancellationToken);
        return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<IReadOnlyList<string>> ExecsAsync(HttpClient socket, string container)
    {
        using var json = System.Text.Json.JsonDocument.Parse(
            await socket.GetStringAsync(new Uri($"http://docker/containers/{container}/json"), Token));
        string[] execs = [.. json.RootElement.GetProperty("ExecIDs").EnumerateArray().Select(e => e.GetString()!)];
        execs.ShouldNotBeEmpty();
        return execs;
    }

    private static Task<RemoteException> RefusedAsync(ContainerRemoteClient client) =>
        Should.ThrowAsync<RemoteException>(
            () => client.RunAsync(RemoteCommand.Script("echo ran") with { Input = Stream.Null }, Token));
}
