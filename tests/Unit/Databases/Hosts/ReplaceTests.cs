using System.Globalization;
using Drydock.Clients.Remote;
using Drydock.Clients.Ssh;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Operator.Composition;
using Drydock.Reconcilers.Databases;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>How many commands a host gets while the program of an instance is replaced.</summary>
public sealed class ReplaceTests
{
    private static readonly InstanceGoal Swap = new("/opt/new", HostCases.New, "1.0.0", HostCases.Old, null);
    private static readonly FileReplacement File = new("/data/deploy/conf/tikv.toml", "n", "o", "/data/deploy/conf/tikv.toml.1.0.0", "/data/deploy/conf/tikv.toml.2.0.0");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Supervised_instance_is_replaced_by_two_commands(bool isSystemd)
    {
        var host = new Host();
        await using var hosts = Bind(host, isSystemd ? new InstanceControl { Systemd = new SystemdControl() } : new InstanceControl { Supervise = new SuperviseControl { Directory = "/service" } });
        var instance = hosts.Instance("tikv-1");

        await instance.LookAsync(CancellationToken.None);
        await instance.StageAsync(Swap, "-V", CancellationToken.None);
        await instance.ReplaceAsync(Swap, File, CancellationToken.None);

        var kind = isSystemd ? "systemd" : "supervise";
        host.Asked.ShouldBe(["look", "stage-binary", "look", $"stop-{kind}+swap-binary+write+start-{kind}"]);
    }

    [Fact]
    public async Task Look_is_shared_until_the_instance_is_acted_on()
    {
        var host = new Host();
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
        var host = new Host();
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
        var host = new Host { OutlivesGrace = true };
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, File, CancellationToken.None);

