using Drydock.Lab.Databases.Yugabyte;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>YugabyteDB or BMDB, with any kind of process control.</summary>
public sealed class YugabyteScenario : IDatabaseScenario
{
    private const string SqlSecret = "yugabyte-sql";
    private readonly YugabyteScenarioOptions _options;
    private readonly YugabytePackage _package;
    private readonly LabCredentials? _client;

    private YugabyteScenario(
        YugabyteCluster cluster, YugabyteScenarioOptions options, YugabytePackage package, LabCredentials? client)
    {
        Cluster = cluster;
        _options = options;
        _package = package;
        _client = client;
    }

    public YugabyteCluster Cluster { get; }

    /// <inheritdoc />
    public string Id => _options.Id;

    /// <inheritdoc />
    public string Name => IsBmdb ? "bmdb" : "yugabyte";

    /// <inheritdoc />
    public string ToVersion => _options.ToVersion;

    /// <inheritdoc />
    public IReadOnlyList<LabHost> Hosts => Cluster.Hosts;

    /// <inheritdoc />
    public StandinDirectory Directory => Cluster.Directory;

    /// <inheritdoc />
    public IReadOnlyList<string> Processes => [.. Cluster.Servers.Select(server => server.Name)];

    /// <inheritdoc />
    public IReadOnlyList<StageSecret> Secrets =>
    [
        ScenarioManifest.Access(Hosts),
        .. _client is null ? [] : new[] { ScenarioManifest.Tls(_client) },
        .. Cluster.Options.Knobs.SqlPassword is { } password
            ? new[] { StageSecret.Opaque(SqlSecret, ("username", "yugabyte"), ("password", password)) }
            : [],
    ];

    private bool IsBmdb => Cluster.Naming == YugabyteNaming.Bmdb;

    /// <summary>Starts a cluster of the old version.</summary>
    public static async Task<YugabyteScenario> StartAsync(
        LabRun run, YugabyteScenarioOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        return await OfAsync(run, await YugabyteCluster.StartAsync(run, options.Cluster, cancellationToken), options);
    }

