using Drydock.Lab.Commands;

namespace Drydock.Tests.Integration.Lab;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class LabRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_lab_runs_have_separate_networks()
    {
        await using var first = await LabRun.StartAsync(cancellationToken: Token);
        await using var second = await LabRun.StartAsync(cancellationToken: Token);

        second.NetworkPrefix.ShouldNotBe(first.NetworkPrefix);
        var databases = await Task.WhenAll(
            MetaDb.StartAsync(first, cancellationToken: Token), MetaDb.StartAsync(second, cancellationToken: Token));
        await databases[0].ExecAsync("CREATE DATABASE mine", cancellationToken: Token);
        (await databases[1].ExecAsync("SHOW DATABASES LIKE 'mine'", cancellationToken: Token)).ShouldBeEmpty();
        await first.DisposeAsync();
        (await databases[1].ExecAsync("SELECT 1", cancellationToken: Token)).ShouldBe("1");
    }

    [Fact]
    public async Task Disposed_lab_run_leaves_no_trace()
    {
        var run = await LabRun.StartAsync(cancellationToken: Token);
        await MetaDb.StartAsync(run, cancellationToken: Token);
        var host = await DockerHost.StartAsync(run, "h", cancellationToken: Token);
        await host.DockerAsync(
            ["run", "-d", "--net", "none", await host.LoadBusyboxAsync(Token), "sleep", "1000"],
            cancellationToken: Token);
        (await TracesAsync(run.Id)).ShouldNotBeEmpty();

        await run.DisposeAsync();

        (await TracesAsync(run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Volume_that_hangs_under_writer_is_removed_with_run()
    {
        await using var run = await LabRun.StartAsync(cancellationToken: Token);
        var folder = run.FolderFor("volume");
        await HangingVolume.MountAsync(run, folder, Token);
        await HangingVolume.FreezeAsync(run, folder, Token);
        var writer = run.StartProcess(
            new LabProcessOptions { Name = "writer", FileName = "touch", Arguments = [Path.Combine(folder, "file")] });
        await Deadline.UntilAsync(
            "the writer to hang in the kernel",
            async token => (await File.ReadAllTextAsync($"/proc/{writer.Id}/stat", token)).Contains(
                ") D ", StringComparison.Ordinal),
            cancellationToken: Token);

        await run.DisposeAsync();

        (await TracesAsync(run.Id)).ShouldBeEmpty();
        (await Shell.RunAsync("losetup", ["--all"], cancellationToken: Token)).ShouldNotContain(folder);
    }

    [Fact]
    public async Task Killed_lab_owner_leaves_no_trace()
    {
        await using var scratch = new ScratchFolder();
        using var owner = await StartOwnerAsync(scratch.Path);
        var state = LabState.Read(new LabBackground(scratch.Path).StatePath).ShouldNotBeNull();
        var host = state.Hosts[0];
        await Shell.RunAsync(
            "docker",
            [
                "-H", "unix://" + host.SocketPath, "run", "-d", "--name", "orphan", "--net", "none",
                "drydock-lab/busybox:1", "sleep", "1000"
            ],
            cancellationToken: Token);
        await Shell.RunAsync(
            "docker", ["-H", "unix://" + host.SocketPath, "pause", "orphan"], cancellationToken: Token);
        (await TracesAsync(state.RunId)).ShouldNotBeEmpty();

        owner.Kill();
        await owner.WaitForExitAsync(Token);

        await Deadline.UntilAsync(
            $"every trace of run {state.RunId} to go", async _ => (await TracesAsync(state.RunId)).Count == 0,
            cancellationToken: Token);
    }

    [Fact]
    public async Task Run_with_killed_reaper_is_removed_by_next_run()
    {
        await using var scratch = new ScratchFolder();
        using var owner = await StartOwnerAsync(scratch.Path, "--no-hosts");
        var state = LabState.Read(new LabBackground(scratch.Path).StatePath).ShouldNotBeNull();
        var reaper = await Shell.RunAsync("pgrep", ["-f", $"reaper.sh watch {state.RunId} "], cancellationToken: Token);
        await Shell.RunAsync(
            "kill", ["-KILL", .. reaper.Split('\n', StringSplitOptions.RemoveEmptyEntries)], cancellationToken: Token);
        owner.Kill();
        await owner.WaitForExitAsync(Token);
        (await TracesAsync(state.RunId)).ShouldNotBeEmpty();

        await using var next = await LabRun.StartAsync(cancellationToken: Token);

        (await TracesAsync(state.RunId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Lab_up_keeps_running_and_down_removes_every_trace()
    {
        await using var scratch = new ScratchFolder();
        var background = new LabBackground(scratch.File("state"));
        var state = await background.UpAsync(["--no-control-plane", "--no-hosts"], Token);
        background.Current().ShouldNotBeNull().RunId.ShouldBe(state.RunId);
        (await background.UpAsync([], Token)).RunId.ShouldBe(state.RunId, "a second 'up' finds the first");

        (await background.DownAsync(Token)).ShouldBeTrue();

        (await TracesAsync(state.RunId)).ShouldBeEmpty();
        background.Current().ShouldBeNull();
        (await background.DownAsync(Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Frozen_process_hangs_and_resumes_after_thaw()
    {
        await using var run = await LabRun.StartAsync(cancellationToken: Token);
        var database = await MetaDb.StartAsync(run, cancellationToken: Token);
        database.Server.Freeze();
        var query = database.ExecAsync("SELECT 42", cancellationToken: Token);
        await Deadline.UntilAsync(
            "the server to be stopped", _ => Task.FromResult(StateOf(database.Server.Id) == 'T'),
            cancellationToken: Token);
        query.IsCompleted.ShouldBeFalse();

        database.Server.Thaw();

        (await query).ShouldBe("42");
    }

    [Fact]
    public async Task Part_that_ends_during_start_is_reported_with_output()
    {
        await using var run = await LabRun.StartAsync(cancellationToken: Token);
        var start = MetaDb.StartAsync(run, new MetaDbOptions { ServerArguments = ["--no-such-option"] }, Token);

        (await start.ShouldThrowAsync<LabException>()).Message.ShouldContain("no-such-option");
    }

    private static char StateOf(int process)
    {
        var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{process}/stat"));
        return stat[stat.LastIndexOf(')') + 2];
    }

    private static async Task<Process> StartOwnerAsync(string stateFolder, params string[] options)
    {
        var start = LabBackground.SelfStartInfo(
            "setsid", [], ["serve", "--state", stateFolder, "--no-control-plane", "--host", "h", .. options]);
        start.RedirectStandardError = true;
        var owner = Process.Start(start).ShouldNotBeNull();
        var words = owner.StandardError.ReadToEndAsync(Token);
        await Deadline.UntilAsync(
            "the owner to be up",
            _ => Task.FromResult(new LabBackground(stateFolder).Current() is not null),
            stillPossible: () => owner.HasExited ? $"it ended with exit code {owner.ExitCode}: {words.Result}" : null,
            cancellationToken: Token);
        return owner;
    }

    // Everything of a run that can be seen from outside: processes, mounts, namespaces, links, control groups, folders.
    private static async Task<IReadOnlyList<string>> TracesAsync(string id)
    {
        const string Script =
            """
            for p in $(grep -lsxzF "DRYDOCK_LAB_RUN=$ID" /proc/[0-9]*/environ | cut -d/ -f3) $(grep -lsF "drydock-lab-$ID" /proc/[0-9]*/cgroup | cut -d/ -f3); do
              case "$(sed -E 's/.*\) //' /proc/$p/stat 2>/dev/null | cut -c1)" in ""|Z|X) ;; *) echo "process $p $(tr '\0' ' ' </proc/$p/cmdline)" ;; esac
            done
            ls -d "$TMP/drydock-lab-$ID" "/dev/shm/drydock-lab-$ID" 2>/dev/null | sed 's/^/folder /'
            ls -d /run/netns/dl$ID-* 2>/dev/null | sed 's/^/namespace /'
            ip -o link show | grep -F ": dl$ID" | sed 's/^/link /'
            grep -F "drydock-lab-$ID" /proc/self/mountinfo | sed 's/^/mount /'
            find /sys/fs/cgroup -type d -path "*drydock-lab-$ID*" 2>/dev/null | sed 's/^/group /'
            exit 0
            """;
        var output = await Shell.RunAsync(
            "bash",
            ["-c", Script],
            environment: new Dictionary<string, string?> { ["ID"] = id, ["TMP"] = Path.GetTempPath().TrimEnd('/') });
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
