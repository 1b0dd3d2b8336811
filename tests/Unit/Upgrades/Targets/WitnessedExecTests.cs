using System.Diagnostics;
using System.Formats.Tar;
using System.Reflection;
using System.Text;
using Docker.DotNet.Models;
using Drydock.Clients.Docker;
using Drydock.Reconcilers.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// The witness files at the moment in which <c>started</c> is there and still empty, with the commands of a look run by
/// a real shell.
/// </summary>
public sealed class WitnessedExecTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-witness-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

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

        var outcome = await new WitnessedExec(Fake<IDockerClient>(Client), "c", _directory).LookAsync(
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

        var outcome = await new WitnessedExec(Fake<IDockerClient>(Client), "c", _directory).LookAsync(
            "ended", TestContext.Current.CancellationToken);

        outcome.State.ShouldBe(Enum.Parse<WitnessedState>(expected));
        if (outcome.State == WitnessedState.Ended)
        {
            outcome.ExitCode.ShouldBe(code);
            outcome.Message.ShouldContain("the log may be incomplete");
        }
    }

    [Fact]
    public async Task Room_for_the_exit_code_is_kept_until_the_command_has_ended()
    {
        var directory = Path.Combine(_directory, "attempt");
        var witness = new WitnessedExec(Fake<IDockerClient>(Client), "c", directory);

        await witness.ReserveAsync(
            "/", ["/bin/sh", "-c", $"test $(wc -c < {directory}/spare) = 1048576"], TestContext.Current.CancellationToken);
        File.Exists(Path.Combine(directory, "spare")).ShouldBeTrue();
        Run([.. _created[^1].Cmd]).ShouldBe(0);

        (await File.ReadAllTextAsync(Path.Combine(directory, "rc"), TestContext.Current.CancellationToken)).ShouldBe("0\n");
        File.Exists(Path.Combine(directory, "spare")).ShouldBeFalse();
    }

    [Fact]
    public async Task Files_out_of_sight_while_the_container_stops_do_not_say_that_nothing_ran()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "started"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_directory, "reserved"), "", TestContext.Current.CancellationToken);
        _ended = 137;
        var witness = new WitnessedExec(Fake<IDockerClient>(Client), "c", _directory);

        for (_hidden = 5; _hidden > 0;)
        {
            await Should.ThrowAsync<IOException>(() => witness.LookAsync("ended", TestContext.Current.CancellationToken));
        }

        (await witness.LookAsync("ended", TestContext.Current.CancellationToken)).State.ShouldBe(WitnessedState.Unknown);
    }

    [Fact]
    public async Task Command_whose_wrapper_was_killed_before_it_began_never_ran()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "reserved"), "", TestContext.Current.CancellationToken);
        _ended = 137;

        (await new WitnessedExec(Fake<IDockerClient>(Client), "c", _directory).LookAsync(
            "ended", TestContext.Current.CancellationToken)).State.ShouldBe(WitnessedState.NeverRan);
    }

    private object? Client(MethodInfo method, object?[] arguments) => method.Name switch
    {
        "get_Containers" => Fake<IContainerOperations>(Containers),
        "get_Exec" => Fake<IExecOperations>(Execs),
        _ => throw new NotSupportedException(method.Name),
    };

    private object? Containers(MethodInfo method, object?[] arguments) => method.Name switch
    {
        nameof(IContainerOperations.InspectContainerAsync) =>
            Task.FromResult(new InspectedContainer
            {
                ID = "c",
                ShortName = "c",
                Image = "i",
                State = new State { Running = true },
                Config = new ContainerConfig(),
                HostConfig = new HostConfig(),
                Mounts = [],
            }),
        nameof(IContainerOperations.ReadArchiveAsync) =>
            ArchiveAsync(
                _hidden-- > 0 ? "/nowhere" : (string)arguments[1]!,
                (Func<ContainerPathStatResponse, Stream, Task<byte[]?>>)arguments[2]!),
        _ => throw new NotSupportedException(method.Name),
    };

    private readonly List<ContainerExecCreateParameters> _created = [];
    private int _ended;
    private int _hidden;

    private object? Execs(MethodInfo method, object?[] arguments)
    {
        switch (method.Name)
        {
            case nameof(IExecOperations.InspectContainerExecAsync) when (string)arguments[0]! == "forgotten":
                return Task.FromException<ExecState>(
                    new DockerNotFoundException("e", "inspect exec", "no such exec"));
            case nameof(IExecOperations.InspectContainerExecAsync) when (string)arguments[0]! == "ended":
                return Task.FromResult(new ExecState(false, _ended));
            case nameof(IExecOperations.InspectContainerExecAsync):
                return Task.FromResult(
                    new ExecState(false, Run([.. _created[^1].Cmd])));
            case nameof(IExecOperations.ExecCreateContainerAsync):
                _created.Add((ContainerExecCreateParameters)arguments[1]!);
                return Task.FromResult("look");
            case nameof(IExecOperations.StartAndAttachContainerExecAsync):
                return Task.FromResult(
                    new ContainerExecOutput("", ""));
            default:
                throw new NotSupportedException(method.Name);
        }
    }

    private static int Run(IReadOnlyList<string> command)
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

    private static async Task<byte[]?> ArchiveAsync(
        string path, Func<ContainerPathStatResponse, Stream, Task<byte[]?>> read)
    {
        if (!File.Exists(path))
        {
            throw new DockerNotFoundException("e", "read", "no such file");
        }

        var content = await File.ReadAllBytesAsync(path);
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            await writer.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, "f") { DataStream = new MemoryStream(content) });
        }

        tar.Position = 0;
        return await read(new ContainerPathStatResponse { Size = content.Length }, tar);
    }

    private static T Fake<T>(Func<MethodInfo, object?[], object?> answer)
        where T : class
    {
        var fake = DispatchProxy.Create<T, Answering>();
        ((Answering)(object)fake).Answer = answer;
        return fake;
    }

    public class Answering : DispatchProxy
    {
        public Func<MethodInfo, object?[], object?>? Answer { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            Answer!(targetMethod!, args ?? []);
    }
}
