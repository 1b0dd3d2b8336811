using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>An instance under systemd.</summary>
public sealed class SystemdTests(LabFixture lab) : IAsyncLifetime
{
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    [Fact]
    public async Task Running_unit_is_observed_with_process_program_and_port()
    {
        var before = TimeProvider.System.GetUtcNow();
        var instance = await RunningAsync();

        var seen = await SeeAsync(instance, "the port", p => p.IsListening);

        var sum = await Shop.SumAsync($"{Deploy}/bin/{ProgramName}");
        (seen.Supervision, seen.SupervisionText, seen.Unit, seen.Restarts)
            .ShouldBe((SupervisionState.Active, "active (running)", "tikv-20160.service", 0));
        (seen.Executable, seen.ExecutableSha256, seen.InstalledSha256, seen.LinkTarget)
            .ShouldBe(($"{Deploy}/bin/{ProgramName}", sum, sum, null));
        seen.Pid.ShouldBe(int.Parse(
            await Shop.ShellAsync("systemctl show -p MainPID --value tikv-20160"),
            System.Globalization.CultureInfo.InvariantCulture));
        seen.ListenerPid.ShouldBe(seen.Pid);
        seen.Strays.ShouldBeEmpty();
        var margin = TimeSpan.FromSeconds(1.5);
        seen.StartedAt!.Value.ShouldBeInRange(before - margin, TimeProvider.System.GetUtcNow() + margin);
    }

