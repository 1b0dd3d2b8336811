using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>Which account runs what on a host, and what sudo must allow for it.</summary>
public sealed partial class BecomeTests
{
    private static readonly InstanceGoal Swap = new("/opt/new", HostCases.New, "1.0.0", HostCases.Old, null);
    private static readonly InstanceControl Systemd = new() { Systemd = new SystemdControl() };
    private static readonly InstanceControl Process =
        new() { Process = new ProcessControl { Command = ["bin/tikv-server", "--port", "{port}"] } };

    [Fact]
    public async Task Plain_process_is_stopped_and_started_as_becomeUser()
    {
        var host = new Host();
        await using var hosts = Bind(host, Process, new SshAccess { User = "drydock", BecomeUser = "tidb" });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, null, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.ShouldBe(
        [
            "tidb: look", "tidb: ready+process-losses+record-process+stop-process+swap-binary+start-process",
            "tidb: look",
        ]);
    }

    [Fact]
    public async Task Units_are_controlled_by_root_beside_becomeUser()
    {
        var host = new Host();
        await using var hosts = Bind(
            host, Systemd, new SshAccess { User = "drydock", BecomeUser = "tidb", Become = Become.Sudo });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, null, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.ShouldBe(["tidb: look", "root: stop-systemd+swap-binary+start-systemd", "tidb: look"]);
    }

    [Fact]
    public async Task Only_systemctl_runs_as_root_with_becomeFor_units()
    {
        var host = new Host();
        await using var hosts = Bind(
            host, Systemd, new SshAccess { User = "tidb", Become = Become.Sudo, BecomeFor = BecomeFor.Units });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, null, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.ShouldBe(["login: look", "login with sudo: stop-systemd+swap-binary+start-systemd", "login: look"]);
    }

    [Fact]
    public async Task Login_user_controls_units_and_becomeUser_replaces_files()
    {
        var host = new Host();
        await using var hosts = Bind(
            host, Systemd,
            new SshAccess { User = "drydock", BecomeUser = "tidb", Become = Become.Sudo, BecomeFor = BecomeFor.Units });

        await hosts.Instance("tikv-1").ReplaceAsync(Swap, null, static _ => Task.CompletedTask, CancellationToken.None);

        host.Asked.Where(a => !a.EndsWith("look", StringComparison.Ordinal)).ShouldBe(
            ["login with sudo: stop-systemd", "tidb: swap-binary", "login with sudo: start-systemd"]);
    }

    [Fact]
    public async Task Missing_right_prints_the_line_of_sudoers()
    {
        var host = new Host { Rights = ["rights no", "systemctl /bin/systemctl"] };
        await using var hosts = Bind(
            host, Systemd, new SshAccess { User = "tidb", Become = Become.Sudo, BecomeFor = BecomeFor.Units });
        var instance = hosts.Instance("tikv-1");

        var missing = await instance.FindMissingRightAsync(
            await instance.LookAsync(CancellationToken.None), CancellationToken.None);

        missing.ShouldBeWorded();
    }

    [Fact]
    public async Task BecomeUser_runs_programs_and_receives_files()
    {
        var host = new Host();
        await using var hosts = Bind(host, Systemd, new SshAccess { User = "drydock", BecomeUser = "tidb" });

        await hosts.Files(HostCases.Host).RunAsync(new RemoteCommand("yb-admin", "help"), CancellationToken.None);

        host.Asked.ShouldBe(["tidb: yb-admin help"]);
    }

