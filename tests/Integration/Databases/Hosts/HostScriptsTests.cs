namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>
/// The scripts themselves, run here by sh: what is in a path stays in it, and killed at any command they leave nothing
/// that the next call does not finish.
/// </summary>
public sealed class HostScriptsTests : IDisposable
{
    private const string Strange = "a b'c\"d$e`f\\g*h;i&j";
    private static readonly string[] Changing =
        ["cp", "ln", "mv", "rm", "sync", "chmod", "chown", "mkdir", "tar", "cat"];

    private readonly string _root =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"drydock {Guid.NewGuid():N}")).FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Host_scripts_accept_special_characters_in_paths()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, Strange, "bin")).FullName;
        var place = Write(Path.Combine(directory, "prog"), "old");
        var source = Write(Path.Combine(_root, Strange + ".new"), "new");

        await ActAsync("swap-binary", directory, "prog", source, Sum("new"), Sum("old"), "1.0");
        await ActAsync("write", [Path.Combine(_root, Strange + ".toml"), Sum("text"), "", ""], "text");

        File.ReadAllText(place).ShouldBe("new");
        File.ReadAllText(place + ".1.0").ShouldBe("old");
        (await AnswerAsync("read", Path.Combine(_root, Strange + ".toml"), "100")).Lines
            .ShouldBe(["content " + Convert.ToBase64String("text"u8)]);
        var look = await AnswerAsync("look", "none", "", "", "prog", "1", Path.Combine(_root, Strange), "", "", "no");
        look.Text(look.Need("real")).ShouldBe(Path.Combine(_root, Strange));
    }

    [Fact]
    public async Task Host_script_after_deadline_or_reboot_changes_nothing()
    {
        var place = Write(Path.Combine(_root, "prog"), "old");
        var source = Write(Path.Combine(_root, "new"), "new");
        string[] swap = [_root, "prog", source, Sum("new"), Sum("old"), "1.0"];

        var late = await RunAsync("swap-binary", [Boot, "0", .. swap], "", null);
        var rebooted = await RunAsync("swap-binary", ["another-boot", "99999999", .. swap], "", null);

        Should.Throw<ScriptRefusal>(() => Read(late)).Code.ShouldBe(ScriptAnswer.Late);
        Should.Throw<ScriptRefusal>(() => Read(rebooted)).Code.ShouldBe(ScriptAnswer.Late);
        File.ReadAllText(place).ShouldBe("old");
    }

    [Fact]
    public async Task Killed_swap_and_reverse_swap_are_completed_by_next_call()
    {
        var place = Path.Combine(_root, "prog");
        var source = Write(Path.Combine(_root, "new"), "new");
        await KillEverywhereAsync(
            "swap-binary",
            [_root, "prog", source, Sum("new"), Sum("old"), "1.0"],
            () =>
            {
                File.Delete(place + ".1.0");
                Write(place, "old");
            },
            () => File.ReadAllText(place).ShouldBeOneOf("old", "new"),
            () => (File.ReadAllText(place), File.ReadAllText(place + ".1.0"), File.Exists(place + ".drydock-part"))
                .ShouldBe(("new", "old", false)));
        await KillEverywhereAsync(
            "swap-binary",
            [_root, "prog", "", Sum("old"), Sum("new"), "2.0"],
            () =>
            {
                File.Delete(place + ".2.0");
                Write(place, "new");
            },
            () => File.ReadAllText(place).ShouldBeOneOf("old", "new"),
            () => (File.ReadAllText(place), File.ReadAllText(place + ".2.0")).ShouldBe(("old", "new")));
    }

    [Fact]
    public async Task Killed_preparation_is_completed_and_only_renamed_by_swap()
    {
        const string Program = "#!/bin/sh\necho 2.0\n";
        var place = Path.Combine(_root, "prog");
        var source = Write(Path.Combine(_root, "new"), Program, executable: true);
        string[] swap = [_root, "prog", source, Sum(Program), Sum("old"), "1.0"];
        await KillEverywhereAsync(
            "stage-binary",
            [.. swap, "", "-V"],
            () =>
            {
                foreach (var left in new[] { ".drydock-new", ".drydock-keep", ".drydock-part" })
                {
                    File.Delete(place + left);
                }

                Write(place, "old", executable: true);
            },
            () => File.ReadAllText(place).ShouldBe("old"),
            () => (File.ReadAllText(place), File.ReadAllText(place + ".drydock-new"), File.Exists(
                place + ".drydock-part")).ShouldBe(("old", Program, false)));

        // Nothing is copied any more: the package may be gone.
        File.Delete(source);
        await ActAsync("swap-binary", swap);
        (File.ReadAllText(place), File.ReadAllText(place + ".1.0")).ShouldBe((Program, "old"));
        Directory.GetFiles(_root, "prog.drydock-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Program_that_does_not_run_is_refused_before_the_stop()
    {
        var place = Write(Path.Combine(_root, "prog"), "old", executable: true);
        var source = Write(Path.Combine(_root, "new"), "#!/no/such/interpreter\n", executable: true);

        (await RefusedAsync(
            "stage-binary", _root, "prog", source, Sum("#!/no/such/interpreter\n"), Sum("old"), "1.0", "", "-V")).Code
            .ShouldBe("NotRunnable");
        Read(await RunAsync("unstage-binary", [_root, "prog"], "", null));

        File.ReadAllText(place).ShouldBe("old");
        Directory.GetFiles(_root).Order().ShouldBe([source, place], ignoreOrder: true);
    }

    [Fact]
    public async Task Killed_link_switch_is_completed_by_next_call()
    {
        foreach (var version in new[] { "old", "new" })
        {
            Write(
                Path.Combine(Directory.CreateDirectory(Path.Combine(_root, version, "bin")).FullName, "prog"), version);
        }

        var link = Path.Combine(_root, "current");
        await KillEverywhereAsync(
            "swap-link",
            [link, Path.Combine(_root, "new"), "bin/prog", Sum("new"), Sum("old"), "old"],
            () =>
            {
                File.Delete(link);
                File.CreateSymbolicLink(link, "old");
            },
            () => File.ReadAllText(Path.Combine(link, "bin", "prog")).ShouldBeOneOf("old", "new"),
            () => File.ReadAllText(Path.Combine(link, "bin", "prog")).ShouldBe("new"));
    }

    [Fact]
    public async Task Killed_file_write_is_completed_by_next_call()
    {
        var path = Path.Combine(_root, "pd.toml");
        await KillEverywhereAsync(
            "write",
            [path, Sum("new"), Sum("old"), path + ".2.1.19"],
            () =>
            {
                File.Delete(path + ".2.1.19");
                Write(path, "old");
            },
            () => File.ReadAllText(path).ShouldBeOneOf("old", "new"),
            () => (File.ReadAllText(path), File.ReadAllText(path + ".2.1.19"), File.Exists(path + ".drydock-part"))
                .ShouldBe(("new", "old", false)),
            input: "new",
            isInTime: false);
    }

    [Fact]
    public async Task Killed_package_install_leaves_whole_package_or_none()
    {
        var source = Directory.CreateDirectory(Path.Combine(_root, "source", "top", "bin")).FullName;
        Write(Path.Combine(source, "prog"), "new", executable: true);
        Write(Path.Combine(source, "other"), new string('x', 100_000));
        var archive = Path.Combine(_root, "a.tar.gz");
        await ShellAsync($"cd '{_root}/source' && tar -czf ../a.tar.gz top");
        var directory = Path.Combine(_root, "opt", "new");
        Directory.CreateDirectory(Path.Combine(_root, "opt"));

        await KillEverywhereAsync(
            "package-unpack",
            [
                directory, "the marker", "archive", archive,
                Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(archive))), "1", "program",
                "prog", "file", "bin/prog", Sum("new")
            ],
            () =>
            {
                if (Directory.Exists(directory))
                {
                    Directory.Delete(directory, recursive: true);
                }
            },
            () => (!Directory.Exists(directory) || IsWhole(directory)).ShouldBeTrue(),
            () => (IsWhole(directory), Directory.Exists(directory + ".drydock-part")).ShouldBe((true, false)),
            isInTime: false);
    }

    [Fact]
    public async Task Unexpected_program_in_place_is_kept_and_named()
    {
        var place = Write(Path.Combine(_root, "prog"), "somebody's own");
        var source = Write(Path.Combine(_root, "new"), "new");

        var refusal = await RefusedAsync("swap-binary", _root, "prog", source, Sum("new"), Sum("old"), "1.0");

        (refusal.Code, File.ReadAllText(place)).ShouldBe(("Unexpected", "somebody's own"));
        refusal.Message.ShouldContain(Sum("somebody's own"));
    }

    [Fact]
    public async Task Corrupt_or_missing_new_program_is_reported_and_old_stays()
    {
        var place = Write(Path.Combine(_root, "prog"), "old");
        var source = Write(Path.Combine(_root, "new"), "spoiled");

        (await RefusedAsync("swap-binary", _root, "prog", source, Sum("new"), Sum("old"), "1.0")).Code
            .ShouldBe("Corrupt");
        (await RefusedAsync("swap-binary", _root, "prog", source + "er", Sum("new"), Sum("old"), "1.0")).Code
            .ShouldBe("Missing");
        File.ReadAllText(place).ShouldBe("old");
    }

    [Fact]
    public async Task Existing_kept_program_is_not_overwritten()
    {
        var place = Write(Path.Combine(_root, "prog"), "old");
        Write(place + ".1.0", "older");
        var source = Write(Path.Combine(_root, "new"), "new");

        (await RefusedAsync("swap-binary", _root, "prog", source, Sum("new"), Sum("old"), "1.0")).Code
            .ShouldBe("Unexpected");
        File.ReadAllText(place + ".1.0").ShouldBe("older");
    }

    [Theory]
    [InlineData("old", "Unexpected")]
    [InlineData("", "Unexpected")]
    public async Task File_changed_by_others_is_not_written(string expected, string code)
    {
        var path = Write(Path.Combine(_root, "pd.toml"), "changed by hand");

        var refusal = await RefusalAsync(
            "write", [path, Sum("new"), expected.Length == 0 ? "" : Sum(expected), ""], "new");

        (refusal.Code, await File.ReadAllTextAsync(path)).ShouldBe((code, "changed by hand"));
    }

    [Fact]
    public async Task Truncated_input_is_refused_as_Cut()
    {
        var path = Path.Combine(_root, "pd.toml");

        var refusal = await RefusalAsync("write", [path, Sum("the whole"), "", ""], "the wh");

        refusal.Code.ShouldBe("Cut");
        Directory.GetFiles(_root).ShouldBeEmpty();
    }

    [Fact]
    public void Host_scripts_are_valid_for_POSIX_shell()
    {
        var together = HostScripts.Together(
            ["stop-systemd", "stop-supervise", "swap-binary", "write", "start-systemd", "start-supervise"]);
        using (var all = Process.Start(new ProcessStartInfo("sh", ["-n", "-c", together]) { UseShellExecute = false })!)
        {
            all.WaitForExit();
            all.ExitCode.ShouldBe(0);
        }

        foreach (var name in typeof(HostScripts).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("Hosts/", StringComparison.Ordinal)).Select(n => n["Hosts/".Length..]))
        {
            using var check = Process.Start(new ProcessStartInfo("sh", ["-n", "-c", HostScripts.ForActing(name)])
            {
                RedirectStandardError = true,
                UseShellExecute = false
            })!;
            check.WaitForExit();
            check.ExitCode.ShouldBe(0, $"{name}: {check.StandardError.ReadToEnd()}");
        }
    }

    private static bool IsWhole(string directory) =>
        File.ReadAllText(Path.Combine(directory, ".drydock-package")) == "the marker\n"
        && File.ReadAllText(Path.Combine(directory, "bin", "prog")) == "new"
        && new FileInfo(Path.Combine(directory, "bin", "other")).Length == 100_000;

    // Before and behind each command that changes something, the script and all of its children are killed.
    private async Task KillEverywhereAsync(
        string script, string[] arguments, Action begin, Action always, Action atEnd, string input = "",
        bool isInTime = true)
    {
        var tools = Directory.CreateDirectory(Path.Combine(_root, "tools")).FullName;
        var counter = Path.Combine(tools, "counter");
        foreach (var tool in Changing)
        {
            Write(
                Path.Combine(tools, tool),
                $"""
                #!/bin/sh
                n=$(($(/bin/cat '{counter}') + 1)); echo $n > '{counter}'
                [ $n != "$KILL_BEFORE" ] || kill -KILL 0
                /usr/bin/{tool} "$@" || exit
                [ $n != "$KILL_BEHIND" ] || kill -KILL 0

                """,
                executable: true);
        }

        string[] InTime() => isInTime ? [Boot, "99999999", .. arguments] : arguments;

        begin();
        await File.WriteAllTextAsync(counter, "0");
        Read(await RunAsync(script, InTime(), input, new() { ["PATH"] = $"{tools}:/usr/bin:/bin" }));
        atEnd();
        var count = int.Parse(await File.ReadAllTextAsync(counter), CultureInfo.InvariantCulture);
        count.ShouldBeGreaterThan(2);
        foreach (var (variable, number) in Enumerable.Range(1, count).SelectMany(
            n => new[] { ("KILL_BEFORE", n), ("KILL_BEHIND", n) }))
        {
            begin();
            await File.WriteAllTextAsync(counter, "0");
            var killed = await RunAsync(script, InTime(), input, new()
            {
                ["PATH"] = $"{tools}:/usr/bin:/bin",
                [variable] = number.ToString(CultureInfo.InvariantCulture)
            });
            killed.ExitCode.ShouldNotBe(0, $"{variable}={number}");
            always();

            Read(await RunAsync(script, InTime(), input, null));

            atEnd();
        }
    }

    private static Task<ScriptRefusal> RefusedAsync(string script, params string[] arguments) =>
        RefusalAsync(script, [Boot, "99999999", .. arguments], "");

    private static async Task<ScriptRefusal> RefusalAsync(string script, string[] arguments, string input)
    {
        var result = await RunAsync(script, arguments, input, null);
        return Should.Throw<ScriptRefusal>(() => Read(result));
    }

    private static Task ActAsync(string script, params string[] arguments) =>
        ActAsync(script, [Boot, "99999999", .. arguments], "");

    private static async Task ActAsync(string script, string[] arguments, string input) =>
        Read(await RunAsync(script, arguments, input, null));

    private static async Task<ScriptAnswer> AnswerAsync(string script, params string[] arguments) =>
        Read(await RunAsync(script, arguments, "", null));

    private static ScriptAnswer Read(RemoteResult result) => ScriptAnswer.Read("here", "trying", result);

    private static string Boot => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private static async Task<RemoteResult> RunAsync(
        string script, string[] arguments, string input, Dictionary<string, string>? environment)
    {
        // A session of its own: kill 0 is to hit the script and its children only.
        var start = new ProcessStartInfo(
            "setsid", ["-w", "sh", "-c", HostScripts.ForActing(script), "sh", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new RemoteResult(process.ExitCode, await output, await errors);
    }

    private static async Task ShellAsync(string script)
    {
        using var process = Process.Start("sh", ["-c", script]);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }

    private static string Write(string path, string content, bool executable = false)
    {
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite
            | (executable ? UnixFileMode.UserExecute : UnixFileMode.None));
        return path;
    }

    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