    /// <summary>The scenario of an existing cluster, for instance one of a replicating pair.</summary>
    public static async Task<YugabyteScenario> OfAsync(
        LabRun run, YugabyteCluster cluster, YugabyteScenarioOptions options)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(options);
        var client = cluster.Options.HasWebTls
            ? run.Authority.Issue(run.FolderFor(cluster.Options.Name + "-client"), "client", "operator")
            : null;
        return new YugabyteScenario(
            cluster, options, await YugabytePackages.MakeAsync(cluster.Naming, options.ToVersion), client);
    }

    /// <inheritdoc />
    public JsonObject Manifest(string space)
    {
        var spec = new JsonObject
        {
            ["approval"] = "Automatic",
            ["holdBefore"] = new JsonArray(),
            ["engine"] = IsBmdb ? "BMDB" : "YugabyteDB",
            ["fromVersion"] = Cluster.Options.Version,
            ["toVersion"] = ToVersion,
            ["package"] = new JsonObject
            {
                ["directory"] = _package.Directory,
                ["archives"] = new JsonArray(ScenarioManifest.Archive("software", _package.Archive, _package.Sha256)),
                ["postInstall"] = "bin/post_install.sh",
            },
            ["access"] = ScenarioManifest.Access(Hosts, sudo: Cluster.Options.Control == YugabyteControl.Systemd),
            ["processes"] = new JsonArray(
                ScenarioManifest.Control("Master", Control(Cluster.Masters[0])),
                ScenarioManifest.Control("Tserver", Control(Cluster.Tservers[0]))),
            ["instances"] = new JsonArray([.. Cluster.Servers.Select(server => (JsonNode)Instance(server))]),
            ["minHealthySeconds"] = 1,
            ["drain"] = new JsonObject { ["timeout"] = "1m" },
            ["timeouts"] = ScenarioManifest.Timeouts(),
            ["yugabyte"] = new JsonObject
            {
                ["catalogRetryPause"] = "1s",
                ["sql"] = new JsonObject { ["database"] = "yugabyte" }
            },
        };
        if (Cluster.Options.Knobs.SqlPassword is not null)
        {
            spec["yugabyte"]!["sql"]!["credentialsSecretRef"] = new JsonObject { ["name"] = SqlSecret };
        }

        if (Tls() is { Count: > 0 } tls)
        {
            spec["tls"] = tls;
        }

        return ScenarioManifest.Of(space, Name, spec);
    }

    /// <inheritdoc />
    public async Task<IAsyncDisposable> StartClientAsync(
        int requestsPerSecond = 20, CancellationToken cancellationToken = default) =>
        await Cluster.StartClientAsync(requestsPerSecond);

    /// <inheritdoc />
    public LabHost HostOf(string process) => Cluster.Server(process).Host;

    /// <inheritdoc />
    public Task KillAsync(string process, CancellationToken cancellationToken = default) =>
        Cluster.KillAsync(Cluster.Server(process), cancellationToken);

    /// <inheritdoc />
    public async Task<bool> IsRunningAsync(string process, CancellationToken cancellationToken = default) =>
        (await HostOf(process).RunAsync(
            $"pgrep -x {Cluster.Naming.ProgramOf(Cluster.Server(process).Kind)} >/dev/null",
            ct: cancellationToken)).ExitCode == 0;

    /// <inheritdoc />
    public Task ReviveAsync(string process, CancellationToken cancellationToken = default) =>
        Cluster.LaunchAsync(Cluster.Server(process), Cluster.State().Server(process).Version, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> ViolationsAsync(CancellationToken cancellationToken = default) =>
        [.. (await Cluster.EndCheckAsync(cancellationToken)).Select(violation => violation.ToString())];

    /// <inheritdoc />
    public string EndState() => Cluster.State().ToString();

    /// <inheritdoc />
    public IReadOnlyDictionary<string, int> Counts() => Cluster.Servers.ToDictionary(
        server => $"starts of {server.Name}", server => Cluster.State().Server(server.Name).Starts,
        StringComparer.Ordinal);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    // Each interface has its own setting.
    private JsonObject Tls()
    {
        var tls = new JsonObject();
        if (_client is not null)
        {
            tls["web"] = new JsonObject { ["secretRef"] = new JsonObject { ["name"] = ScenarioManifest.TlsSecret } };
        }

        if (Cluster.Options.Tls)
        {
            tls["certsDirName"] = "/data/certs";
        }

        return tls;
    }

    private JsonObject Instance(YugabyteServer server) => new()
    {
        ["name"] = server.Name,
        ["component"] = server.Kind == YugabyteKind.Master ? "Master" : "Tserver",
        ["host"] = server.Host.Address,
        ["port"] = server.Rpc,
        ["statusPort"] = server.Web,
        // A link, unless the command line names the version's directory.
        ["deployDir"] = Cluster.Options.Control == YugabyteControl.Process ? Cluster.FirstDirectory : server.Link,
        ["dataDir"] = server.DataDir,
    };

    private JsonObject Control(YugabyteServer server) => Cluster.Options.Control switch
    {
        YugabyteControl.Systemd => new JsonObject
        {
            ["systemd"] = new JsonObject { ["unit"] = YugabyteHostFiles.UnitOf(Cluster.Naming, server.Kind) }
        },
        YugabyteControl.Scripts => new JsonObject
        {
            ["scripts"] = new JsonObject { ["start"] = server.StartScript, ["stop"] = server.StopScript }
        },
        YugabyteControl.Supervise =>
            new JsonObject { ["supervise"] = new JsonObject { ["directory"] = server.ServiceDirectory } },
        _ => new JsonObject
        {
            ["process"] = new JsonObject
            {
                ["command"] = new JsonArray([.. Cluster.CommandOf(server).Select(argument => (JsonNode)argument)]),
                ["logFile"] = server.OutputFile,
            },
        },
    };
}
