using System.Diagnostics;
using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>Scripts of hosts, run by the sh of this machine.</summary>
public sealed class LocalHostTests : IDisposable
{
    private readonly string _root =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"drydock {Guid.NewGuid():N}")).FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Another program of this machine may have its name.
    private static int Port => 30000 + (Environment.ProcessId % 30000);

    private string Link => Path.Combine(_root, "current");

    private string Latest(double seconds) => ((long)(Uptime() + seconds)).ToString(CultureInfo.InvariantCulture);

    private static string Boot => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    // A watchdog may have started one more while its former child was ended.
    public void Dispose()
    {
        while (Running().ToList() is { Count: > 0 } processes)
        {
            processes.ForEach(static p => p.Kill());
        }

        Directory.Delete(_root, recursive: true);
    }

    private IEnumerable<Process> Running() => Process.GetProcesses().Where(p =>
        new FileInfo($"/proc/{p.Id}/exe").LinkTarget?.StartsWith(_root, StringComparison.Ordinal) == true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Limits_and_environment_of_a_plain_process_survive_the_switched_link(bool isBinLinked)
    {
        var (old, @new) = (Install("v1", "one"), Install("v2", "two"));
        File.CreateSymbolicLink(Link, Path.Combine(_root, "v1"));
        var deploy = isBinLinked ? Directory.CreateDirectory(Path.Combine(_root, "deploy")).FullName : Link;
        if (isBinLinked)
        {
            File.CreateSymbolicLink(Path.Combine(deploy, "bin"), Path.Combine(_root, "v1", "bin"));
        }

        await Shell(
            $"cd / && ulimit -n 777 && MARK='a b' exec setsid '{deploy}/bin/tikv-server' 300 {Port} < /dev/null > "
            + "/dev/null 2>&1 &");
        await using var hosts = Bind(deploy, "run-1", isBinLinked ? Path.Combine(deploy, "bin") : null);
        var instance = hosts.Instance("tikv-1");
        await RunningAsync(instance);

        await instance.StopAsync(Token);
        await instance.SwapAsync(
            new InstanceGoal(Path.Combine(_root, "v2"), @new, "1.0.0", old, Path.Combine(_root, "v1")), Token);
        await instance.StartAsync(Path.Combine(_root, "v2"), Token);

        var pid = (await instance.LookAsync(Token)).Pid.ShouldNotBeNull();
        new FileInfo($"/proc/{pid}/exe").LinkTarget.ShouldBe(Path.Combine(_root, "v2", "bin", "tikv-server"));
        File.ReadAllText($"/proc/{pid}/limits").ShouldMatch("Max open files +777 +777 ");
        File.ReadAllText($"/proc/{pid}/environ").Split('\0').ShouldContain("MARK=a b");
    }

    [Fact]
    public async Task Plain_process_of_which_this_run_recorded_nothing_is_not_started()
    {
        Install("v1", "one");
        File.CreateSymbolicLink(Link, Path.Combine(_root, "v1"));
        await Shell($"cd / && exec setsid '{Link}/bin/tikv-server' 300 {Port} < /dev/null > /dev/null 2>&1 &");
        await using var former = Bind(Link, "run-1", null);
        await RunningAsync(former.Instance("tikv-1"));
        await former.Instance("tikv-1").StopAsync(Token);

        await using var hosts = Bind(Link, "run-2", null);
        var refused = await Should.ThrowAsync<HostException>(() => hosts.Instance("tikv-1").StartAsync(Link, Token));

        (refused.Reason, refused.IsRetryable).ShouldBe((Reasons.ControlMismatch, true));
        refused.Message.ShouldBeWorded();
        await former.Instance("tikv-1").StartAsync(Link, Token);
        (await hosts.Instance("tikv-1").LookAsync(Token)).Pid.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("stop-systemd", "x.service", "5", "{choice}", "")]
    [InlineData("run-script", "{stop}", "/", "{out}", "5", "0", "", "stop")]
    [InlineData("stop-supervise", "service", "5", "{deploy}", "")]
    public async Task Stop_that_hung_until_the_operator_gave_up_is_not_begun(string script, params string[] arguments)
    {
        // What comes before the stop hangs for three seconds.
        var (tools, stopped) =
            (Directory.CreateDirectory(Path.Combine(_root, "bin")).FullName, Path.Combine(_root, "stopped"));
        foreach (var (tool, does) in new[]
        {
            ("systemctl", $"touch '{stopped}'"), ("svc", $"touch '{stopped}'"),
            ("svstat", "echo \"$1: down 3 seconds\""), ("stop", $"touch '{stopped}'")
        })
        {
            Write(Path.Combine(tools, tool), $"#!/bin/sh\n{does}\n");
        }

        var call = arguments.Select(
            a => a.Replace("{choice}", Path.Combine(_root, "notes", "choice"), StringComparison.Ordinal)
                .Replace("{stop}", Path.Combine(tools, "stop"), StringComparison.Ordinal)
                .Replace("{out}", Path.Combine(_root, "out"), StringComparison.Ordinal)
                .Replace("{deploy}", _root, StringComparison.Ordinal));
        var text = HostScripts.ForActing(script);
        var begun = text.IndexOf("\nbegin ", StringComparison.Ordinal);
        begun.ShouldBePositive("it looks at the time once more");
        text = text.Insert(begun + 1, "sleep 3\n");
        var answer = await RunAsync(new RemoteCommand(
            ["env", $"PATH={tools}:/usr/bin:/bin", "sh", "-c", text, "sh", Boot, Latest(1), .. call]));

        Should.Throw<ScriptRefusal>(() => ScriptAnswer.Read("here", script, answer)).Code.ShouldBe(ScriptAnswer.Late);
        File.Exists(stopped).ShouldBeFalse();
    }

    [Fact]
    public async Task Systemctl_that_hangs_is_ended_with_the_grace()
    {
        Write(Path.Combine(_root, "systemctl"), "#!/bin/sh\nexec sleep 300\n");
        var began = Uptime();
        var answer = await RunAsync(new RemoteCommand([
            "env", $"PATH={_root}:/usr/bin:/bin", "sh", "-c", HostScripts.ForActing("stop-systemd"), "sh", Boot,
            Latest(60), "x.service", "1", "", ""]));

        ScriptAnswer.Read("here", "stopping", answer).Says("ended").ShouldBeTrue();
        (Uptime() - began).ShouldBeLessThan(60);
    }

    [Fact]
    public async Task Script_that_hangs_is_ended_by_the_host_with_all_that_it_runs()
    {
        var answer = await RunAsync(RemoteCommand.Script(
            $"{HostScripts.ForActing("clock")}\nx=$(cp /bin/sleep '{_root}/hangs' && '{_root}/hangs' 300)\ntouch "
            + $"'{_root}/late'") with
        {
            Limit = TimeSpan.FromSeconds(1)
        });

        answer.ExitCode.ShouldBe(124);
        Should.Throw<HostException>(() => ScriptAnswer.Read("here", "looking", answer)).Message
            .ShouldContain("because the host ended it after its time limit");
        File.Exists(Path.Combine(_root, "late")).ShouldBeFalse();
        (await Shell($"for one in /proc/[0-9]*/exe; do readlink $one; done 2> /dev/null")).Output
            .ShouldNotContain($"{_root}/hangs");
    }

    [Fact]
    public async Task Script_that_has_begun_a_stop_completes_it_after_its_limit()
    {
        var script = $"{HostScripts.ForActing("room")[..^"say end".Length]}begin {Boot} {Latest(60)}\nsleep 2\nsay "
            + "ended\nsay end";
        var answer = await RunAsync(RemoteCommand.Script(script, "/") with { Limit = TimeSpan.FromSeconds(1) });

        ScriptAnswer.Read("here", "stopping", answer with { ExitCode = 0 }).Says("ended").ShouldBeTrue();
    }

    [Fact]
    public async Task Watchdog_that_starts_the_old_program_again_sees_one_stop()
    {
        var (old, @new) = (Install("v1", "one"), Install("v2", "two"));
        File.CreateSymbolicLink(Link, Path.Combine(_root, "v1"));
        var stops = Path.Combine(_root, "stops");
        Write(
            Path.Combine(_root, "watch.sh"),
            $"while :; do \"$@\" & wait $!; echo stop >> '{stops}'; sleep 0.3; done\n");
        await Shell(
            $"cp /bin/sh '{_root}/watchdog' && cd / && exec setsid '{_root}/watchdog' '{_root}/watch.sh' "
            + $"'{Link}/bin/tikv-server' 300 {Port} < /dev/null > /dev/null 2>&1 &");
        await using var hosts = Bind(Link, "run-1", null);
        var instance = hosts.Instance("tikv-1");
        await RunningAsync(instance);
        var asked = 0;

        var refusal = await Should.ThrowAsync<HostException>(async () =>
        {
            await instance.StopAsync(_ => Task.FromResult(asked++), Token);
            await Task.Delay(500, Token);
            await instance.SwapAsync(
                new InstanceGoal(Path.Combine(_root, "v2"), @new, "1.0.0", old, Path.Combine(_root, "v1")), Token);
        });

        (refusal.Reason, refusal.IsRetryable).ShouldBe((Reasons.ProcessLivesOn, false));
        refusal.Message.ShouldContain($" ({_root}/watchdog {_root}/watch.sh). It was not stopped a second time.");
        (File.ReadAllLines(stops).Length, asked).ShouldBe((1, 1));
        (await instance.LookAsync(Token)).ExecutableSha256.ShouldBe(old);
    }

    [Theory]
    [InlineData("ActiveState=active", true)]
    [InlineData("ActiveState=activating", true)]
    [InlineData("ActiveState=inactive", false)]
    [InlineData("ActiveState=failed", false)]
    public async Task Unit_that_was_started_between_stop_and_start_is_left_alone(string state, bool isRefused)
    {
        Write(
            Path.Combine(_root, "systemctl"),
            $"#!/bin/sh\ncase $1 in show) echo {state} ;; start) touch '{_root}/started' ;; esac\n");
        var answer = await RunAsync(Acting("start-systemd", Boot, Latest(60), "x.service", "", "5"));

        (IsRefused(answer, "starting"), File.Exists(Path.Combine(_root, "started"))).ShouldBe((isRefused, !isRefused));
    }

    [Theory]
    [InlineData("up (pid 17) 1 seconds", true)]
    [InlineData("down 0 seconds, normally up, want up", true)]
    [InlineData("down 3 seconds, normally up", false)]
    public async Task Service_that_was_started_between_stop_and_start_is_left_alone(string state, bool isRefused)
    {
        Write(Path.Combine(_root, "svstat"), $"#!/bin/sh\necho \"$1: {state}\"\n");
        Write(Path.Combine(_root, "svc"), $"#!/bin/sh\ntouch '{_root}/started'\n");
        var answer = await RunAsync(Acting("start-supervise", Boot, Latest(60), "service", "/none", "stopped"));

        (IsRefused(answer, "starting"), File.Exists(Path.Combine(_root, "started"))).ShouldBe((isRefused, !isRefused));
    }

    [Fact]
    public async Task Service_between_two_restarts_is_not_taken_for_stopped()
    {
        Write(
            Path.Combine(_root, "svstat"), $"#!/bin/sh\nif [ -e '{_root}/told' ]; then echo \"$1: down 1 seconds, "
                + $"normally up\"; else touch '{_root}/told'; echo \"$1: down 0 seconds, normally up, want up\"; fi\n");
        Write(Path.Combine(_root, "svc"), $"#!/bin/sh\necho \"$1\" >> '{_root}/signals'\n");
        var answer = await RunAsync(Acting("stop-supervise", Boot, Latest(60), "service", "5", "/none", ""));

        ScriptAnswer.Read("here", "stopping", answer).Says("ended").ShouldBeTrue();
        File.Exists(Path.Combine(_root, "told")).ShouldBeTrue();
        File.ReadAllLines(Path.Combine(_root, "signals")).ShouldBe(["-d"]);
    }

    [Theory]
    [InlineData("stop-systemd", "x.service", "5", "", "{seen}")]
    [InlineData("run-script", "{root}/stop", "/", "{root}/out", "5", "0", "{seen}", "stop")]
    [InlineData("stop-supervise", "service", "5", "/none", "{seen}")]
    public async Task Process_that_no_look_has_seen_is_not_stopped(string script, params string[] arguments)
    {
        var (name, stopped) = ($"d{Guid.NewGuid():N}"[..14], Path.Combine(_root, "stopped"));
        foreach (var (tool, does) in new[]
        {
            ("systemctl", ""), ("svc", ""), ("svstat", "echo \"$1: down 3 seconds\"\n"), ("stop", "")
        })
        {
            Write(Path.Combine(_root, tool), $"#!/bin/sh\n{does}{(tool == "svstat" ? "" : $"touch '{stopped}'\n")}");
        }

        Task<RemoteResult> StopAsync(string seen) => RunAsync(Acting(script, [Boot, Latest(60), .. arguments.Select(a =>
            a.Replace("{root}", _root, StringComparison.Ordinal).Replace("{seen}", seen, StringComparison.Ordinal))]));

        await Shell(
            $"cp /bin/sleep '{_root}/{name}' && cd / && exec setsid '{_root}/{name}' 300 < /dev/null > /dev/null "
            + "2>&1 &");
        var pid = "";
        for (var tries = 0; pid.Length == 0; tries++)
        {
            tries.ShouldBeLessThan(100, "it never runs");
            pid = (await Shell($"pgrep -x '{name}'")).Output.Trim();
        }

        var refusal = Should.Throw<ScriptRefusal>(
            async () => ScriptAnswer.Read("here", "stopping", await StopAsync($"{name} 1:1")));
        (refusal.Code, refusal.Message, File.Exists(stopped))
            .ShouldBe((ScriptAnswer.CameUp, $"process {pid} of {name} came up since the look", false));
        var start = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ')[19];
        ScriptAnswer.Read("here", "stopping", await StopAsync($"{name} 1:1 {pid}:{start}"));
        File.Exists(stopped).ShouldBeTrue();
    }

    [Fact]
    public async Task Record_that_cannot_be_written_is_found_before_the_stop()
    {
        var pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        async Task<ScriptAnswer> AskAsync(string record) => ScriptAnswer.Read(
            "here", "asking", await RunAsync(RemoteCommand.Script(HostScripts.Looking("process-losses"), pid, record)));

        var answer = await AskAsync("/proc/none/.drydock-tikv-1.process");
        answer.Text(answer.Need("closed")).ShouldBe("/proc/none");
        (await AskAsync(Path.Combine(_root, ".drydock-tikv-1.process"))).Says("closed").ShouldBeFalse();
    }

    [Fact]
    public async Task Last_lines_of_a_process_are_found_where_its_flag_file_its_unit_and_its_output_are()
    {
        var logs = Directory.CreateDirectory(Path.Combine(_root, "data", "yb-data", "tikv", "logs")).FullName;
        File.WriteAllText(
            Path.Combine(logs, "yb-tserver.h.u.log.FATAL"),
            "I0911 fine\nF0911 22:00:00 17 wal.cc:1] Intent type set should not be empty\n");
        File.WriteAllText(Path.Combine(_root, "out"), "error while loading shared libraries: libx.so\n");
        File.WriteAllText(Path.Combine(_root, "flags"), $"--fs_data_dirs={Path.Combine(_root, "data")},/none\n");
        Write(
            Path.Combine(_root, "journalctl"),
            "#!/bin/sh\necho Started x.\necho \"unknown command line flag 'select password'\"\n");

        // As systemctl shows it, a path with a space is two words.
        var plain = Path.Combine(Path.GetTempPath(), $"drydock-{Guid.NewGuid():N}");
        File.CreateSymbolicLink(plain, _root);
        Write(
            Path.Combine(_root, "systemctl"),
            $"#!/bin/sh\necho 'ExecStart={{ path=/x ; argv[]=/x --flagfile {plain}/flags ; }}'\n");

        async Task<string> AskAsync(InstanceControl control, string? unit)
        {
            var spec = HostCases.Spec(
                DatabaseEngine.TiDB, HostCases.Instance(DatabaseComponent.TiKV, deployDir: _root, control: control));
            await using var hosts = Bind(spec, "run-1", _root);
            var process =
                new InstanceProcess { Supervision = SupervisionState.Restarting, SupervisionText = "", Unit = unit };
            return await LogTail.ReadAsync(
                hosts, spec.Instances[0], process, static t => t.Replace("17", "*", StringComparison.Ordinal),
                [Path.Combine(_root, "none")], Token);
        }

        (await AskAsync(new InstanceControl { Systemd = new SystemdControl() }, "x.service")).ShouldBe(
            " Its log says: F0911 22:00:00 * wal.cc:1] Intent type set should not be empty The journal of x.service "
            + "says: unknown command line flag '[...]");
        (await AskAsync(
            new InstanceControl
            {
                Process = new ProcessControl { Command = ["x", $"--flagfile={_root}/flags"], LogFile = "out" }
            },
            null)).ShouldBe(
            $" Its log says: F0911 22:00:00 * wal.cc:1] Intent type set should not be empty {_root}/out says: error "
            + "while loading shared libraries: libx.so");
        File.Delete(plain);
    }

    private RemoteCommand Acting(string script, params string[] arguments) =>
        new(["env", $"PATH={_root}:/usr/bin:/bin", "sh", "-c", HostScripts.ForActing(script), "sh", .. arguments]);

    private static bool IsRefused(RemoteResult answer, string what)
    {
        try
        {
            ScriptAnswer.Read("here", what, answer);
            return false;
        }
        catch (ScriptRefusal refusal)
        {
            refusal.Code.ShouldBe(ScriptAnswer.Returned);
            return true;
        }
    }

    private static async Task RunningAsync(IInstanceHost instance)
    {
        for (var tries = 0; (await instance.LookAsync(Token)).Pid is null; tries++)
        {
            tries.ShouldBeLessThan(100, "it never runs");
            await Task.Delay(50, Token);
        }
    }

    private static double Uptime() =>
        double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);

    private static BoundDatabaseHosts Bind(string deploy, string run, string? link)
    {
        var control = new InstanceControl
        {
            Process = new ProcessControl { Command = ["{directory}/bin/tikv-server", "300", "{port}"] },
            Swap = SwapMethod.SwitchLink,
            Link = link,
        };
        var spec = HostCases.Spec(DatabaseEngine.TiDB, HostCases.Instance(
            DatabaseComponent.TiKV, port: Port, deployDir: deploy, control: control));
        return Bind(spec, run, null);
    }

    // Programs of this directory come before those of the machine.
    private static BoundDatabaseHosts Bind(DatabaseRollingUpgradeSpec spec, string run, string? path) => new(
        HostCases.Upgrade(spec) with { Metadata = new V1ObjectMeta { Name = "u", Namespace = "ns", Uid = run } },
        new DatabaseSecrets { Ssh = new SshMaterial("key"u8.ToArray(), "hosts"u8.ToArray()) },
        new DatabaseHostServices(null!, null!, new ManualTimeProvider())
        {
            Clients = (_, _, _) => new LocalClient(path)
        },
        SupportedEngines.All.Of(spec));

    // A program of its own, and its checksum.
    private string Install(string version, string text)
    {
        var program = Path.Combine(
            Directory.CreateDirectory(Path.Combine(_root, version, "bin")).FullName, "tikv-server");
        File.Copy("/bin/sleep", program);
        File.AppendAllText(program, text);
        return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(program)));
    }

    private static void Write(string path, string content)
    {
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static Task<RemoteResult> Shell(string script) => RunAsync(RemoteCommand.Script(script));

    private static async Task<RemoteResult> RunAsync(RemoteCommand command)
    {
        await using var client = new LocalClient();
        return await client.RunAsync(command, Token);
    }

    private sealed class LocalClient(string? path = null) : IRemoteClient
    {
        public string Name => "here";

        public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
        {
            var words = command.Limited;
            var start = new ProcessStartInfo(words[0], words.Skip(1))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            start.Environment["PATH"] =
                path is null ? start.Environment["PATH"] : $"{path}:{start.Environment["PATH"]}";
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError
                .ReadToEndAsync(cancellationToken));
            if (command.Input is { } input)
            {
                await input.CopyToAsync(process.StandardInput.BaseStream, cancellationToken);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new RemoteResult(process.ExitCode, await output, await errors);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
