namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>How many commands a host gets while the program of an instance is replaced.</summary>
public sealed class ReplaceTests
{
    private const string Recorded = "process-losses+record-process+stop-process";
    private static readonly InstanceGoal Swap = new("/opt/new", HostCases.New, "1.0.0", HostCases.Old, null);
    private static readonly FileReplacement File = new(
        "/data/deploy/conf/tikv.toml", "n", "o", "/data/deploy/conf/tikv.toml.1.0.0",
        "/data/deploy/conf/tikv.toml.2.0.0");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Supervised_instance_is_replaced_by_two_commands(bool isSystemd)
    {
        var host = new ReplacedHost();
        await using var hosts = Bind(host, isSystemd
            ? new InstanceControl { Systemd = new SystemdControl() }
            : new InstanceControl { Supervise = new SuperviseControl { Directory = "/service" } });
        var instance = hosts.Instance("tikv-1");

        await instance.LookAsync(CancellationToken.None);
        await instance.StageAsync(Swap, "-V", CancellationToken.None);
        await instance.ReplaceAsync(Swap, File, static _ => Task.CompletedTask, CancellationToken.None);

        var kind = isSystemd ? "systemd" : "supervise";
        host.Asked.ShouldBe(
            ["look", "stage-binary", "look", $"ready+stop-{kind}+swap-binary+write+start-{kind}", "look"]);
    }

