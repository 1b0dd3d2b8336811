namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// A YugabyteDB or BMDB cluster of stand-ins on lab hosts. It is installed as a user installs it, and started and
/// stopped by its kind of control. Tests can read its true state. Programs are below /data/SOFTWARE-VERSION; data, logs
/// and configuration are elsewhere in /data.
/// </summary>
public sealed class YugabyteCluster : IAsyncDisposable
{
    private const string KnobsFile = "yugabyte.json";
    private readonly LabRun _run;
    private readonly List<LabHost> _hosts = [];
    private readonly YugabyteHostFiles _files;
    private readonly Lazy<HttpClient> _http;
    private YugabyteKnobs _knobs;
    private IReadOnlyList<YugabyteGroup> _groups;
    private int _clients;

    private YugabyteCluster(LabRun run, YugabyteClusterOptions options)
    {
        _run = run;
        Options = options;
        _knobs = options.Knobs;
        _groups = options.Groups;
        Directory = StandinDirectory.Create(run.FastFolderFor(options.Name + "-cluster"));
        _files = new YugabyteHostFiles(options, Directory, run);
        _http = new(() =>
            options.HasWebTls ? LabHttp.Create(run.Authority, "https://" + Masters[0].WebAddress) : new HttpClient());
    }

    public YugabyteClusterOptions Options { get; }

    /// <summary>Names of the dialect.</summary>
    public YugabyteNaming Naming => Options.Naming;

    public IReadOnlyList<LabHost> Hosts => _hosts;

    /// <summary>The masters, master-1 first.</summary>
    public IReadOnlyList<YugabyteServer> Masters { get; private set; } = [];

    /// <summary>The tablet servers, tserver-1 first.</summary>
    public IReadOnlyList<YugabyteServer> Tservers { get; private set; } = [];

    /// <summary>Tablet servers that are installed and not started, on hosts of their own.</summary>
    public IReadOnlyList<YugabyteServer> Spares { get; private set; } = [];

    /// <summary>All servers but the spares.</summary>
    public IEnumerable<YugabyteServer> Servers => Masters.Concat(Tservers);

    /// <summary>Record, violations and faults.</summary>
    public StandinDirectory Directory { get; }

    /// <summary>RPC addresses of all masters, joined by commas, for the admin tool.</summary>
    public string MasterAddresses => string.Join(',', Masters.Select(master => master.RpcAddress));

    /// <summary>The directory of the first version on the hosts.</summary>
    public string FirstDirectory => DirectoryOf(Options.Version);

    /// <summary>
    /// Makes a cluster and waits until it is complete: it has a master leader, and every tablet has a leader.
    /// </summary>
    public static async Task<YugabyteCluster> StartAsync(
        LabRun run, YugabyteClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        var cluster = await PrepareAsync(run, options ?? new YugabyteClusterOptions(), cancellationToken);
        await cluster.LaunchAsync(cancellationToken);
        return cluster;
    }

    /// <summary>
    /// Makes two clusters that replicate: the second is the target of group <paramref name="group"/>. With <paramref
    /// name="bothWays"/> both directions replicate, each under the same name.
    /// </summary>
    public static async Task<(YugabyteCluster Source, YugabyteCluster Target)> StartPairAsync(
        LabRun run, YugabyteClusterOptions source, YugabyteClusterOptions target, string group, bool bothWays = false,
        CancellationToken cancellationToken = default)
    {
        var first = await PrepareAsync(run, source, cancellationToken);
        var second = await PrepareAsync(run, target, cancellationToken);
        string[] firstMasters = [.. first.Masters.Select(master => master.RpcAddress)];
        string[] secondMasters = [.. second.Masters.Select(master => master.RpcAddress)];
        second._groups = [.. second._groups, new YugabyteGroup(group, firstMasters)];
        first._groups = [.. first._groups, new YugabyteGroup(group, secondMasters, Outbound: !bothWays)];
        await Task.WhenAll(first.LaunchAsync(cancellationToken), second.LaunchAsync(cancellationToken));
        return (first, second);
    }

    /// <summary>The directory of a version on the hosts.</summary>
    public string DirectoryOf(string version) => $"/data/{Naming.Software}-{version}";

    public YugabyteServer Server(string name) => Servers.Concat(Spares).Single(server => server.Name == name);

    /// <summary>
    /// Unpacks a version next to the others on every host, or on the given ones, and, by default, runs its
    /// post_install.sh.
    /// </summary>
    public async Task<YugabytePackage> InstallAsync(
        string version, bool postInstall = true, IReadOnlyList<LabHost>? hosts = null,
        CancellationToken cancellationToken = default)
    {
        var package = await YugabytePackages.MakeAsync(Naming, version);
        foreach (var host in hosts ?? _hosts)
        {
            await Shell.RunAsync(
                "tar", ["-xzf", package.Archive, "-C", host.Data], cancellationToken: cancellationToken);
            await MustAsync(host, $"chown -R {Options.User} {package.Directory}", asRoot: true, cancellationToken);
            if (postInstall)
            {
                await MustAsync(host, $"{package.Directory}/bin/post_install.sh", asRoot: false, cancellationToken);
            }
        }

        return package;
    }