    [Fact]
    public async Task Crash_looping_unit_is_restarting_and_not_active()
    {
        await Shop.UnitAsync("tikv-20160.service", "--crash");
        await Shop.ShellAsync("systemctl start tikv-20160", asRoot: true);
        var instance = Systemd();

        await SeeAsync(instance, "a first restart", p => p.Restarts > 0);
        for (var look = 0; look < 10; look++)
        {
            (await instance.LookAsync(Token)).Supervision.ShouldBe(SupervisionState.Restarting);
        }

        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).Supervision.ShouldBe(SupervisionState.Inactive);
    }

    [Fact]
    public async Task Stopped_unit_stays_stopped_until_started_again()
    {
        var instance = await RunningAsync();
        var before = await SeeAsync(instance, "the port", p => p.IsListening);

        await instance.StartAsync("/opt/new", Token);
        (await instance.LookAsync(Token)).Pid.ShouldBe(before.Pid);
        await instance.StopAsync(Token);
        await instance.StopAsync(Token);

        var stopped = await instance.LookAsync(Token);
        (stopped.Supervision, stopped.IsAlive, stopped.IsListening, stopped.Unit)
            .ShouldBe((SupervisionState.Inactive, false, false, "tikv-20160.service"));
        await Task.Delay(TimeSpan.FromSeconds(0.6), Token); // longer than the pause between two restarts here
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();

        await instance.StartAsync("/opt/new", Token);
        (await SeeAsync(instance, "the port", p => p.IsListening)).Pid.ShouldNotBe(before.Pid);
    }

    [Fact]
    public async Task Process_remaining_after_stop_is_named_and_not_killed()
    {
        var instance = await RunningAsync("--orphan", "KillMode=process\n", grace: "1s");

        var trouble = await Should.ThrowAsync<HostException>(() => instance.StopAsync(Token));

        var stray = (await instance.LookAsync(Token)).Strays.ShouldHaveSingleItem();
        (trouble.Reason, trouble.IsRetryable).ShouldBe((Reasons.ProcessLivesOn, true));
        trouble.Message.ShouldContain($"pid {stray.Pid}, {Deploy}/bin/{ProgramName}");
        (await Should.ThrowAsync<HostException>(() => instance.StartAsync("/opt/new", Token))).Reason
            .ShouldBe(Reasons.ProcessLivesOn);
        await Shop.ShellAsync($"kill -KILL {stray.Pid}");
        await instance.StopAsync(Token);
    }

    [Fact]
    public async Task Unit_that_ignores_signal_is_killed_after_grace()
    {
        var instance = await RunningAsync("--stubborn", "TimeoutStopSec=3600s\n", grace: "1s");
        await SeeAsync(instance, "the port", p => p.IsListening);
        var began = Stopwatch.GetTimestamp();

        await instance.StopAsync(Token);

        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
        var stopped = await instance.LookAsync(Token);
        (stopped.IsAlive, stopped.Supervision).ShouldBe((false, SupervisionState.Inactive));
    }

    [Fact]
    public async Task Port_held_by_another_process_is_observed_with_pid()
    {
        var instance = await RunningAsync();
        await SeeAsync(instance, "the port", p => p.IsListening);
        await instance.StopAsync(Token);
        var other = await Shop.ShellAsync(
            $"nohup perl {Deploy}/serve.pl --port {Port} >/dev/null 2>&1 </dev/null & echo $!");

        var seen = await SeeAsync(instance, "the port", p => p.IsListening);

        (seen.IsAlive, seen.ListenerPid)
            .ShouldBe((false, int.Parse(other, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Stray_process_from_old_directory_prevents_stop()
    {
        var instance = await RunningAsync();
        await Shop.InstallAsync("/home/tidb/old", ProgramName, "2.0.1");
        var by = await Shop.ShellAsync(
            $"nohup old/bin/{ProgramName} old/serve.pl --port 0 --note x:{Port} --stubborn >/dev/null 2>&1 </dev/null "
            + "& echo $!");

        var seen = await SeeAsync(instance, "the stray", p => p.Strays.Count > 0);

        seen.Strays.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            s => s.Pid.ShouldBe(int.Parse(by, System.Globalization.CultureInfo.InvariantCulture)),
            s => s.Executable.ShouldBe($"/home/tidb/old/bin/{ProgramName}"));
        (await Should.ThrowAsync<HostException>(() => instance.StopAsync(Token))).Message
            .ShouldContain("was not stopped");
        (await instance.LookAsync(Token)).Pid.ShouldBe(seen.Pid);
    }

    [Theory]
    [InlineData("tikv.service", "tikv-20160.service")]
    [InlineData("tikv-20160.service", "tikv.service", Traits = [SampleTrait.Name, SampleTrait.All])]
    public async Task Active_unit_of_both_layouts_is_stopped_and_started(string active, string left)
    {
        var instance = await RunningAsync(unit: active);
        await Shop.UnitAsync(left);
        (await instance.LookAsync(Token)).Unit.ShouldBe(active);

        await instance.StopAsync(Token);
        var stopped = await Systemd().LookAsync(Token);
        await Systemd().StartAsync("/opt/new", Token);

        (stopped.Supervision, stopped.Unit).ShouldBe((SupervisionState.Inactive, active));
        var started = await SeeAsync(instance, "the port", p => p.IsListening);
        (started.Unit, started.Supervision).ShouldBe((active, SupervisionState.Active));
    }

    [Fact]
    public async Task Two_inactive_units_are_reported_as_ControlMismatch()
    {
        await Shop.UnitAsync("tikv.service");
        await Shop.UnitAsync("tikv-20160.service");

        (await Should.ThrowAsync<HostException>(() => Systemd().LookAsync(Token))).Reason
            .ShouldBe(Reasons.ControlMismatch);
    }

    [Fact]
    public async Task Instance_without_unit_is_not_stopped_or_started()
    {
        var instance = Systemd();

        (await instance.LookAsync(Token)).Supervision.ShouldBe(SupervisionState.Missing);
        (await Should.ThrowAsync<HostException>(() => instance.StopAsync(Token))).Message
            .ShouldContain("tikv-20160.service or tikv.service");
        (await Should.ThrowAsync<HostException>(() => instance.StartAsync("/opt/new", Token))).Reason
            .ShouldBe(Reasons.ControlMismatch);
    }

    [Fact]
    public async Task Program_is_swapped_only_while_stopped_and_can_be_reversed()
    {
        var instance = await RunningAsync();
        await Shop.InstallAsync("/data/new", ProgramName, New);
        var (old, @new) =
            (await Shop.SumAsync($"{Deploy}/bin/{ProgramName}"), await Shop.SumAsync($"/data/new/bin/{ProgramName}"));
        var swap = new InstanceGoal("/data/new", @new, Old, old, null);
        (await Should.ThrowAsync<HostException>(() => instance.SwapAsync(swap, Token))).Reason
            .ShouldBe(Reasons.ProcessLivesOn);

        await instance.StopAsync(Token);
        await instance.SwapAsync(swap, Token);
        await instance.SwapAsync(swap, Token);
        await instance.StartAsync("/data/new", Token);

        var seen = await SeeAsync(instance, "the new program", p => p.ExecutableSha256 == @new);
        seen.InstalledSha256.ShouldBe(@new);
        (await Shop.SumAsync($"{Deploy}/bin/{ProgramName}.{Old}")).ShouldBe(old);
        (await Shop.ShellAsync($"stat -c %U {Deploy}/bin/{ProgramName}")).ShouldBe("tidb");

        await instance.StopAsync(Token);
        await instance.SwapAsync(new InstanceGoal(Deploy, old, New, @new, null), Token);
        await instance.StartAsync(Deploy, Token);
        await SeeAsync(instance, "the old program", p => p.ExecutableSha256 == old);
    }

    [Fact]
    public async Task Running_program_replaced_on_disk_is_observed_separately()
    {
        var instance = await RunningAsync();
        await SeeAsync(instance, "the port", p => p.IsListening);
        var old = await Shop.SumAsync($"{Deploy}/bin/{ProgramName}");
        await Shop.InstallAsync("/data/new", ProgramName, New);
        await Shop.ShellAsync($"mv -f /data/new/bin/{ProgramName} {Deploy}/bin/{ProgramName}");

        var seen = await instance.LookAsync(Token);

        (seen.ExecutableSha256, seen.InstalledSha256, seen.Executable)
            .ShouldBe((old, await Shop.SumAsync($"{Deploy}/bin/{ProgramName}"), $"{Deploy}/bin/{ProgramName}"));
        seen.InstalledSha256.ShouldNotBe(old);
    }

    [Fact]
    public async Task Link_is_switched_and_switched_back()
    {
        await Shop.ShellAsync($"mv {Deploy} /data/v1 && ln -s v1 {Deploy}");
        var instance = await RunningAsync(swap: SwapMethod.SwitchLink);
        await Shop.ShellAsync($"cp -a /data/v1 /data/v2 && echo more >>/data/v2/bin/{ProgramName}");
        var (old, @new) =
            (await Shop.SumAsync($"/data/v1/bin/{ProgramName}"), await Shop.SumAsync($"/data/v2/bin/{ProgramName}"));
        var before = await SeeAsync(instance, "the port", p => p.IsListening);
        (before.LinkTarget, before.Executable).ShouldBe(("v1", $"/data/v1/bin/{ProgramName}"));

        await instance.StopAsync(Token);
        await instance.SwapAsync(new InstanceGoal("/data/v2", @new, Old, old, "v1"), Token);
        await instance.StartAsync("/data/v2", Token);
        (await SeeAsync(instance, "the new program", p => p.ExecutableSha256 == @new)).LinkTarget.ShouldBe("/data/v2");

        await instance.StopAsync(Token);
        await instance.SwapAsync(new InstanceGoal("v1", old, New, @new, "/data/v2"), Token);
        await instance.StartAsync("v1", Token);
        (await SeeAsync(instance, "the old program", p => p.ExecutableSha256 == old)).LinkTarget.ShouldBe("v1");
    }

    [Fact]
    public async Task Unit_of_account_is_found_stopped_and_started_by_manager_of_account()
    {
        var user = Shop.Host.User;
        await Shop.ShellAsync(
            $"mkdir -p /var/lib/systemd/linger && touch /var/lib/systemd/linger/{user}", asRoot: true);
        await Shop.Host.CrashAsync();
        await Shop.Host.BootAsync(Token);
        await Shop.UnitAsync("unused.service");
        await Shop.Host.WriteFileAsync(
            $"/home/{user}/.config/systemd/user/tikv.service",
            $"[Service]\nExecStart={Deploy}/scripts/run_tikv.sh\nRestart=always\n", ct: Token);
        await Shop.ShellAsync(
            "export XDG_RUNTIME_DIR=/run/user/$(id -u) && systemctl --user daemon-reload && systemctl --user "
            + "start tikv");
        var instance = Shop.Control(
            new InstanceControl { Systemd = new SystemdControl { Unit = "tikv.service", User = true } });

        var seen = await SeeAsync(instance, "the port", p => p.IsListening);
        (seen.Supervision, seen.Unit).ShouldBe((SupervisionState.Active, "tikv.service"));
        var found = (await Shop.Bind(Shop.Spec(Shop.Instance(new InstanceControl { Systemd = new SystemdControl() })))
            .ProcessesAsync(Shop.Host.Address, Token))
            .ShouldHaveSingleItem();
        (found.Unit, found.IsUnitOfAccount, found.Pid).ShouldBe(("tikv.service", true, seen.Pid!.Value));
        (await instance.FindMissingRightAsync(seen, Token)).ShouldBeNull();

        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).Supervision.ShouldBe(SupervisionState.Inactive);
        await instance.StartAsync("/opt/new", Token);
        (await SeeAsync(instance, "the port", p => p.IsListening)).Pid.ShouldNotBe(seen.Pid);

        await Shop.ShellAsync($"rm /var/lib/systemd/linger/{user}", asRoot: true);
        (await instance.FindMissingRightAsync(seen, Token))!.ShouldContain($"`loginctl enable-linger {user}`");
    }

    private IInstanceHost Systemd(string grace = "20s", SwapMethod? swap = null) =>
        Shop.Control(new InstanceControl { Systemd = new SystemdControl(), StopGrace = grace, Swap = swap });

    private async Task<IInstanceHost> RunningAsync(
        string options = "", string more = "", string grace = "20s", string unit = "tikv-20160.service",
        SwapMethod? swap = null)
    {
        await Shop.UnitAsync(unit, options, more);
        await Shop.ShellAsync($"systemctl start {unit}", asRoot: true);
        var instance = Systemd(grace, swap);
        await SeeAsync(
            instance, "the program", p => p.Executable?.EndsWith(ProgramName, StringComparison.Ordinal) == true);
        return instance;
    }
}
