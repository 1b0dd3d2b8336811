using Docker.DotNet.Models;
using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class ExecTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private readonly DockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Prepared_exec_runs_once_and_refuses_second_start()
    {
        var container = await daemon.RunIdleAsync(_client);
        var exec = await PrepareAsync(container, "echo ran >> /tmp/count; exit 7");

        (await _client.Exec.InspectContainerExecAsync(exec)).NotStarted.ShouldBeTrue();
        (await _client.Containers.ReadFileAsync(container, "/tmp/count", 100)).ShouldBeNull();

        await _client.Exec.StartContainerExecAsync(exec);
        var ended = await _client.WaitContainerExecAsync(container, exec);

        ended.HasEnded.ShouldBeTrue();
        ended.ExitCode.ShouldBe(7);
        var refusal = await Should.ThrowAsync<DockerConflictException>(
            () => _client.Exec.StartContainerExecAsync(exec));
        refusal.Message.ShouldContain(exec);
        (await ReadTextAsync(container, "/tmp/count")).ShouldBe("ran\n");
    }

    [Fact]
    public async Task Second_start_of_running_exec_is_a_conflict()
    {
        var container = await daemon.RunIdleAsync(_client);
        var exec = await PrepareAsync(container, "echo ran >> /tmp/count; until [ -e /tmp/go ]; do sleep 0.05; done");
        await _client.Exec.StartContainerExecAsync(exec);

        var running = await _client.Exec.InspectContainerExecAsync(exec);
        running.Running.ShouldBeTrue();
        running.ExitCode.ShouldBeNull();
        await Should.ThrowAsync<DockerConflictException>(() => _client.Exec.StartContainerExecAsync(exec));
        await Should.ThrowAsync<DockerConflictException>(
            () => _client.Exec.StartAndAttachContainerExecAsync(exec, new ContainerExecAttachParameters()));

        var waiting = _client.WaitContainerExecAsync(container, exec);
        (await _client.RunExecAsync(container, ["touch", "/tmp/go"])).ExitCode.ShouldBe(0);
        (await waiting).ExitCode.ShouldBe(0);
        (await ReadTextAsync(container, "/tmp/count")).ShouldBe("ran\n");
    }

    [Fact]
    public async Task Attached_start_of_ended_exec_is_a_conflict()
    {
        var container = await daemon.RunIdleAsync(_client);
        var exec = await PrepareAsync(container, "echo ran >> /tmp/count", attached: true);
        await _client.Exec.StartAndAttachContainerExecAsync(exec, new ContainerExecAttachParameters());
        await _client.WaitContainerExecAsync(container, exec);

        await Should.ThrowAsync<DockerConflictException>(
            () => _client.Exec.StartAndAttachContainerExecAsync(exec, new ContainerExecAttachParameters()));

        (await ReadTextAsync(container, "/tmp/count")).ShouldBe("ran\n");
    }

    [Fact]
    public async Task Attached_exec_returns_stdout_stderr_and_exit_code_separately()
    {
        var container = await daemon.RunIdleAsync(_client);

        var result = await _client.RunExecAsync(
            container, ["sh", "-c", "echo out; echo err >&2; printf 'more \\303\\244'; exit 3"]);

        result.ExitCode.ShouldBe(3);
        result.Stdout.ShouldBe("out\nmore ä");
        result.Stderr.ShouldBe("err\n");
    }

    [Fact]
    public async Task Exec_output_beyond_limit_keeps_its_end()
    {
        var container = await daemon.RunIdleAsync(_client);
        var exec = await PrepareAsync(container, "seq 1 100000; seq 5 >&2", attached: true);

        var output = await _client.Exec.StartAndAttachContainerExecAsync(exec, new ContainerExecAttachParameters());

        output.Stdout.ShouldStartWith($"[{588895 - ContainerExecAttachParameters.MaxBytes} bytes omitted]\n");
        output.Stdout.ShouldEndWith("\n99998\n99999\n100000\n");
        output.Stderr.ShouldBe("1\n2\n3\n4\n5\n");
    }

    [Fact]
    public async Task Exec_uses_requested_environment_user_and_working_directory()
    {
        var container = await daemon.RunIdleAsync(_client);
        var exec = await _client.Exec.ExecCreateContainerAsync(
            container,
            new ContainerExecCreateParameters
            {
                Cmd = ["sh", "-c", "echo $WHO $PWD $(busybox id -u)"],
                Env = ["WHO=drydock"],
                WorkingDir = "/etc",
                User = "123",
                AttachStdout = true,
            });

        var output = await _client.Exec.StartAndAttachContainerExecAsync(exec, new ContainerExecAttachParameters());

        output.Stdout.ShouldBe("drydock /etc 123\n");
    }

    [Fact]
    public async Task Exec_in_stopped_container_is_a_conflict()
    {
        var container = await daemon.CreateIdleAsync(_client);

        await Should.ThrowAsync<DockerConflictException>(() => PrepareAsync(container, "true"));
    }

    [Fact]
    public async Task Exec_of_missing_program_fails_with_engine_message()
    {
        var container = await daemon.RunIdleAsync(_client);
        var exec = await _client.Exec.ExecCreateContainerAsync(
            container, new ContainerExecCreateParameters { Cmd = ["/no/such/program"] });

        var refusal = await Should.ThrowAsync<DockerApiException>(() => _client.Exec.StartContainerExecAsync(exec));

        refusal.EngineMessage.ShouldContain("/no/such/program");
    }

    [Fact]
    public async Task Refused_exec_environment_hides_its_values()
    {
        var container = await daemon.RunIdleAsync(_client);
        var created = await Record.ExceptionAsync(() => _client.Exec.ExecCreateContainerAsync(
            container, new ContainerExecCreateParameters { Cmd = ["true"], Env = ["=canary-secret-7731"] }));

        (created?.ToString() ?? "").ShouldNotContain("canary-secret-7731");
    }

    [Fact]
    public async Task Exec_of_killed_engine_is_not_found_and_waiter_throws()
    {
        var container = await daemon.RunIdleAsync(_client);
        var exec = await PrepareAsync(container, "sleep 1000");
        await _client.Exec.StartContainerExecAsync(exec);
        var waiting = _client.WaitContainerExecAsync(container, exec);

        await daemon.Process.KillAsync();

        (await Should.ThrowAsync<DockerUnreachableException>(() => waiting)).Message
            .ShouldContain(_client.EndpointName);
        await Should.ThrowAsync<DockerUnreachableException>(() => _client.Exec.InspectContainerExecAsync(exec));
        await daemon.StartAsync();
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Exec.InspectContainerExecAsync(exec));
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Exec.StartContainerExecAsync(exec));
        (await _client.Containers.InspectContainerAsync(container)).State.Running.ShouldBeFalse();
    }

    private Task<string> PrepareAsync(string container, string script, bool attached = false) =>
        _client.Exec.ExecCreateContainerAsync(
            container,
            new ContainerExecCreateParameters
            {
                Cmd = ["sh", "-c", script],
                AttachStdout = attached,
                AttachStderr = attached,
            });

    private async Task<string> ReadTextAsync(string container, string path) =>
        System.Text.Encoding.UTF8.GetString(
            (await _client.Containers.ReadFileAsync(container, path, 10_000)).ShouldNotBeNull());
}