    /// <summary>The command line of a server, with <c>{directory}</c> for the version's directory.</summary>
    public IReadOnlyList<string> CommandOf(YugabyteServer server) =>
        ["{directory}/bin/" + Naming.ProgramOf(server.Kind), "--flagfile=" + server.FlagFile];

    /// <summary>Starts a server of a version by its control and waits until its web interface answers.</summary>
    public async Task StartAsync(YugabyteServer server, string version, CancellationToken cancellationToken = default)
    {
        await LaunchAsync(server, version, cancellationToken);
        await Deadline.UntilAsync(
            $"{server.Name} to serve as {version}",
            async token => await VersionOfAsync(server, token) == version,
            cancellationToken: cancellationToken);
    }

    /// <summary>Starts a server without waiting for it.</summary>
    public async Task LaunchAsync(YugabyteServer server, string version, CancellationToken cancellationToken = default)
    {
        if (Options.Control == YugabyteControl.Process)
        {
            var command = string.Join(' ', CommandOf(server)).Replace(
                "{directory}", DirectoryOf(version), StringComparison.Ordinal);
            await MustAsync(
                server.Host, $"setsid {command} >>{server.OutputFile} 2>&1 </dev/null &", asRoot: false,
                cancellationToken);
            return;
        }

        await MustAsync(server.Host, $"ln -sfn {DirectoryOf(version)} {server.Link}", asRoot: true, cancellationToken);
        var start = Options.Control switch
        {
            YugabyteControl.Systemd => $"systemctl start {YugabyteHostFiles.UnitOf(Naming, server.Kind)}",

            // supervise itself keeps running when its service is down. If there is no supervise yet, it starts the
            // service.
            YugabyteControl.Supervise => $"if svok {server.ServiceDirectory}; then svc -u {server.ServiceDirectory}; "
                + $"else setsid supervise {server.ServiceDirectory} >/dev/null 2>&1 </dev/null & fi",
            _ => server.StartScript,
        };
        await MustAsync(server.Host, start, asRoot: Options.Control == YugabyteControl.Systemd, cancellationToken);
    }

    /// <summary>Stops a server in order and waits until its process is gone.</summary>
    public async Task StopAsync(YugabyteServer server, CancellationToken cancellationToken = default)
    {
        var program = Naming.ProgramOf(server.Kind);
        var stop = Options.Control switch
        {
            YugabyteControl.Systemd => $"systemctl stop {YugabyteHostFiles.UnitOf(Naming, server.Kind)}",
            YugabyteControl.Scripts => server.StopScript,
            YugabyteControl.Supervise => $"svc -d {server.ServiceDirectory}",
            _ => $"pkill -TERM -x {program}",
        };
        await MustAsync(
            server.Host, $"pid=$(pgrep -x {program}) && {stop} && timeout 30 tail --pid=$pid -f /dev/null",
            asRoot: true, cancellationToken);
    }

    /// <summary>
    /// Kills a server (SIGKILL) and waits until its process is gone, and its ports with it. A systemd unit starts it
    /// again.
    /// </summary>
    public Task KillAsync(YugabyteServer server, CancellationToken cancellationToken = default) =>
        MustAsync(
            server.Host,
            $"pid=$(pgrep -x {Naming.ProgramOf(server.Kind)}) && kill -KILL $pid && timeout 60 tail -s 0.05 --pid=$pid "
            + "-f /dev/null",
            asRoot: true,
            cancellationToken);

    /// <summary>Freezes a server without ending it, or lets it continue.</summary>
    public Task FreezeAsync(YugabyteServer server, bool frozen, CancellationToken cancellationToken = default) =>
        MustAsync(
            server.Host, $"pkill -{(frozen ? "STOP" : "CONT")} -x {Naming.ProgramOf(server.Kind)}", asRoot: true,
            cancellationToken);

    /// <summary>Runs the admin tool of the first version on the first host.</summary>
    public Task<LabHostResult> AdminAsync(params string[] arguments) => AdminAsync(Options.Version, arguments);

    /// <summary>Runs the admin tool of a version on the first host, with all masters.</summary>
    public Task<LabHostResult> AdminAsync(
        string version, IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        var certificates = Options.Tls ? " -certs_dir_name /data/certs" : "";
        return _hosts[0].RunAsync(
            $"{DirectoryOf(version)}/bin/{Naming.Admin} -{Naming.MastersFlag} {MasterAddresses}{certificates} "
            + $"{string.Join(' ', arguments)}",
            ct: cancellationToken);
    }

