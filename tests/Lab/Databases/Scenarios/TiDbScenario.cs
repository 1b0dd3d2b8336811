using Drydock.Lab.Databases.TiDb;

namespace Drydock.Lab.Databases.Scenarios;

/// <summary>TiDB 2.1 to 3.0 in the layout of tidb-ansible.</summary>
public sealed class TiDbScenario : IDatabaseScenario
{
    private const string SqlSecret = "tidb-root";
    private const string Password = "canary-tidb-root";
    private const string Database = "test";
    private readonly TiDbScenarioOptions _options;
    private readonly StandinPackage _package;

    private TiDbScenario(TiDbCluster cluster, TiDbScenarioOptions options, StandinPackage package)
    {
        Cluster = cluster;
        _options = options;
        _package = package;
    }

    public TiDbCluster Cluster { get; }

    /// <inheritdoc />
    public string Id => _options.Id;

    /// <inheritdoc />
    public string Name => "tidb-21-to-30";

    /// <inheritdoc />
    public string ToVersion => _options.ToVersion;

    /// <inheritdoc />
    public IReadOnlyList<LabHost> Hosts => Cluster.Hosts;

    /// <inheritdoc />
    public StandinDirectory Directory => Cluster.Directory;

    /// <inheritdoc />
    public IReadOnlyList<string> Processes => [.. Cluster.Instances.Select(instance => instance.Name)];

    /// <inheritdoc />
    public IReadOnlyList<StageSecret> Secrets =>
    [
        ScenarioManifest.Access(Hosts),
        StageSecret.Opaque(SqlSecret, ("username", "root"), ("password", Password)),
        .. Cluster.Client is { } client ? new[] { ScenarioManifest.Tls(client) } : [],
    ];

    /// <summary>Starts a cluster of the old version.</summary>
    public static async Task<TiDbScenario> StartAsync(
        LabRun run, TiDbScenarioOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TiDbScenarioOptions();
        var package = await TiDbPackages.MakeAsync(options.ToVersion, cancellationToken);
        var users =
            new Dictionary<string, string>(options.Cluster.Users, StringComparer.Ordinal) { ["root"] = Password };
        return new TiDbScenario(
            await TiDbCluster.StartAsync(run, options.Cluster with { Users = users }, cancellationToken), options,
            package);
    }

