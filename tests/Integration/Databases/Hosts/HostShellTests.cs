namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>
/// Every shipped script, run here by each shell that hosts have as sh, and with the sync of old coreutils, which takes
/// no names.
/// </summary>
public sealed class HostShellTests : IDisposable
{
    private const string OldSync =
        "#!/bin/sh\n[ \"$1\" != --help ] || { echo Usage: sync; exit; }\necho all >> \"$SYNCED\"\n";
    private readonly string _root =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"drydock {Guid.NewGuid():N}")).FullName;
    private readonly HashSet<string> _ran = new(StringComparer.Ordinal);

    public static TheoryData<string, bool> Shells { get; } = new()
    {
        { "dash", false }, { "dash", true }, { "bash --posix", false }, { "bash --posix", true },
        { "busybox sh", false },
    };

    private string Tools => Path.Combine(_root, "tools");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Every_host_script_works_under_each_shell(string shell, bool isOldSync)
    {
        Directory.CreateDirectory(Tools);
        if (isOldSync)
        {
            Write(Path.Combine(Tools, "sync"), OldSync, executable: true);
        }

        await FilesAsync(shell);
        await SwapsAsync(shell);
        await PlainProcessAsync(shell);
        await SupervisorsAsync(shell);
        await ReplacementAsync(shell);
        await PackagesAsync(shell);

        _ran.ShouldBe(Names().Where(name => name is not ("common" or "acting")), ignoreOrder: true);
        File.Exists(Path.Combine(_root, "synced")).ShouldBeFalse("nothing flushes everything that the host has");
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash --posix")]
    [InlineData("busybox sh")]
    public async Task Every_host_script_is_valid_for_each_shell(string shell)
    {
        foreach (var name in Names())
        {
            var result = await ShellAsync([.. shell.Split(' '), "-n", "-c", HostScripts.ForActing(name)], "");
            result.ExitCode.ShouldBe(0, $"{name}: {result.Errors}");
        }
    }

    private async Task FilesAsync(string shell)
    {
        var path = Path.Combine(_root, "a b.toml");
        (await AnswerAsync(shell, "clock")).Need("time").ShouldMatch("^[0-9]+[.][0-9]{9}$");
        long.Parse((await AnswerAsync(shell, "machine")).Need("memory"), CultureInfo.InvariantCulture)
            .ShouldBePositive();
        (await AnswerAsync(shell, "room", _root)).Need("room").ShouldMatch("^[0-9]+ [0-9]+$");
        await AnswerAsync(shell, "write", [path, Sum("text"), "", ""], "text");
        (await AnswerAsync(shell, "read", path, "100")).Need("content").ShouldBe(Convert.ToBase64String("text"u8));
        (await AnswerAsync(shell, "sums", "", path)).Says("file").ShouldBeTrue();

        var logs = Directory.CreateDirectory(Path.Combine(_root, "logs of flags")).FullName;
        Write(Path.Combine(logs, "yb.log"), "I0911 starts\nF0911 it cannot\n");
        var flags = Write(Path.Combine(_root, "flags"), $"--log_dir={logs}\n");
        _ran.Add("log-tail");
        var said = await ShellAsync(
            [
                .. shell.Split(' '), "-c", HostScripts.Looking("log-tail"), "sh", "tserver", "", "", "", path,
                $"--flagfile={flags}", "--", _root
            ],
            "");
        said.Output.ShouldBe($"F0911 it cannot\n\u001e{path}\ntext", said.Errors);
    }

    private async Task SwapsAsync(string shell)
    {
        var place = Write(Path.Combine(_root, "prog"), "old");
        var source = Write(Path.Combine(_root, "new"), "new");
        await ActAsync(shell, "swap-binary", _root, "prog", source, Sum("new"), Sum("old"), "1.0");
        (File.ReadAllText(place), File.ReadAllText(place + ".1.0")).ShouldBe(("new", "old"));

        foreach (var version in new[] { "v1", "v2" })
        {
            Write(
                Path.Combine(Directory.CreateDirectory(Path.Combine(_root, version, "bin")).FullName, "server"),
                version);
        }

        var (link, bin) = (Path.Combine(_root, "current"), Path.Combine(_root, "bin"));
        File.CreateSymbolicLink(link, "v1");
        File.CreateSymbolicLink(bin, Path.Combine(_root, "v1", "bin"));
        await ActAsync(shell, "swap-link", link, Path.Combine(_root, "v2"), "bin/server", Sum("v2"), Sum("v1"), "v1");
        await ActAsync(
            shell, "swap-link", bin, Path.Combine(_root, "v2", "bin"), "server", Sum("v2"), Sum("v1"),
            Path.Combine(_root, "v1", "bin"));
        (File.ReadAllText(Path.Combine(link, "bin", "server")), File.ReadAllText(Path.Combine(bin, "server")))
            .ShouldBe(("v2", "v2"));
        var look = await AnswerAsync(shell, "look", "none", "", "", "server", "1", _root, "", "", "no", bin, "server");
        look.Text(look.Need("target")).ShouldBe(Path.Combine(_root, "v2", "bin"));
    }

    private async Task PlainProcessAsync(string shell)
    {
        foreach (var version in new[] { "p1", "p2" })
        {
            File.Copy("/bin/sleep", Path.Combine(
                Directory.CreateDirectory(Path.Combine(_root, version, "bin")).FullName, "serve"));
        }

        var (old, @new, record) = (Path.Combine(_root, "p1"), Path.Combine(_root, "p2"), Path.Combine(_root, "record"));
        await ShellAsync(["sh", "-c", $"cd '{old}' && ulimit -n 777 && LINES='a\nb' LIBS='{old}/lib:{old}x' exec "
            + "setsid ./bin/serve 300 < /dev/null > /dev/null 2>&1 &"], "");
        var pid = await PidOfAsync($"{old}/bin/serve");

        var found = HostProcess.Read("here", await AnswerAsync(shell, "processes", "no", "absent", "serve"))
            .Single(p => p.Pid.ToString(CultureInfo.InvariantCulture) == pid);
        (found.Program, found.Executable, found.Started, found.Real, found.Directory)
            .ShouldBe(("serve", $"{old}/bin/serve", $"{old}/bin/serve", $"{old}/bin/serve", old));
        found.Arguments.ShouldBe(["./bin/serve", "300"]);
        (found.IsLink, found.IsBinLink, found.Ports.Count).ShouldBe((false, false, 0));

        (await AnswerAsync(shell, "command-line", pid)).Need("command")
            .ShouldBe(Convert.ToBase64String("./bin/serve\0300\0"u8));
        (await AnswerAsync(shell, "process-losses", pid)).Says("loss").ShouldBeFalse();
        await ActAsync(shell, "record-process", record, await IdentityAsync(pid), "run-1");
        (await AnswerAsync(shell, "stop-process", [Boot, "99999999", "TERM", "10", await IdentityAsync(pid)], ""))
            .Says("ended").ShouldBeTrue();
        var started = await AnswerAsync(
            shell, "start-process",
            [Boot, "99999999", @new, Path.Combine(_root, "log"), "", record, "run-1", $"{@new}/bin/serve", "300"], "");

        pid = started.Need("started");
        File.ReadAllText($"/proc/{pid}/limits").ShouldMatch("Max open files +777 +777 ");
        var environment = File.ReadAllText($"/proc/{pid}/environ").Split('\0');
        environment.ShouldContain("LINES=a\nb");
        environment.ShouldContain(
            $"LIBS={@new}/lib:{old}x", "a path of the version that ran becomes one of the new version");
        File.GetUnixFileMode(record)
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await AnswerAsync(shell, "stop-process", [Boot, "99999999", "KILL", "10", await IdentityAsync(pid)], "");

        // A program in /bin has no directory that another version could replace.
        Write(Path.Combine(record, "old"), "\n");
        pid = (await AnswerAsync(
            shell, "start-process",
            [Boot, "99999999", @new, Path.Combine(_root, "log"), "", record, "run-1", $"{@new}/bin/serve", "300"], ""))
            .Need("started");
        File.ReadAllText($"/proc/{pid}/environ").Split('\0').ShouldContain($"LIBS={old}/lib:{old}x");
        await AnswerAsync(shell, "stop-process", [Boot, "99999999", "KILL", "10", await IdentityAsync(pid)], "");

        var script = Write(Path.Combine(_root, "start.sh"), "#!/bin/sh\necho done\n", executable: true);
        (await AnswerAsync(
            shell, "run-script", [Boot, "99999999", script, _root, Path.Combine(_root, "out"), "10", "0", "", ""], ""))
            .Need("exit").ShouldBe("0");
    }

    private async Task SupervisorsAsync(string shell)
    {
        // Busybox has a svc of its own, so those of daemontools are below deployDir, as tidb-ansible puts them.
        var deployDir = Path.Combine(_root, "deploy");
        var bin = Directory.CreateDirectory(Path.Combine(deployDir, "bin")).FullName;
        Write(Path.Combine(Tools, "systemctl"), "#!/bin/sh\nexit 0\n", executable: true);
        Write(Path.Combine(bin, "svc"), "#!/bin/sh\nexit 0\n", executable: true);
        Write(Path.Combine(bin, "svstat"), "#!/bin/sh\necho \"$1: down 3 seconds\"\n", executable: true);

        (await AnswerAsync(shell, "stop-systemd", [Boot, "99999999", "x.service", "5", "", ""], ""))
            .Says("ended").ShouldBeTrue();
        await ActAsync(shell, "start-systemd", "x.service", "failed", "5");
        (await AnswerAsync(shell, "stop-supervise", [Boot, "99999999", "service", "5", deployDir, ""], ""))
            .Says("ended").ShouldBeTrue();
        await ActAsync(shell, "start-supervise", "service", deployDir);
        (await AnswerAsync(shell, "control-rights", "x.service", "stop")).Need("rights").ShouldBeOneOf("yes", "no");

        // Units through sudo: allowed, and refused.
        Write(Path.Combine(Tools, "sudo"), "#!/bin/sh\n[ \"$1\" = -n ] && shift\nexec \"$@\"\n", executable: true);
        (await ThroughSudoAsync(shell, "stop-systemd", "x.service", "5", "", "")).Says("ended").ShouldBeTrue();
        Write(
            Path.Combine(Tools, "sudo"), "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n",
            executable: true);
        (await Should.ThrowAsync<ScriptRefusal>(
            () => ThroughSudoAsync(shell, "start-systemd", "x.service", "failed", "5"))).ShouldSatisfyAllConditions(
            refusal => refusal.Code.ShouldBe("Sudo"),
            refusal => refusal.Message.ShouldContain("\"systemctl reset-failed -- x.service\""));

        // What it only warns of is no refusal.
        Write(
            Path.Combine(Tools, "sudo"),
            "#!/bin/sh\necho 'sudo: unable to resolve host h: Name or service not known' >&2\nshift\nexec \"$@\"\n",
            executable: true);
        Write(Path.Combine(Tools, "systemctl"), "#!/bin/sh\nexit 1\n", executable: true);
        (await Should.ThrowAsync<ScriptRefusal>(
            () => ThroughSudoAsync(shell, "start-systemd", "x.service", "inactive", "5"))).Code.ShouldBe("Start");
        Write(Path.Combine(Tools, "systemctl"), "#!/bin/sh\nexit 0\n", executable: true);
    }

    private async Task ReplacementAsync(string shell)
    {
        const string Unit = "x.service";
        var place = Write(Path.Combine(_root, "staged"), "old", executable: true);
        var source = Write(Path.Combine(_root, "newer"), "new", executable: true);
        string[] binary = [_root, "staged", source, Sum("new"), Sum("old"), "1.0", ""];
        (await ShellAsync(["/usr/sbin/setcap", "cap_net_bind_service=ep", place], "")).ExitCode.ShouldBe(0);
        await ActAsync(shell, "stage-binary", [.. binary, ""]);
        File.ReadAllText(place + ".drydock-new").ShouldBe("new");
        (await ShellAsync(["/usr/sbin/getcap", place + ".drydock-new"], "")).Output
            .ShouldContain("cap_net_bind_service");
        await AnswerAsync(shell, "unstage-binary", _root, "staged");
        File.Exists(place + ".drydock-new").ShouldBeFalse();

        await ActAsync(shell, "stage-binary", [.. binary, ""]);
        ScriptCall[] calls =
        [
            new("ready", "ready", [Boot, "99999999", "", source, Sum("new"), "", $"{_root}/."]),
            new("stop-systemd", "stop", [Boot, "99999999", Unit, "5", "", ""]),
            new("swap-binary", "swap", [Boot, "99999999", .. binary]),
            new("start-systemd", "start", [Boot, "99999999", Unit, "failed", "5"]),
        ];
        _ran.UnionWith(["replace", "ready"]);
        var result = await ShellAsync(
            [
                .. shell.Split(' '), "-c", HostScripts.Together(calls.Select(c => c.Script)), "sh", _root,
                "", "", "", .. ScriptCall.Together(calls)
            ],
            "");
        ScriptAnswer.Read("here", $"replace under {shell}", result).Says("left").ShouldBeFalse();
        (File.ReadAllText(place), File.ReadAllText(place + ".1.0")).ShouldBe(("new", "old"));
    }

    private async Task PackagesAsync(string shell)
    {
        var source = Directory.CreateDirectory(Path.Combine(_root, "source", "top", "bin")).FullName;
        Write(Path.Combine(source, "prog"), "new", executable: true);
        Write(Path.Combine(source, "post_install.sh"), "#!/bin/sh\nexit 0\n", executable: true);
        var (archive, directory) = (Path.Combine(_root, "a.tar.gz"), Path.Combine(_root, "opt"));
        (await ShellAsync(["sh", "-c", $"cd '{_root}/source' && tar -czf ../a.tar.gz top"], "")).ExitCode.ShouldBe(0);
        var sum = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(archive)));

        await AnswerAsync(shell, "package-begin", directory);
        await AnswerAsync(
            shell, "package-unpack", directory, "the marker", "archive", archive, sum, "1", "program", "prog");
        await AnswerAsync(shell, "package-post-install", directory, "bin/post_install.sh");
        await AnswerAsync(shell, "package-look", directory, "", "program", "prog");
        await AnswerAsync(shell, "package-extensions", directory);
        await AnswerAsync(shell, "package-forget", directory);
        File.Exists(Path.Combine(directory, ".drydock-post-install")).ShouldBeTrue();
    }

    private static IEnumerable<string> Names() => typeof(HostScripts).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith("Hosts/", StringComparison.Ordinal))
        .Select(n => n["Hosts/".Length..]);

    private static async Task<string> IdentityAsync(string pid)
    {
        var stat = await File.ReadAllTextAsync($"/proc/{pid}/stat");
        return $"{pid}:{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}";
    }

    private static async Task<string> PidOfAsync(string program)
    {
        string? found = null;
        await Deadline.UntilAsync(
            $"{program} to run",
            _ => Task.FromResult((found = Directory.GetDirectories("/proc").FirstOrDefault(
                d => new FileInfo(Path.Combine(d, "exe")).LinkTarget == program)) is not null));
        return Path.GetFileName(found!);
    }

    private Task<ScriptAnswer> ActAsync(string shell, string script, params string[] arguments) =>
        AnswerAsync(shell, script, [Boot, "99999999", .. arguments], "");

    private Task<ScriptAnswer> AnswerAsync(string shell, string script, params string[] arguments) =>
        AnswerAsync(shell, script, arguments, "");

    private async Task<ScriptAnswer> AnswerAsync(string shell, string script, string[] arguments, string input)
    {
        _ran.Add(script);
        var result = await ShellAsync(
            [.. shell.Split(' '), "-c", HostScripts.ForActing(script), "sh", .. arguments], input);
        return ScriptAnswer.Read("here", $"{script} under {shell}", result);
    }

    private async Task<ScriptAnswer> ThroughSudoAsync(string shell, string script, params string[] arguments) =>
        ScriptAnswer.Read(
            "here",
            $"{script} under {shell}",
            await ShellAsync([
                .. shell.Split(' '), "-c", HostScripts.ThroughSudo(HostScripts.ForActing(script)), "sh", Boot,
                "99999999", .. arguments], ""));

    private async Task<RemoteResult> ShellAsync(string[] command, string input)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PATH"] = $"{Tools}:/usr/bin:/bin";
        start.Environment["SYNCED"] = Path.Combine(_root, "synced");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new RemoteResult(process.ExitCode, await output, await errors);
    }

    private static string Boot => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private static string Write(string path, string content, bool executable = false)
    {
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite
            | (executable ? UnixFileMode.UserExecute : UnixFileMode.None));
        return path;
    }

    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
