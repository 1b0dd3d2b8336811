namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>A gate that was open allows one stop, of a process that can be started again.</summary>
public sealed class OneStopTests
{
    private static readonly InstanceControl Systemd = new() { Systemd = new SystemdControl() };
    private static readonly InstanceControl Supervise =
        new() { Supervise = new SuperviseControl { Directory = "/service" } };
    private static readonly InstanceControl Plain =
        new() { Process = new ProcessControl { Command = ["bin/tikv-server", "--port", "{port}"] } };
    private static readonly InstanceControl Linked =
        new() { Systemd = new SystemdControl(), Swap = SwapMethod.SwitchLink };
    private static readonly InstanceGoal Swap = new("/opt/new", HostCases.New, "1.0.0", HostCases.Old, null);
    private int _asked;

    [Theory]
    [InlineData("systemd")]
    [InlineData("supervise")]
    [InlineData("process")]
    public async Task Process_that_comes_back_is_stopped_once(string kind)
    {
        var host = new ReplacedHost { HasWatchdog = true };
        await using var hosts = host.Bind(kind == "systemd" ? Systemd : kind == "supervise" ? Supervise : Plain);

        var refusal = await Should.ThrowAsync<HostException>(
            () => hosts.Instance("tikv-1").StopAsync(AllowAsync, CancellationToken.None));

        (refusal.Reason, refusal.IsRetryable, refusal.IsRequestNotTaken)
            .ShouldBe((Reasons.ProcessLivesOn, false, false));
        refusal.Message.ShouldBeWorded();
        (host.Asked.Count(a => a.Contains("stop-", StringComparison.Ordinal)), _asked).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Foreign_start_between_stop_and_start_ends_the_script()
    {
        var host = new ReplacedHost { Refuses = ("ready+stop-systemd+swap-binary+start-systemd", "Returned") };
        await using var hosts = host.Bind(Systemd);
        var replacement = new InstanceReplacement(hosts.Instance("tikv-1"), "1.0.0");

        var refusal = await Should.ThrowAsync<HostException>(
            () => replacement.ReplaceAsync(Swap, null, AllowAsync, CancellationToken.None));

        (refusal.Reason, refusal.IsRetryable).ShouldBe((Reasons.ProcessLivesOn, false));
        refusal.Message.ShouldBeWorded();
        (host.Asked.Count(a => a.Contains("stop-", StringComparison.Ordinal)), _asked).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Former_program_after_the_start_is_not_stopped_again()
    {
        var host = new ReplacedHost { HasWatchdog = true, RunsOld = true };
        await using var hosts = host.Bind(Systemd);

        var refusal = await Should.ThrowAsync<HostException>(
            () => hosts.Instance("tikv-1").ReplaceAsync(Swap, null, AllowAsync, CancellationToken.None));

        (refusal.Reason, refusal.IsRetryable).ShouldBe((Reasons.ProcessLivesOn, false));
        host.Asked.ShouldBe(["look", "ready+stop-systemd+swap-binary+start-systemd", "look", "command-line"]);
    }

    [Fact]
    public async Task Former_program_that_keeps_the_new_one_from_starting_is_not_stopped_again()
    {
        const string Act = "ready+process-losses+record-process+stop-process+swap-binary+start-process";
        var host = new ReplacedHost { HasWatchdog = true, IsStoppedThen = true, Refuses = (Act, "Start") };
        await using var hosts = host.Bind(Plain);
        var instance = hosts.Instance("tikv-1");

        var refusal = await Should.ThrowAsync<HostException>(
            () => new InstanceReplacement(instance, "1.0.0").ReplaceAsync(
                Swap, null, AllowAsync, CancellationToken.None));

        (refusal.Reason, refusal.IsRetryable).ShouldBe((Reasons.ProcessLivesOn, false));
        refusal.Message.ShouldBeWorded();
        (host.Asked.Count(a => a.Contains("stop-", StringComparison.Ordinal)), _asked).ShouldBe((1, 1));
    }

    [Theory]
    [InlineData("/opt/old/bin/tikv-server")]
    [InlineData("/opt/other/bin/tikv-server")]
    public async Task Unit_that_does_not_start_through_the_link_is_not_stopped(string starts)
    {
        var host = new ReplacedHost { Starts = starts, Link = "/opt/old" };
        await using var hosts = host.Bind(Linked);

        var refusal = await Should.ThrowAsync<HostException>(
            () => hosts.Instance("tikv-1").StopAsync(AllowAsync, CancellationToken.None));

        (refusal.Reason, refusal.IsRetryable).ShouldBe((Reasons.ControlMismatch, false));
        refusal.Message.ShouldBeWorded();
        (host.Asked.Count(a => a != "look"), _asked).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("/data/deploy/bin/tikv-server")]
    [InlineData("/data/deploy/scripts/run_tikv.sh")]
    [InlineData("/usr/local/bin/start")]
    public async Task Unit_that_starts_through_the_link_is_stopped(string starts)
    {
        var host = new ReplacedHost { Starts = starts, Link = "/opt/old" };
        await using var hosts = host.Bind(Linked);

        await hosts.Instance("tikv-1").StopAsync(AllowAsync, CancellationToken.None);

        (host.Asked.Count(a => a == "stop-systemd"), _asked).ShouldBe((1, 1));
    }

    [Theory]
    [InlineData("/opt/other/bin/tikv-server", false, false)]
    [InlineData("/opt/other/bin/tikv-server", true, true)]
    [InlineData("/data/deploy/bin/tikv-server", false, true)]
    [InlineData("/data/deploy/scripts/run_tikv.sh", false, true)]
    public async Task Unit_that_starts_another_program_is_not_stopped_to_replace_ours(
        string starts, bool isSame, bool isStopped)
    {
        var host = new ReplacedHost { Starts = starts, StartsInstalled = isSame };
        await using var hosts = host.Bind(Systemd);
        var replacing = hosts.Instance("tikv-1").ReplaceAsync(Swap, null, AllowAsync, CancellationToken.None);

        if (isStopped)
        {
            await replacing;
        }
        else
        {
            var refusal = await Should.ThrowAsync<HostException>(() => replacing);
            (refusal.Reason, refusal.IsRetryable).ShouldBe((Reasons.ControlMismatch, false));
            refusal.Message.ShouldBeWorded();
        }

        (host.Asked.Count(a => a.Contains("stop-", StringComparison.Ordinal)), _asked)
            .ShouldBe(isStopped ? (1, 1) : (0, 0));
    }

    [Theory]
    [InlineData("systemd", true)]
    [InlineData("systemd", false)]
    [InlineData("supervise", true)]
    [InlineData("supervise", false)]
    public async Task Process_that_comes_up_after_the_look_is_not_stopped_without_the_gate(string kind, bool together)
    {
        var host = new ReplacedHost { Running = null, ComesUp = true };
        await using var hosts = host.Bind(kind == "systemd" ? Systemd : Supervise);
        var instance = hosts.Instance("tikv-1");
        var stop = $"{(together ? "ready+" : "")}stop-{kind}{(together ? $"+swap-binary+start-{kind}" : "")}";
        Task GateAsync(InstanceProcess process)
        {
            host.Asked.Add("gate");
            return AllowAsync(process);
        }

        await (together
            ? instance.ReplaceAsync(Swap, null, GateAsync, CancellationToken.None)
            : instance.StopAsync(GateAsync, CancellationToken.None));

        host.Asked.ShouldBe(["look", stop, "look", "gate", stop, "look"]);
    }

    [Fact]
    public async Task Stop_waits_until_a_former_leader_is_late()
    {
        var (host, time, fence) = (new ReplacedHost(), new ManualTimeProvider(), new Fence(TimeSpan.FromSeconds(60)));
        var began = time.GetTimestamp();
        fence.Held = () => time.GetElapsedTime(began) + TimeSpan.FromSeconds(3);
        await using var hosts = host.Bind(Systemd, fence, time);
        var stopping = hosts.Instance("tikv-1").StopAsync(AllowAsync, CancellationToken.None);

        time.Advance(TimeSpan.FromSeconds(16.9));
        (stopping.IsCompleted, _asked).ShouldBe((false, 0));
        time.Advance(TimeSpan.FromSeconds(0.2));
        await stopping;
        host.Asked.ShouldBe(["look", "look", "stop-systemd", "look"]);
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task Process_that_is_down_is_started_at_once_by_a_new_leader()
    {
        var host = new ReplacedHost { Running = null };
        await using var hosts = host.Bind(Systemd, new Fence(TimeSpan.FromSeconds(60)) { Held = () => TimeSpan.Zero });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, null, AllowAsync, CancellationToken.None);

        (host.Running, _asked).ShouldBe((HostCases.New, 0));
    }

    [Theory]
    [InlineData("masked", "is masked, so systemd would not start it again")]
    [InlineData("not-found", "has no unit file any more, so systemd could not start it again")]
    public async Task Unit_that_could_not_be_started_is_not_stopped(string load, string says)
    {
        var host = new ReplacedHost { Load = load };
        await using var hosts = host.Bind(Systemd);

        var refusal = await Should.ThrowAsync<HostException>(
            () => hosts.Instance("tikv-1").ReplaceAsync(Swap, null, AllowAsync, CancellationToken.None));

        (refusal.Reason, refusal.IsRetryable).ShouldBe((Reasons.ControlMismatch, false));
        refusal.Message.ShouldContain(says);
        (host.Asked.Count(a => a != "look"), _asked).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Gate_is_asked_again_before_a_late_stop_is_repeated()
    {
        var host = new ReplacedHost { Refuses = ("stop-systemd", "Late"), Why = "it came 3 s late", Slow = 4 };
        await using var hosts = host.Bind(Systemd);

        var refusal = await Should.ThrowAsync<HostException>(
            () => hosts.Instance("tikv-1").StopAsync(AllowAsync, CancellationToken.None));

        _asked.ShouldBe(host.Asked.Count(a => a == "stop-systemd"));
        _asked.ShouldBeGreaterThan(1);
        refusal.IsRequestNotTaken.ShouldBeTrue();
        refusal.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData(4, 9, 60, true)]
    [InlineData(0.4, 6, 60, true)]
    [InlineData(0.4, 9, 60, false)]
    [InlineData(60, 30, 60, false)]
    [InlineData(4, 9, 5, false)]
    public async Task Slow_host_is_slow_and_a_former_leader_is_late(
        double look, double delay, double lease, bool isStopped)
    {
        var host = new ReplacedHost { Slow = look, Delay = delay };
        await using var hosts = host.Bind(Systemd, new Fence(TimeSpan.FromSeconds(lease)));
        var replacing = hosts.Instance("tikv-1").ReplaceAsync(Swap, null, AllowAsync, CancellationToken.None);

        if (isStopped)
        {
            await replacing;
        }
        else
        {
            (await Should.ThrowAsync<HostException>(() => replacing)).IsRequestNotTaken.ShouldBeTrue();
        }

        (host.Running, _asked).ShouldBe(isStopped ? (HostCases.New, 1) : (HostCases.Old, 3));
    }

    private sealed class Fence(TimeSpan left) : IActFence
    {
        public TimeSpan Left => left;

        public Func<TimeSpan> Held { get; set; } = () => TimeSpan.MaxValue;

        TimeSpan IActFence.Held => Held();

        public void EnsureMayAct()
        {
        }
    }

    private Task AllowAsync(InstanceProcess process)
    {
        process.Pid.ShouldNotBeNull();
        _asked++;
        return Task.CompletedTask;
    }
}