    /// <summary>Sets a flag of a running server by the tool of a version, as `yb-ts-cli set_flag`.</summary>
    public async Task SetFlagAsync(
        YugabyteServer server, string version, string flag, string value, CancellationToken cancellationToken = default)
    {
        var tool = Naming.FlagTool
            ?? throw new InvalidOperationException($"{Naming.Software} has no tool that sets flags.");
        await MustAsync(
            _hosts[0],
            $"{DirectoryOf(version)}/bin/{tool} --server_address={server.RpcAddress} set_flag {flag} {value}",
            asRoot: false, cancellationToken);
    }

    /// <summary>The unit of a server, if systemd controls it.</summary>
    public string UnitOf(YugabyteServer server) => YugabyteHostFiles.UnitOf(Naming, server.Kind);

    /// <summary>The version at a web interface: NUMBER-bBUILD; null if it does not answer.</summary>
    public async Task<string?> VersionOfAsync(YugabyteServer server, CancellationToken cancellationToken = default)
    {
        var (status, body) = await GetAsync(server, "/api/v1/version", cancellationToken);
        if (status != 200)
        {
            return null;
        }

        using var json = JsonDocument.Parse(body);
        return $"{json.RootElement.GetProperty("version_number").GetString()}"
            + $"-b{json.RootElement.GetProperty("build_number").GetString()}";
    }

    /// <summary>Sends a server's web interface a request.</summary>
    public async Task<(int Status, string Body)> GetAsync(
        YugabyteServer server, string path, CancellationToken cancellationToken = default)
    {
        using var response = await _http.Value.GetAsync(
            new Uri($"{(Options.HasWebTls ? "https" : "http")}://{server.WebAddress}{path}"), cancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Reads the true state of the cluster from its disk.</summary>
    public YugabyteState State() =>
        YugabyteState.From(
            Directory.Read("state-yugabyte.json", YugabyteJson.Default.YugabyteStateFile) ?? new YugabyteStateFile());

    /// <summary>Waits until the cluster has reached a state.</summary>
    public Task UntilAsync(
        string what, Func<YugabyteState, bool> holds, CancellationToken cancellationToken = default) =>
        Deadline.UntilAsync(what, _ => Task.FromResult(holds(State())), cancellationToken: cancellationToken);

    /// <summary>
    /// All violations, including leftovers that an upgrade must remove (BlacklistLeaked, ReplicationLeftPaused).
    /// </summary>
    public async Task<IReadOnlyList<StandinEvent>> EndCheckAsync(CancellationToken cancellationToken = default)
    {
        await Shell.RunAsync(
            await ProgramAsync("standin-check-yugabyte"), [], environment: StandinEnvironment(),
            cancellationToken: cancellationToken);
        return Directory.Violations();
    }

    /// <summary>Replaces the knobs.</summary>
    public void SetKnobs(YugabyteKnobs knobs)
    {
        _knobs = knobs;
        WriteKnobs();
    }

    /// <summary>
    /// Starts a client that writes and reads until it is stopped. Its counts are in <see
    /// cref="StandinDirectory.Client"/>.
    /// </summary>
    public async Task<LabProcess> StartClientAsync(int requestsPerSecond = 20)
    {
        var number = Interlocked.Increment(ref _clients);
        return _run.StartProcess(new LabProcessOptions
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{Options.Name}-client-{number}"),
            FileName = await ProgramAsync("standin-client-yugabyte"),
            Arguments =
            [
                "--name", FormattableString.Invariant($"client-{number}"), "--servers",
                string.Join(',', Tservers.Select(server => server.ClientAddress)), "--rate",
                requestsPerSecond.ToString(CultureInfo.InvariantCulture)
            ],
            Environment = StandinEnvironment(),
        });
    }

    /// <summary>Runs a DDL statement through a tablet server. It takes this many seconds of the original.</summary>
    public async Task RunDdlAsync(YugabyteServer server, double seconds, CancellationToken cancellationToken = default)
    {
        using var client = new HttpClient();
        using var response = await client.PostAsync(
            new Uri(string.Create(
                CultureInfo.InvariantCulture,
                $"http://{server.ClientAddress}/standin/ddl?seconds={seconds}&statement=CREATE%20TABLE%20late")),
            content: null, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Ends the cluster with its hosts.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }

        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    private static async Task<YugabyteCluster> PrepareAsync(
        LabRun run, YugabyteClusterOptions options, CancellationToken cancellationToken)
    {
        var cluster = new YugabyteCluster(run, options);
        var names = Enumerable.Range(1, Math.Max(options.Masters, options.Tservers) + options.Spares)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"{options.Name}{number}"));
        var host = new LabHostOptions { User = options.User, Shared = [cluster.Directory.Path] };
        cluster._hosts.AddRange(await Task.WhenAll(names.Select(name => options.Containers
            ? LabHost.StartInContainerAsync(run, name, host, cancellationToken)
            : LabHost.StartAsync(run, name, host, cancellationToken))));
        cluster.Masters = [.. cluster._hosts.Take(options.Masters).Select(
            (each, i) => cluster.ServerOn(each, YugabyteKind.Master, i))];
        cluster.Tservers = [.. cluster._hosts.Take(options.Tservers).Select(
            (each, i) => cluster.ServerOn(each, YugabyteKind.Tserver, i))];
        cluster.Spares = [.. cluster._hosts.TakeLast(options.Spares).Select(
            (each, i) => cluster.ServerOn(each, YugabyteKind.Tserver, options.Tservers + i))];
        string[] masters = [.. cluster.Masters.Select(master => master.RpcAddress)];
        foreach (var each in cluster._hosts)
        {
            await cluster._files.WriteAsync(
                [.. cluster.Servers.Concat(cluster.Spares).Where(server => server.Host == each)], masters,
                cancellationToken);
        }

        var package = await cluster.InstallAsync(options.Version, cancellationToken: cancellationToken);
        foreach (var extension in options.Extensions)
        {
            foreach (var each in cluster._hosts)
            {
                await YugabytePackages.AddExtensionAsync(Path.Combine(each.Data, package.Name), extension);
            }
        }

        return cluster;
    }

