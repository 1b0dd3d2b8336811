namespace Drydock.Tests.Integration.Lab.Hosts;

/// <summary>The lab's systemctl, against what the real one (systemd 252) says and returns.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class SystemctlTests(HostPair hosts) : IClassFixture<HostPair>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LabHost Host => hosts.First;

    [Fact]
    public async Task Started_unit_is_listed_and_shown_like_systemd()
    {
        var unit = await InstallAsync(
            "ExecStart=/bin/sleep 1000\nUser=tidb\nRestart=always\nRestartSec=15s", "tikv service");
        (await SayAsync($"systemctl is-active {unit}")).ShouldBe((3, "inactive\n"));

        (await RootAsync($"systemctl start {unit}")).ExitCode.ShouldBe(0);

        (await SayAsync($"systemctl is-active {unit}")).ShouldBe((0, "active\n"));
        (await SayAsync($"systemctl list-units --all --no-legend --plain '{unit[..^8]}*'"))
            .ShouldBe((0, $"{unit} loaded active running tikv service\n"));
        var shown = await ShowAsync(unit);
        shown["LoadState"].ShouldBe("loaded");
        shown["ActiveState"].ShouldBe("active");
        shown["SubState"].ShouldBe("running");
        shown["NRestarts"].ShouldBe("0");
        shown["FragmentPath"].ShouldBe($"/etc/systemd/system/{unit}");
        shown["RestartUSec"].ShouldBe("15s");
        shown["ExecStart"].ShouldStartWith(
            "{ path=/bin/sleep ; argv[]=/bin/sleep 1000 ; ignore_errors=no ; start_time=[");
        shown["ExecMainStartTimestamp"].ShouldMatch(@"^\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w+$");
        (await RootAsync($"readlink /proc/{shown["MainPID"]}/exe; ps -o user=,args= -p {shown["MainPID"]}")).OrThrow()
            .ShouldBe("/usr/bin/sleep\ntidb     /bin/sleep 1000");
        (await SayAsync($"systemctl show -p MainPID --value {unit}")).ShouldBe((0, shown["MainPID"] + "\n"));
        (await SayAsync($"systemctl status {unit}")).Output.ShouldContain("Active: active (running) since ");
        (await SayAsync($"systemctl cat {unit}")).Output.ShouldStartWith($"# /etc/systemd/system/{unit}\n[Unit]\n");
    }

    [Fact]
    public async Task Stopped_unit_is_unloaded_unless_enabled()
    {
        var plain = await InstallAsync("ExecStart=/bin/sleep 1000");
        var enabled = await InstallAsync("ExecStart=/bin/sleep 1000");
        (await RootAsync(
            $"systemctl enable {enabled}; systemctl start {plain} {enabled}; systemctl stop {plain} {enabled}"))
            .OrThrow();

        var listed = (await SayAsync($"systemctl list-units --all --no-legend --plain '{plain}' '{enabled}'")).Output;

        listed.ShouldBe($"{enabled} loaded inactive dead a service\n");
        (await SayAsync($"systemctl list-units --no-legend --plain '{enabled}'")).ShouldBe((0, ""));
        (await SayAsync($"systemctl is-enabled {plain}")).ShouldBe((1, "disabled\n"));
        (await SayAsync($"systemctl is-enabled {enabled}")).ShouldBe((0, "enabled\n"));
        (await SayAsync($"systemctl list-unit-files --no-legend '{plain}'"))
            .ShouldBe((0, $"{plain} disabled enabled\n"));
    }

    [Theory]
    [InlineData("is-active", 3, "inactive\n", "")]
    [InlineData("status", 4, "", "Unit nobody.service could not be found.\n")]
    [InlineData("start", 5, "", "Failed to start nobody.service: Unit nobody.service not found.\n")]
    [InlineData("stop", 5, "", "Failed to stop nobody.service: Unit nobody.service not loaded.\n")]
    [InlineData("is-enabled", 1, "", "Failed to get unit file state for nobody.service: No such file or directory\n")]
    [InlineData("cat", 1, "", "No files found for nobody.service.\n")]
    [InlineData(
        "show -p LoadState,ActiveState,MainPID", 0, "MainPID=0\nLoadState=not-found\nActiveState=inactive\n", "")]
    public async Task Missing_unit_is_reported_with_systemd_exit_codes(
        string verb, int code, string output, string error)
    {
        var result = await RootAsync($"systemctl {verb} nobody");

        result.ShouldBe(new LabHostResult(code, output, error));
    }

    [Fact]
    public async Task Systemctl_without_sudo_shows_but_does_not_control()
    {
        var unit = await InstallAsync("ExecStart=/bin/sleep 1000");
        await using var client = Host.Client();

        var refused = await client.RunAsync(new RemoteCommand("systemctl", "start", unit), Token);
        var allowed = await client.RunAsync(new RemoteCommand("systemctl", "start", unit) { AsRoot = true }, Token);
        var active = await client.RunAsync(new RemoteCommand("systemctl", "is-active", unit), Token);

        refused.ShouldBe(new RemoteResult(1, "", $"Failed to start {unit}: Interactive authentication required.\n"));
        allowed.ShouldBe(new RemoteResult(0, "", ""));
        active.Output.ShouldBe("active\n");
    }

    [Fact]
    public async Task Crash_looping_unit_with_Restart_always_is_never_stably_active()
    {
        var unit = await InstallAsync("ExecStart=/bin/sh -c 'sleep 0.2; exit 7'\nRestart=always\nRestartSec=15s");
        (await RootAsync($"systemctl start {unit}")).ExitCode.ShouldBe(0);
        var pids = new HashSet<string>(StringComparer.Ordinal);
        var states = new HashSet<string>(StringComparer.Ordinal);

        await Deadline.UntilAsync(
            $"three restarts of {unit}",
            async _ =>
            {
                var shown = await ShowAsync(unit);
                states.Add($"{shown["ActiveState"]} ({shown["SubState"]})");
                pids.Add(shown["MainPID"]);
                return int.Parse(shown["NRestarts"], CultureInfo.InvariantCulture) >= 3 && states.Count >= 2;
            },
            cancellationToken: Token);

        states.ShouldContain("active (running)");
        states.ShouldContain("activating (auto-restart)");
        pids.Count.ShouldBeGreaterThan(1);
        (await RootAsync($"systemctl stop {unit}")).ExitCode.ShouldBe(0);
        (await SayAsync($"systemctl is-active {unit}")).ShouldBe((3, "inactive\n"));
        (await RootAsync($"systemctl show -p NRestarts {unit}")).OrThrow().ShouldBe("NRestarts=0");
    }

    [Fact]
    public async Task Unit_that_exceeds_start_limit_fails()
    {
        var unit = await InstallAsync("ExecStart=/bin/false\nRestart=always\nRestartSec=0\nStartLimitInterval=1h");
        (await RootAsync($"systemctl start {unit}")).ExitCode.ShouldBe(0);

        await Deadline.UntilAsync(
            $"{unit} to be given up", async _ => (await SayAsync($"systemctl is-failed {unit}")).ExitCode == 0,
            cancellationToken: Token);

        var shown = await ShowAsync(unit);
        (shown["ActiveState"], shown["SubState"], shown["Result"], shown["NRestarts"])
            .ShouldBe(("failed", "failed", "start-limit-hit", "5"));
        (await RootAsync($"systemctl start {unit}")).ExitCode.ShouldBe(1);
        (await RootAsync($"systemctl reset-failed {unit}; systemctl start {unit}")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Killed_process_is_restarted_with_another_pid()
    {
        var unit = await InstallAsync("ExecStart=/bin/sleep 1000\nRestart=always\nRestartSec=15s");
        await RootAsync($"systemctl start {unit}");
        var before = (await ShowAsync(unit))["MainPID"];

        (await RootAsync($"kill -KILL {before}")).OrThrow();

        await Deadline.UntilAsync(
            $"{unit} to be up again",
            async _ => (await ShowAsync(unit)) is var shown && shown["ActiveState"] == "active"
                && shown["MainPID"] != before && shown["NRestarts"] == "1",
            cancellationToken: Token);
    }

    [Fact]
    public async Task Stop_kills_unresponsive_process_after_timeout()
    {
        var unit = await InstallAsync(
            "ExecStart=/bin/sh -c 'trap \"\" TERM; while :; do sleep 1000; done'\nRestart=always\nTimeoutStopSec=1s");
        await RootAsync($"systemctl start {unit}");
        var pid = (await ShowAsync(unit))["MainPID"];

        var stopping = RootAsync($"s=$(date +%s%N); systemctl stop {unit}; echo $? $((($(date +%s%N) - s) / 1000000))");
        await Deadline.UntilAsync(
            $"{unit} to be stopping", async _ => (await ShowAsync(unit))["SubState"] == "stop-sigterm",
            cancellationToken: Token);
        var stopped = (await stopping).OrThrow().Split(' ');

        stopped[0].ShouldBe("0");
        int.Parse(stopped[1], CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(1000);
        (await RootAsync($"test -e /proc/{pid}")).ExitCode.ShouldBe(1);
        (await ShowAsync(unit))["Result"].ShouldBe("timeout");
        (await SayAsync($"systemctl is-active {unit}")).ShouldBe((3, "failed\n"));
    }

    [Fact]
    public async Task Stop_ends_child_processes_in_own_sessions()
    {
        var unit = await InstallAsync("ExecStart=/bin/sh -c 'setsid sleep 4711 & exec sleep 4712'");
        await RootAsync($"systemctl start {unit}");
        await Deadline.UntilAsync(
            "both to run", async _ => (await RootAsync("pgrep -fc 'sleep 471[12]'")).Output == "2\n",
            cancellationToken: Token);

        (await RootAsync($"systemctl stop {unit}")).OrThrow();

        (await RootAsync("pgrep -f 'sleep 471[12]'")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Unit_process_gets_environment_folder_and_user_and_ExecStop_runs()
    {
        await Host.WriteFileAsync("/data/env", "# comment\nFROM_FILE=file\nQUOTED=\"a b\"\n", ct: Token);
        await Host.WriteFileAsync(
            "/data/run.sh",
            "#!/bin/sh\necho \"$ONE|$FROM_FILE|$QUOTED|$HOME|$(id -un)|$PWD|$1\" >/data/seen\nexec sleep 1000\n",
            FileModes.Executable, ct: Token);
        var unit = await InstallAsync(
            "Environment=ONE=1 \"TWO=a b\"\nEnvironmentFile=/data/env\nEnvironmentFile=-/data/none\n"
            + "WorkingDirectory=/data\nUser=tidb\n"
            + "ExecStart=/data/run.sh ${ONE}x\nExecStop=/bin/sh -c 'echo $MAINPID >/data/stopped'");

        await RootAsync($"systemctl start {unit}");
        await Deadline.UntilAsync(
            "the script to have run", _ => Task.FromResult(File.Exists(Path.Combine(Host.Data, "seen"))),
            cancellationToken: Token);
        var pid = (await ShowAsync(unit))["MainPID"];
        (await RootAsync($"systemctl stop {unit}")).OrThrow();

        (await RootAsync("cat /data/seen /data/stopped")).OrThrow()
            .ShouldBe($"1|file|a b|/home/tidb|tidb|/data|1x\n{pid}");
    }

    [Fact]
    public async Task Changed_unit_file_applies_after_daemon_reload()
    {
        var unit = await InstallAsync("ExecStart=/bin/sleep 1001");
        await RootAsync($"systemctl start {unit}");
        (await RootAsync($"sed -i s/1001/1002/ /etc/systemd/system/{unit}; systemctl restart {unit}")).ExitCode
            .ShouldBe(0);
        (await ShowAsync(unit))["ExecStart"].ShouldContain("sleep 1001");
        (await ShowAsync(unit))["NeedDaemonReload"].ShouldBe("yes");

        (await RootAsync($"systemctl daemon-reload; systemctl restart {unit}")).ExitCode.ShouldBe(0);

        (await RootAsync($"ps -o args= -p $(systemctl show -p MainPID --value {unit})")).OrThrow()
            .ShouldBe("/bin/sleep 1002");
    }

    [Fact]
    public async Task Missing_program_and_wrong_unit_file_are_reported()
    {
        var missing = await InstallAsync("ExecStart=/data/none");
        var wrong = await InstallAsync("ExecStart=none");

        (await RootAsync($"systemctl start {missing}")).ExitCode
            .ShouldBe(0, "systemd does not wait for the execution with Type=simple");
        await Deadline.UntilAsync(
            "it to have failed", async _ => (await ShowAsync(missing))["ActiveState"] == "failed",
            cancellationToken: Token);
        var shown = await ShowAsync(missing);
        (shown["Result"], shown["ExecMainStatus"]).ShouldBe(("exit-code", "203"));
        (await ShowAsync(wrong))["LoadState"].ShouldBe("bad-setting");
        (await RootAsync($"systemctl start {wrong}")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Supervisord_runs_the_units()
    {
        var unit = await InstallAsync("ExecStart=/bin/sleep 1000");
        await RootAsync($"systemctl start {unit}");
        var pid = (await ShowAsync(unit))["MainPID"];

        (await RootAsync($"supervisorctl status {unit}")).Output.ShouldMatch($@"^{unit} +RUNNING +pid {pid}, ");
    }

    private async Task<string> InstallAsync(string service, string description = "a service")
    {
        var unit = LabFixture.UniqueName("unit") + ".service";
        await Host.InstallUnitAsync(unit, $"[Unit]\nDescription={description}\n[Service]\n"
            + $"LimitNOFILE=1000000\n{service}\n[Install]\nWantedBy=multi-user.target\n", Token);
        return unit;
    }

    private Task<LabHostResult> RootAsync(string script) => Host.RunAsync(script, asRoot: true, Token);

    private async Task<(int ExitCode, string Output)> SayAsync(string script)
    {
        var result = await Host.RunAsync(script, ct: Token);
        return (result.ExitCode, result.Output);
    }

    private async Task<Dictionary<string, string>> ShowAsync(string unit) =>
        (await Host.RunAsync($"systemctl show --all {unit}", ct: Token)).OrThrow()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
}
