using System.Diagnostics;
using System.Net.Http.Json;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// The witness files at the moment in which <c>started</c> is there and still empty, with the commands of a look run by
/// a real shell.
/// </summary>
public sealed class WitnessedExecTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-witness-").FullName;
    private readonly DockerClient _docker;
    private string[] _command = [];
    private int? _code;
    private int _ended;
    private int _hidden;
    private int? _lookEndsWith;
    private Action _whenLooked = static () => { };

    public WitnessedExecTests() =>
        _docker = new DockerClient("e", new DockerClientOptions(), TimeProvider.System, new Wire(Answer));

    public async ValueTask DisposeAsync()
    {
        await _docker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(true, nameof(WitnessedState.Running))]
    [InlineData(false, nameof(WitnessedState.Unknown))]
    public async Task Empty_start_mark_counts_as_running_while_wrapper_lives(bool lives, string expected)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "started"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "reserved"), _directory, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in (string[])["-c", "read -r never; exit 0", "drydock", _directory, "/", "true"])
        {
            start.ArgumentList.Add(argument);
        }

        using var wrapper = lives ? Process.Start(start) : null;

        var outcome = await new WitnessedExec(_docker, "c", _directory).LookAsync(
            "forgotten", TestContext.Current.CancellationToken);

        outcome.State.ShouldBe(Enum.Parse<WitnessedState>(expected));
        if (wrapper is not null)
        {
            wrapper.StandardInput.Close();
            await wrapper.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    // The disk is full: the wrapper could not write rc, and ended with the code of the command.
    [Theory]
    [InlineData(0, nameof(WitnessedState.Ended))]
    [InlineData(3, nameof(WitnessedState.Ended))]
    [InlineData(96, nameof(WitnessedState.Unknown))]
    [InlineData(98, nameof(WitnessedState.Unknown))]
    [InlineData(137, nameof(WitnessedState.Unknown))]
    public async Task Code_that_dockerd_knows_counts_without_its_file(int code, string expected)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "started"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_directory, "reserved"), "", TestContext.Current.CancellationToken);
        _ended = code;

        var outcome = await new WitnessedExec(_docker, "c", _directory).LookAsync(
            "ended", TestContext.Current.CancellationToken);

        outcome.State.ShouldBe(Enum.Parse<WitnessedState>(expected));
        if (outcome.State == WitnessedState.Ended)
        {
            outcome.ExitCode.ShouldBe(code);
            outcome.Message.ShouldBeWorded(_directory);
        }
    }

    [Fact]
    public async Task Room_for_the_exit_code_is_kept_until_the_command_has_ended()
    {
        var directory = Path.Combine(_directory, "attempt");
        var witness = new WitnessedExec(_docker, "c", directory);

        await witness.ReserveAsync(
            "/", ["/bin/sh", "-c", $"test $(wc -c < {directory}/spare) = 1048576"],
            TestContext.Current.CancellationToken);
        File.Exists(Path.Combine(directory, "spare")).ShouldBeTrue();
        Run(_command).ShouldBe(0);

        (await File.ReadAllTextAsync(Path.Combine(directory, "rc"), TestContext.Current.CancellationToken))
            .ShouldBe("0\n");
        File.Exists(Path.Combine(directory, "spare")).ShouldBeFalse();
    }

    [Fact]
    public async Task Files_out_of_sight_while_the_container_stops_do_not_say_that_nothing_ran()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "started"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_directory, "reserved"), "", TestContext.Current.CancellationToken);
        _ended = 137;
        var witness = new WitnessedExec(_docker, "c", _directory);

        for (_hidden = 5; _hidden > 0;)
        {
            await Should.ThrowAsync<IOException>(
                () => witness.LookAsync("ended", TestContext.Current.CancellationToken));
        }

        (await witness.LookAsync("ended", TestContext.Current.CancellationToken)).State
            .ShouldBe(WitnessedState.Unknown);
    }

    [Fact]
    public async Task Command_that_dockerd_shows_running_runs_before_it_has_written_anything()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "reserved"), "", TestContext.Current.CancellationToken);

        (await new WitnessedExec(_docker, "c", _directory).LookAsync(
            "running", TestContext.Current.CancellationToken)).State.ShouldBe(WitnessedState.Running);
    }

    // dockerd has forgotten the exec, and another volume is mounted.
    [Fact]
    public async Task Command_whose_directory_is_gone_is_unknown() =>
        (await new WitnessedExec(_docker, "c", _directory).LookAsync(
            "forgotten", TestContext.Current.CancellationToken)).State.ShouldBe(WitnessedState.Unknown);

    [Fact]
    public async Task Exit_code_that_comes_while_the_process_is_looked_for_counts()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "started"), "", TestContext.Current.CancellationToken);
        _whenLooked = () => File.WriteAllText(Path.Combine(_directory, "rc"), "3\n");

        var outcome = await new WitnessedExec(_docker, "c", _directory).LookAsync(
            "forgotten", TestContext.Current.CancellationToken);

        (outcome.State, outcome.ExitCode).ShouldBe((WitnessedState.Ended, 3));
    }

    [Fact]
    public async Task Look_for_the_process_that_cannot_be_made_says_nothing_of_it()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "started"), "", TestContext.Current.CancellationToken);
        _lookEndsWith = 126;

        await Should.ThrowAsync<IOException>(() => new WitnessedExec(_docker, "c", _directory).LookAsync(
            "forgotten", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Command_whose_wrapper_was_killed_before_it_began_never_ran()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "reserved"), "", TestContext.Current.CancellationToken);
        _ended = 137;

        (await new WitnessedExec(_docker, "c", _directory).LookAsync(
            "ended", TestContext.Current.CancellationToken)).State.ShouldBe(WitnessedState.NeverRan);
    }

    [Theory]
    [InlineData("reserved", true)]
    [InlineData("started", false)]
    public async Task Directory_is_reserved_again_only_if_nothing_was_started_in_it(string file, bool isReserved)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, file), "", TestContext.Current.CancellationToken);
        var witness = new WitnessedExec(_docker, "c", _directory);

        if (isReserved)
        {
            (await witness.ReserveAsync("/", ["true"], TestContext.Current.CancellationToken))[WitnessedExec.ExecKey]
                .ShouldBe("look");
        }
        else
        {
            await Should.ThrowAsync<IOException>(
                () => witness.ReserveAsync("/", ["true"], TestContext.Current.CancellationToken));
            File.Exists(Path.Combine(_directory, "reserved")).ShouldBeFalse();
        }
    }

    [Fact]
    public void Look_lists_what_says_what_happened_and_nothing_else()
    {
        foreach (var file in (string[])
            ["3-a/T1", "3-a/Jar/1/started", "3-a/Jar/1/closed", "3-a/Jar/1/log", "3-a/Jar/1/deep/started", "started"])
        {
            Directory.CreateDirectory(Path.Combine(_directory, "drydock/u", Path.GetDirectoryName(file)!));
            File.WriteAllText(Path.Combine(_directory, "drydock/u", file), "");
        }

        Look("drydock/u").ShouldBe((0, "drydock/u/3-a/Jar/1/closed drydock/u/3-a/Jar/1/started drydock/u/3-a/T1"));
        Look("drydock/other").ShouldBe((0, ""));
        Directory.CreateDirectory(Path.Combine(_directory, "drydock/none"));
        Look("drydock/none").ShouldBe((0, ""));
        Run([
            "/bin/sh", "-c", Witnesses.Script, "drydock-witnesses", Path.Combine(_directory, "unmounted"), "drydock/u"])
            .ShouldNotBe(0);

        (int, string) Look(string root)
        {
            var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardOutput = true };
            foreach (var argument in (string[])["-c", Witnesses.Script, "drydock-witnesses", _directory, root])
            {
                start.ArgumentList.Add(argument);
            }

            using var process = Process.Start(start)!;
            var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            return (process.ExitCode, string.Join(' ', lines.Order(StringComparer.Ordinal)));
        }
    }

    private HttpResponseMessage Answer(WorldRequest request)
    {
        switch (request.Method, request.Path)
        {
            case ("GET", ["_ping"]):
                var pong = new HttpResponseMessage();
                pong.Headers.Add("Api-Version", "1.41");
                return pong;
            case ("GET", ["exec", "forgotten", "json"]):
                return WorldDocker.Refused(HttpStatusCode.NotFound, "no such exec");
            case ("GET", ["exec", var id, "json"]):
                return Json(new { ID = id, Running = id == "running", ExitCode = id == "ended" ? _ended : _code });
            case ("POST", ["containers", "c", "exec"]):
                (_command, _code) =
                    ([.. request.Json["Cmd"]!.AsArray().Select(word => word!.GetValue<string>())], null);
                return Json(new { Id = "look" });
            case ("POST", ["exec", "look", "start"]):
                _code = _lookEndsWith ?? Run(_command);
                _whenLooked();
                return new HttpResponseMessage(HttpStatusCode.SwitchingProtocols)
                {
                    Content = new WorldContent(new MemoryStream())
                };
            case ("GET", ["containers", "c", "json"]):
                return Json(new { Id = "c", State = new { Running = true } });
            case ("GET", ["containers", "c", "archive"]):
                return _hidden-- > 0 || !File.Exists(request["path"])
                    ? WorldDocker.Refused(HttpStatusCode.NotFound, "no such file")
                    : WorldDocker.Archived("f", File.ReadAllBytes(request["path"]!));
            default:
                throw new NotSupportedException(string.Join('/', request.Path));
        }
    }

    private static int Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0]);
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static HttpResponseMessage Json<T>(T body) =>
        new() { Content = JsonContent.Create(body, options: new JsonSerializerOptions()) };

    private sealed class Wire(Func<WorldRequest, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(await WorldRequest.OfAsync(request));
    }
}