    private YugabyteServer ServerOn(LabHost host, YugabyteKind kind, int index)
    {
        var isMaster = kind == YugabyteKind.Master;
        return new YugabyteServer(
            string.Create(CultureInfo.InvariantCulture, $"{(isMaster ? "master" : "tserver")}-{index + 1}"),
            kind,
            host,
            isMaster ? Naming.MasterRpc : YugabyteNaming.TserverRpc,
            isMaster ? Naming.MasterWeb : YugabyteNaming.TserverWeb)
        {
            Zone = Options.Zones > 0
                ? string.Create(CultureInfo.InvariantCulture, $"zone-{(index % Options.Zones) + 1}")
                : host.Name,
        };
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        WriteKnobs();
        await Task.WhenAll(Servers.Select(server => StartAsync(server, Options.Version, cancellationToken)));
        await UntilAsync($"{Options.Name} to be complete", state => state.Formed, cancellationToken);
    }

    private void WriteKnobs()
    {
        var settings = new YugabyteSettings
        {
            ReplicationFactor = Options.ReplicationFactor,
            Tservers = Options.Tservers,
            Tables = Options.Tables,
            TabletsPerTable = 6,
            Extensions = Options.Extensions,
            Groups = _groups.ToDictionary(
                group => group.Name,
                group => new YugabyteGroupSettings
                {
                    Masters = group.Masters,
                    Outbound = group.Outbound,
                    Tables = group.Tables,
                    Disabled = group.Disabled
                },
                StringComparer.Ordinal),
            Names = Servers.Concat(Spares).ToDictionary(
                server => server.RpcAddress, server => server.Name, StringComparer.Ordinal),
        };
        var all = JsonSerializer.SerializeToNode(settings, YugabyteJson.Default.YugabyteSettings)!.AsObject();
        var knobs = JsonSerializer.SerializeToNode(_knobs, YugabyteJson.Default.YugabyteKnobs)!.AsObject();
        foreach (var (name, value) in knobs)
        {
            all[name] = value?.DeepClone();
        }

        // Processes may read the file at any moment and must never see half of it.
        var beside = Path.Combine(Directory.Path, "." + KnobsFile + ".new");
        File.WriteAllText(beside, all.ToJsonString());
        File.Move(beside, Path.Combine(Directory.Path, KnobsFile), overwrite: true);
    }

    private Dictionary<string, string?> StandinEnvironment() => new(StringComparer.Ordinal)
    {
        ["STANDIN_CLUSTER"] = Directory.Path,
        ["STANDIN_TIME_FACTOR"] = Options.TimeFactor.ToString(CultureInfo.InvariantCulture),
    };

    // Programs without a release: the binary of the first release under another name.
    private async Task<string> ProgramAsync(string name)
    {
        var package = await YugabytePackages.MakeAsync(Naming, Options.Version);
        var link = Path.Combine(_run.FolderFor(Options.Name), name);
        if (!File.Exists(link))
        {
            File.CreateSymbolicLink(link, Path.Combine(package.Unpacked, "bin", Naming.Admin));
        }

        return link;
    }

    private static async Task MustAsync(
        LabHost host, string script, bool asRoot, CancellationToken cancellationToken) =>
        (await host.RunAsync(script, asRoot, cancellationToken)).OrThrow();
}