    [Fact]
    public void Page_lists_what_sudo_must_allow()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "how-to", "host-access.md"));

        page.ShouldContain(SudoRules.Scripts("tidb"));
        page.ShouldContain(SudoRules.Account("drydock", "tidb"));
        page.ShouldContain(SudoRules.Units("tidb", SudoRules.Systemctl, ["tikv-20160.service"]));
    }

    [Fact]
    public void Scripts_run_nothing_else_through_sudo()
    {
        var text = HostScripts.Together(["stop-systemd", "start-systemd", "swap-binary", "write"]);

        Within().Matches(text).Select(m => m.Groups["verb"].Value).Distinct()
            .ShouldBe(SudoRules.UnitVerbs, ignoreOrder: true);
        Sudo().Count(text).ShouldBe(2);
    }

    [Fact]
    public void Characters_with_a_meaning_in_sudoers_are_escaped() =>
        SudoRules.Units("tidb", "/bin/systemctl", ["a:b=c,d.service"]).ShouldContain(@"stop -- a\:b\=c\,d.service");

    [GeneratedRegex("within \\S+ systemctl \\$\\{drydock_scope-\\} (?<verb>\\S+) -- ", RegexOptions.ExplicitCapture)]
    private static partial Regex Within();

    [GeneratedRegex(@"drydock_sudo", RegexOptions.ExplicitCapture)]
    private static partial Regex Sudo();

    private static BoundDatabaseHosts Bind(Host host, InstanceControl control, SshAccess access)
    {
        var spec = HostCases.Spec(
            DatabaseEngine.TiDB, HostCases.Instance(DatabaseComponent.TiKV, control: control)) with
        {
            Access = new HostAccess { Ssh = access }
        };
        var secrets = new DatabaseSecrets { Ssh = new SshMaterial("key"u8.ToArray(), "hosts"u8.ToArray()) };
        return new BoundDatabaseHosts(
            HostCases.Upgrade(spec), secrets,
            new DatabaseHostServices(null!, null!, new ManualTimeProvider()) { Clients = (_, _, _) => host },
            SupportedEngines.All.Of(spec));
    }

    // A host that notes which account each command runs as.
    private sealed class Host : IRemoteClient
    {
        private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
        {
            [HostScripts.Looking("look")] = "look",
            [HostScripts.Looking("process-losses")] = "process-losses",
            [HostScripts.Looking("control-rights")] = "control-rights",
            [HostScripts.ForActing("record-process")] = "record-process",
            [HostScripts.ForActing("stop-process")] = "stop-process",
            [HostScripts.ForActing("swap-binary")] = "swap-binary",
            [HostScripts.ForActing("start-process")] = "start-process",
            [HostScripts.ForActing("stop-systemd")] = "stop-systemd",
            [HostScripts.ForActing("start-systemd")] = "start-systemd",
            [HostScripts.Together(["ready", "stop-systemd", "swap-binary", "start-systemd"])] =
                "stop-systemd+swap-binary+start-systemd",
            [HostScripts.Together(Plain.Split('+'))] = Plain,
        };

        private const string Plain =
            "ready+process-losses+record-process+stop-process+swap-binary+start-process";

        private bool _isRunning = true;
        private bool _isReplaced;

        public List<string> Asked { get; } = [];

        public string[] Rights { get; init; } = [];

        public string Name => HostCases.Host;

        public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
        {
            var account = command.AsRoot ? "root" : command.AsUser ?? "login";
            if (command.Arguments is not ["sh", "-c", var script, ..])
            {
                Asked.Add($"{account}: {command}");
                return Task.FromResult(new RemoteResult(0, "", ""));
            }

            var sudo = HostScripts.ThroughSudo("");
            var through = script.StartsWith(sudo, StringComparison.Ordinal);
            var name = Names[through ? script[sudo.Length..] : script];
            Asked.Add($"{account}{(through ? " with sudo" : "")}: {name}");
            return Task.FromResult(new RemoteResult(0, string.Join('\n', [.. Answer(name), "end", ""]), ""));
        }

        public Task<bool> UploadAsync(
            RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null,
            CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("nothing is uploaded");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private string[] Answer(string name)
        {
            switch (name)
            {
                case "look":
                    return
                    [
                        "look 1", "user tidb", "boot b-1", "up 1000.00", "seen 1000.40", "load 0.10", "tick 100",
                        "btime 1700000000", $"sum old {HostCases.Old}", $"sum new {HostCases.New}",
                        .. HostCases.Unit(
                            "tikv-20160.service", _isRunning ? "active" : "inactive", _isRunning ? "running" : "dead",
                            _isRunning ? 17 : 0),
                        .. HostCases.Unit("tikv.service", "inactive", "dead", load: "not-found"),
                        .. _isRunning
                            ? [HostCases.Process(
                                17, "/data/deploy/bin/tikv-server", "bin/tikv-server --port 20160",
                                sum: _isReplaced ? "new" : "old"), "listener 17"]
                            : Array.Empty<string>(),
                        "real -",
                    ];
                case "control-rights":
                    return Rights;
                case "stop-process" or "stop-systemd":
                    _isRunning = false;
                    return ["ended"];
                case "record-process" or "swap-binary" or "process-losses":
                    return [];
                default:
                    (_isRunning, _isReplaced) = (true, true);
                    return [];
            }
        }
    }
}