    [Fact]
    public async Task Look_is_shared_until_the_instance_is_acted_on()
    {
        var host = new ReplacedHost();
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });
        var instance = hosts.Instance("tikv-1");
        var age = TimeSpan.FromDays(1);

        await instance.LookAsync(age, CancellationToken.None);
        await instance.LookAsync(age, CancellationToken.None);
        host.Asked.ShouldBe(["look"]);
        await instance.StageAsync(Swap, "-V", CancellationToken.None);
        await instance.LookAsync(age, CancellationToken.None);

        host.Asked[^1].ShouldBe("look");
        host.Asked[^2].ShouldNotBe("look");
    }

    [Fact]
    public async Task Stop_swap_and_start_one_by_one_take_more_commands()
    {
        var host = new ReplacedHost();
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });
        var instance = hosts.Instance("tikv-1");

        await instance.StopAsync(CancellationToken.None);
        await instance.SwapAsync(Swap, CancellationToken.None);
        await instance.StartAsync("/opt/new", CancellationToken.None);

        host.Asked.ShouldBe(["look", "stop-systemd", "look", "look", "swap-binary", "look", "start-systemd"]);
    }

    [Fact]
    public async Task Process_that_outlives_its_grace_is_killed_before_the_swap()
    {
        var host = new ReplacedHost { OutlivesGrace = true };
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, File, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.ShouldContain("stop-process");
        host.Asked.IndexOf("swap-binary").ShouldBeGreaterThan(host.Asked.IndexOf("stop-process"));
        host.Asked[^2..].ShouldBe(["start-systemd", "look"]);
    }

    /// <summary>Between the gate and the stop, and until the start, there is nothing but the act.</summary>
    [Theory]
    [InlineData("systemd", SwapMethod.ReplaceBinary, "stop-systemd+swap-binary+start-systemd")]
    [InlineData("systemd", SwapMethod.SwitchLink, "swap-link+stop-systemd+swap-link+start-systemd")]
    [InlineData("user", SwapMethod.SwitchLink, "swap-link+stop-systemd+swap-link+start-systemd")]
    [InlineData("supervise", SwapMethod.SwitchLink, "swap-link+stop-supervise+swap-link+start-supervise")]
    [InlineData("scripts", SwapMethod.ReplaceBinary, "run-script+swap-binary+run-script")]
    [InlineData("scripts", SwapMethod.SwitchLink, "swap-link+run-script+swap-link+run-script")]
    [InlineData("process", SwapMethod.ReplaceBinary, Recorded + "+swap-binary+start-process")]
    [InlineData("process", SwapMethod.SwitchLink, "swap-link+" + Recorded + "+swap-link+start-process")]
    [InlineData("process", SwapMethod.NewDirectory, Recorded + "+start-process")]
    public async Task Look_and_one_act_replace_an_instance(string kind, SwapMethod swap, string parts)
    {
        var host = new ReplacedHost { Link = swap == SwapMethod.SwitchLink ? "/opt/old" : null };
        var directory = swap == SwapMethod.NewDirectory ? "{directory}/" : "";
        await using var hosts = Bind(host, new InstanceControl
        {
            Systemd = kind is "systemd" or "user" ? new SystemdControl { User = kind == "user" } : null,
            Supervise = kind == "supervise" ? new SuperviseControl { Directory = "/service" } : null,
            Scripts = kind == "scripts" ? new ScriptControl { Start = "start.sh", Stop = "stop.sh" } : null,
            Process = kind == "process"
                ? new ProcessControl { Command = [$"{directory}bin/tikv-server", "--port", "{port}"] }
                : null,
            Swap = swap,
        });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, null, GateAsync, CancellationToken.None);

        host.Asked.ShouldBe(["look", "gate", $"ready+{parts}", "look"]);

        Task GateAsync(InstanceProcess process)
        {
            host.Asked.Add("gate");
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Plain_process_that_is_down_is_replaced_and_started_unless_one_came_up()
    {
        var host = new ReplacedHost { Running = null };
        await using var hosts = Bind(
            host, new InstanceControl { Process = new ProcessControl { Command = ["bin/tikv-server", "{port}"] } });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, null, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.ShouldBe(["look", "ready+swap-binary+start-process", "look"]);
        host.Arguments.ShouldContain("tikv-server");
    }

    [Fact]
    public async Task Another_account_takes_several_commands()
    {
        const string Act = $"ready+{Recorded}+swap-binary+write+start-process";
        var host = new ReplacedHost { Refuses = (Act, ScriptAnswer.Apart), Become = Become.Sudo };
        await using var hosts = Bind(
            host,
            new InstanceControl { Process = new ProcessControl { Command = ["bin/tikv-server", "--port", "{port}"] } });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, File, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.Where(a => a != "look")
            .ShouldBe([Act, Recorded, "swap-binary", "write", "start-process"]);
    }

    [Fact]
    public async Task Instance_that_runs_the_new_program_is_left_alone()
    {
        var host = new ReplacedHost { Running = HostCases.New };
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, File, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.ShouldBe(["look"]);
    }

    [Fact]
    public async Task Checksums_learnt_by_preparation_are_handed_to_the_swap()
    {
        var host = new ReplacedHost();
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });
        var instance = hosts.Instance("tikv-1");

        await instance.StageAsync(Swap, "-V", CancellationToken.None);
        await instance.ReplaceAsync(Swap, null, static _ => Task.CompletedTask, CancellationToken.None);

        host.Arguments.ShouldContain(a => a.Contains($"staged={HostCases.New}", StringComparison.Ordinal)
            && a.Contains($"old={HostCases.Old}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_of_another_directory_is_not_started_as_the_former_one()
    {
        var host = new ReplacedHost
        {
            Refuses = ($"ready+{Recorded}+write+start-process", "Unexpected"),
            IsStoppedThen = true
        };
        await using var hosts = Bind(
            host, new InstanceControl
            {
                Process = new ProcessControl { Command = ["{directory}/bin/tikv-server", "--port", "{port}"] },
                Swap = SwapMethod.NewDirectory
            });
        var replacement = new InstanceReplacement(hosts.Instance("tikv-1"), "1.0.0");

        var refusal = await Should.ThrowAsync<HostException>(
            () => replacement.ReplaceAsync(Swap, File, static _ => Task.CompletedTask, CancellationToken.None));

        refusal.Message.ShouldBeWorded();
        host.Asked.ShouldNotContain("start-process");
    }

    [Fact]
    public async Task Host_that_still_works_on_an_earlier_command_is_waited_for()
    {
        var host = new ReplacedHost { Refuses = ("stage-binary", "Busy") };
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });
        var replacement = new InstanceReplacement(hosts.Instance("tikv-1"), "1.0.0");

        var refusal = await Should.ThrowAsync<HostException>(
            () => replacement.StageAsync(Swap, "-V", CancellationToken.None));

        refusal.IsRequestNotTaken.ShouldBeTrue();
        refusal.Message.ShouldNotContain("was not stopped");
        refusal.Message.ShouldBeWorded();
    }

    private static BoundDatabaseHosts Bind(ReplacedHost host, InstanceControl control) => host.Bind(control);
}