        host.Asked.ShouldContain("stop-process");
        host.Asked.IndexOf("swap-binary").ShouldBeGreaterThan(host.Asked.IndexOf("stop-process"));
        host.Asked[^1].ShouldBe("start-systemd");
    }

    [Fact]
    public async Task Plain_process_is_replaced_step_by_step()
    {
        var host = new Host();
        await using var hosts = Bind(host, new InstanceControl { Process = new ProcessControl { Command = ["bin/tikv-server", "--port", "{port}"] } });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, File, CancellationToken.None);

        host.Asked.Where(a => a != "look").ShouldBe(["process-losses", "record-process", "stop-process", "swap-binary", "write", "start-process"]);
    }

    [Fact]
    public async Task Instance_that_runs_the_new_program_is_left_alone()
    {
        var host = new Host { Running = HostCases.New };
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, File, CancellationToken.None);

        host.Asked.ShouldBe(["look"]);
    }

    [Fact]
    public async Task Checksums_learnt_by_preparation_are_handed_to_the_swap()
    {
        var host = new Host();
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });
        var instance = hosts.Instance("tikv-1");

        await instance.StageAsync(Swap, "-V", CancellationToken.None);
        await instance.ReplaceAsync(Swap, null, CancellationToken.None);

        host.Arguments.ShouldContain(a => a.Contains($"staged={HostCases.New}", StringComparison.Ordinal) && a.Contains($"old={HostCases.Old}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_of_another_directory_is_not_started_as_the_former_one()
    {
        var host = new Host { Refuses = ("write", "Unexpected") };
        await using var hosts = Bind(
            host, new InstanceControl { Process = new ProcessControl { Command = ["{directory}/bin/tikv-server", "--port", "{port}"] }, Swap = SwapMethod.NewDirectory });
        var replacement = new InstanceReplacement(hosts.Instance("tikv-1"), "1.0.0");

        var refusal = await Should.ThrowAsync<HostException>(() => replacement.ReplaceAsync(Swap, File, CancellationToken.None));

        refusal.Message.ShouldStartWith("tikv-1 on 192.0.2.11 was stopped and is DOWN; ");
        host.Asked.ShouldNotContain("start-process");
    }

    [Fact]
    public async Task Host_that_still_works_on_an_earlier_command_is_waited_for()
    {
        var host = new Host { Refuses = ("stage-binary", "Busy") };
        await using var hosts = Bind(host, new InstanceControl { Systemd = new SystemdControl() });
        var replacement = new InstanceReplacement(hosts.Instance("tikv-1"), "1.0.0");

        var refusal = await Should.ThrowAsync<HostException>(() => replacement.StageAsync(Swap, "-V", CancellationToken.None));

        refusal.IsRequestNotTaken.ShouldBeTrue();
        refusal.Message.ShouldNotContain("was not stopped");
        refusal.Message.ShouldEndWith("An earlier command of the operator still works there; it is waited for.");
    }

    private static BoundDatabaseHosts Bind(Host host, InstanceControl control)
    {
        var spec = HostCases.Spec(DatabaseEngine.TiDB, HostCases.Instance(DatabaseComponent.TiKV, control: control));
        var secrets = new DatabaseSecrets { Ssh = new SshMaterial("key"u8.ToArray(), "hosts"u8.ToArray()) };
        return new BoundDatabaseHosts(
            HostCases.Upgrade(spec), secrets, new DatabaseHostServices(null!, null!, new ManualTimeProvider()) { Clients = (_, _, _) => host }, SupportedEngines.All.Of(spec));
    }

    // A host on which everything goes well.
    private sealed class Host : IRemoteClient
    {
        private static readonly string[] Looks = ["look", "process-losses", "sums"];
        private static readonly string[] Acts = ["stage-binary", "stop-systemd", "stop-supervise", "record-process", "stop-process", "swap-binary", "write", "start-systemd", "start-supervise", "start-process"];
        private static readonly string[][] Together =
        [
            ["stop-systemd", "swap-binary", "write", "start-systemd"], ["stop-supervise", "swap-binary", "write", "start-supervise"], ["stop-systemd", "swap-binary", "start-systemd"],
        ];

        public List<string> Asked { get; } = [];

        public List<string> Arguments { get; } = [];

        public string? Running { get; set; } = HostCases.Old;

        public bool OutlivesGrace { get; init; }

        public (string Script, string Code)? Refuses { get; init; }

        public string Name => HostCases.Host;

        public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
        {
            var script = command.Arguments[2];
            var name = Looks.FirstOrDefault(n => HostScripts.Looking(n) == script) ?? Acts.FirstOrDefault(n => HostScripts.ForActing(n) == script)
                ?? string.Join('+', Together.Single(n => HostScripts.Together(n) == script));
            Asked.Add(name);
            Arguments.AddRange(command.Arguments.Skip(4));
            string[] lines = Refuses is { } refused && refused.Script == name ? ["", $"refused {refused.Code}", "because."] : [.. Answer(name), "end"];
            return Task.FromResult(new RemoteResult(0, string.Join('\n', [.. lines, ""]), ""));
        }

        public Task<bool> UploadAsync(RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("nothing is uploaded");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private string[] Answer(string name)
        {
            switch (name)
            {
                case "look":
                    return
                    [
                        "look 1", "user tidb", "boot b-1", "up 1000.00", "tick 100", "btime 1700000000", $"sum old {HostCases.Old}", $"sum new {HostCases.New}",
                        .. Units(),
                        .. Running is { } sum ? [HostCases.Process(17, "/data/deploy/bin/tikv-server", "bin/tikv-server --port 20160", sum: sum == HostCases.Old ? "old" : "new"), "listener 17"] : Array.Empty<string>(),
                        "installed old", "real -",
                    ];
                case "sums":
                    return [$"sum new {HostCases.New}", "file new"];
                case "stage-binary":
                    return [$"sum staged {HostCases.New}"];
                case "stop-process":
                    Running = null;
                    return ["ended"];
                case var stop when stop.StartsWith("stop-", StringComparison.Ordinal) && OutlivesGrace:
                    return ["left"];
                case "stop-systemd" or "stop-supervise":
                    Running = null;
                    return ["ended"];
                case "process-losses" or "record-process" or "swap-binary" or "write":
                    return [];
                default:
                    Running = HostCases.New;
                    return name == "start-process" ? ["started 18"] : [];
            }
        }

        private string[] Units() => Asked.Count == 0 ? [] :
        [
            .. HostCases.Unit("tikv-20160.service", Running is null ? "inactive" : "active", Running is null ? "dead" : "running", Running is null ? 0 : 17),
            .. Enumerable.Range(0, 1).SelectMany(n => HostCases.Unit(string.Create(CultureInfo.InvariantCulture, $"other-{n}.service"), "inactive", "dead", load: "not-found")),
            Running is null ? "svstat down 3 seconds" : "svstat up (pid 17) 3 seconds",
        ];
    }
}
