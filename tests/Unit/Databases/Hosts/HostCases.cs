namespace Drydock.Tests.Unit.Databases;

/// <summary>Specs, targets and answers of hosts as the tests need them.</summary>
internal static class HostCases
{
    public const string Host = "192.0.2.11";

    public static readonly string Old = new('a', 64);

    public static readonly string New = new('b', 64);

    public static DatabaseInstance Instance(
        DatabaseComponent component, string? name = null, int? port = null, string? deployDir = null,
        string? dataDir = null, InstanceControl? control = null) =>
        new()
        {
            Name = name ?? component.ToString().ToLowerInvariant() + "-1",
            Component = component,
            Host = Host,
            Port = port,
            DeployDir = deployDir ?? "/data/deploy",
            DataDir = dataDir,
            Control = control,
        };

    public static DatabaseRollingUpgradeSpec Spec(DatabaseEngine engine, params DatabaseInstance[] instances) => new()
    {
        Engine = engine,
        FromVersion = "1.0.0",
        ToVersion = "2.0.0",
        Package = new PackageSpec { Directory = "/opt/new" },
        Instances = [.. instances],
        Processes = [.. Enum.GetValues<DatabaseComponent>().Select(c =>
            new ComponentControl { Component = c, Control = new InstanceControl { Systemd = new SystemdControl() } })],
        Access = new HostAccess
        {
            Ssh = new SshAccess
            {
                User = "tidb",
                KeySecretRef = new SecretReference { Name = "key" },
                KnownHostsSecretRef = new SecretReference { Name = "hosts" }
            }
        },
    };

    public static DatabaseRollingUpgrade Upgrade(DatabaseRollingUpgradeSpec spec) =>
        new() { Metadata = new V1ObjectMeta { Name = "u", Namespace = "ns" }, Spec = spec };

    public static InstanceTarget Target(
        DatabaseComponent component = DatabaseComponent.TiKV, string program = "tikv-server", int port = 20160,
        string deployDir = "/data/deploy", string? dataDir = null, InstanceControl? control = null) =>
        new()
        {
            Name = $"{component}-{port}".ToLowerInvariant(),
            Host = Host,
            Component = component,
            Program = program,
            Port = port,
            DeployDir = deployDir,
            DataDir = dataDir,
            Control = control ?? new InstanceControl { Systemd = new SystemdControl() },
            Swap = SwapMethod.ReplaceBinary,
        };

    /// <summary>What a host says that looks at an instance; the clock stands 1000 s after the boot.</summary>
    public static HostReport Look(params string[] lines)
    {
        var sums = new ProgramSums().Ask();
        return HostReport.Read(
            Answer([
                "look 1", "user tidb", "boot b-1", "up 1000.00", "seen 1000.40", "load 0.10", "tick 100",
                "btime 1700000000", $"sum old {Old}", $"sum new {New}", .. lines, "real -"]),
            sums);
    }

    public static ScriptAnswer Answer(params string[] lines) =>
        ScriptAnswer.Read(Host, "asking", new RemoteResult(0, string.Join('\n', [.. lines, "end", ""]), ""));

    /// <summary>A line about a process that began so many seconds after the boot.</summary>
    public static string Process(
        int pid, string executable, string arguments, double began = 100, int parent = 1, string sum = "old") =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"process {pid} {began * 100:0} {parent} {sum} {Base64(executable)} "
            + $"{Base64(arguments.Replace(' ', '\0') + "\0")}");

    public static string[] Unit(
        string id, string active, string sub, int pid = 0, string load = "loaded", int? restarts = 0,
        string? starts = null) =>
    [
        $"unit Id={id}", $"unit LoadState={load}", $"unit ActiveState={active}", $"unit SubState={sub}",
        $"unit MainPID={pid}", .. restarts is { } count ? [$"unit NRestarts={count}"] : Array.Empty<string>(),
        .. starts is null
            ? Array.Empty<string>()
            : [$"unit ExecStart={{ path={starts} ; argv[]={starts} --port 1 ; ignore_errors=no ; }}"],
        "unit ",
    ];

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