    /// <inheritdoc />
    public JsonObject Manifest(string space)
    {
        var spec = new JsonObject
        {
            ["approval"] = "Automatic",
            ["holdBefore"] = new JsonArray(),
            ["engine"] = "TiDB",
            ["fromVersion"] = Cluster.Options.Version,
            ["toVersion"] = ToVersion,
            ["package"] = new JsonObject
            {
                ["directory"] = $"{TiDbCluster.PackageFolder}/tidb-v{ToVersion}",
                ["archives"] = new JsonArray(ScenarioManifest.Archive("tidb", _package.Archive, _package.Sha256)),
            },
            ["access"] = ScenarioManifest.Access(Hosts, sudo: true),
            ["processes"] = new JsonArray([.. Cluster.Instances.GroupBy(i => i.Component)
                .Select(g => (JsonNode)ScenarioManifest.Control(Component(g.Key), Control(g.First())))]),
            ["instances"] = new JsonArray([.. Cluster.Instances.Select(instance => (JsonNode)Instance(instance))]),
            ["minHealthySeconds"] = 1,
            ["drain"] = new JsonObject { ["timeout"] = "1m" },
            ["timeouts"] = ScenarioManifest.Timeouts(),
            ["tidb"] = new JsonObject
            {
                ["credentialsSecretRef"] = new JsonObject { ["name"] = SqlSecret },
                ["tuneScheduling"] = new JsonObject { ["stableFor"] = "1s" },
            },
        };
        if (_options.Snapshots is { } folder)
        {
            spec["tidb"]!["backup"] = new JsonObject
            {
                ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = folder } },
                ["databases"] = new JsonArray(Database),
            };
        }
        else
        {
            spec["preflight"] = new JsonObject { ["acknowledge"] = new JsonArray("NoBackup") };
        }

        if (Cluster.Options.Tls)
        {
            spec["tls"] = new JsonObject { ["secretRef"] = new JsonObject { ["name"] = ScenarioManifest.TlsSecret } };
        }

        return ScenarioManifest.Of(space, Name, spec);
    }

    /// <inheritdoc />
    public async Task<IAsyncDisposable> StartClientAsync(
        int requestsPerSecond = 20, CancellationToken cancellationToken = default) =>
        await Cluster.StartClientAsync(requestsPerSecond, cancellationToken: cancellationToken);

    /// <inheritdoc />
    public LabHost HostOf(string process) => Cluster.Instance(process).Host;

    /// <inheritdoc />
    public Task KillAsync(string process, CancellationToken cancellationToken = default) =>
        Cluster.SignalAsync(Cluster.Instance(process), LabSignal.Kill, cancellationToken);

    /// <inheritdoc />
    public async Task<bool> IsRunningAsync(string process, CancellationToken cancellationToken = default) =>
        (await HostOf(process).RunAsync(
            $"pgrep -f '^bin/{Cluster.Instance(process).Program} ' >/dev/null", ct: cancellationToken)).ExitCode == 0;

    /// <inheritdoc />
    public Task ReviveAsync(string process, CancellationToken cancellationToken = default) =>
        Cluster.StartAsync(Cluster.Instance(process), cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ViolationsAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<string>>(
        [
            .. Directory.Violations().Select(violation => violation.ToString()),
            .. Cluster.Truth().EvictedStores.Select(store => string.Create(
                CultureInfo.InvariantCulture, $"the evict-leader scheduler of store {store} is left in schedulers-v2")),
        ]);

    /// <inheritdoc />
    public string EndState()
    {
        var truth = Cluster.Truth();
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var (name, version) in truth.Versions.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            Line($"{name} {version}");
        }

        var leader = truth.PdLeader.Length > 0 ? "one" : "none";
        var priorities = truth.LeaderPriorities.OrderBy(p => p.Key, StringComparer.Ordinal);
        var states = truth.BinlogStates.OrderBy(b => b.Key, StringComparer.Ordinal);
        Line($"cluster version {truth.ClusterVersion}, bootstrap {truth.BootstrapVersion}, PD leader {leader}");
        Line($"evicted [{string.Join(' ', truth.EvictedStores)}], unfinished DDL {truth.UnfinishedJobs}");
        Line($"leader priorities {string.Join(' ', priorities.Select(p => $"{p.Key}={p.Value}"))}");
        Line($"binlog {string.Join(' ', states.Select(b => $"{b.Key}={b.Value}"))}");
        foreach (var (name, value) in truth.Schedule.Where(s => s.Key.EndsWith("-limit", StringComparison.Ordinal))
            .OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            Line($"{name} {value}");
        }

        return text.ToString();
    }

    /// <inheritdoc />
    public IReadOnlyDictionary<string, int> Counts() => Cluster.Truth().Starts

        // A paused pump ends automatically, and its supervisor may start it again before it is stopped. The number of
        // starts is random.
        .Where(start => Cluster.Instance(start.Key).Component != "pump")
        .ToDictionary(start => $"starts of {start.Key}", start => start.Value, StringComparer.Ordinal);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private static JsonObject Instance(TiDbInstance instance)
    {
        var one = new JsonObject
        {
            ["name"] = instance.Name,
            ["component"] = Component(instance.Component),
            ["host"] = instance.Host.Address,
            ["port"] = instance.Port,
            ["deployDir"] = instance.DeployDir,
        };
        if (instance.StatusPort is { } status)
        {
            one["statusPort"] = status;
        }

        if (instance.DataDir is { } data)
        {
            one["dataDir"] = data;
        }

        return one;
    }

    // Without a unit name the active unit is found: pd.service or pd-2379.service.
    private static JsonObject Control(TiDbInstance instance) => instance.Unit is null
        ? new JsonObject { ["supervise"] = new JsonObject { ["directory"] = instance.StatusDir } }
        : new JsonObject { ["systemd"] = new JsonObject() };

    private static string Component(string name) => name switch
    {
        "pd" => "PD",
        "tikv" => "TiKV",
        "tidb" => "TiDB",
        "pump" => "Pump",
        _ => "Drainer",
    };
}
