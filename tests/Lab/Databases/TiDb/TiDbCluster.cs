using System.Security.Cryptography.X509Certificates;

namespace Drydock.Lab.Databases.TiDb;

/// <summary>
/// A TiDB cluster of stand-ins with its hosts, installed, configured and supervised as tidb-ansible does:
/// <c>/data/deploy/COMPONENT</c> with bin, conf, scripts, log and data.
/// </summary>
public sealed class TiDbCluster : IAsyncDisposable
{
    /// <summary>
    /// Folder inside the hosts into which <see cref="BringPackageAsync"/> puts the new version's package.
    /// </summary>
    public const string PackageFolder = "/data/packages";

    /// <summary>
    /// Folder of the hosts' certificates, with <see cref="TiDbClusterOptions.Tls"/>: ca.pem, server.pem,
    /// server-key.pem.
    /// </summary>
    public const string TlsFolder = "/data/tls";

    private const string BackendUser = "tidb_standin";
    private const string BackendPassword = "lab-backend";

    private static readonly string[] StartOrder = ["pd", "tikv", "pump", "drainer", "tidb"];

    private readonly LabRun _run;
    private readonly HttpClient _http;

    private TiDbCluster(
        LabRun run, TiDbClusterOptions options, StandinDirectory directory, IReadOnlyList<LabHost> hosts)
    {
        _run = run;
        Options = options;
        Directory = directory;
        Hosts = hosts;
        Instances = [.. Places()];
        Spares = [.. hosts.Skip(options.Hosts).Select(
            (host, i) => Place("tikv", options.Hosts + i + 1, host, 20160, 20180))];
        Client =
            options.Tls ? run.Authority.Issue(run.FolderFor(options.Name + "-client"), "client", "operator") : null;
        _http = new HttpClient(CreateHandler()) { Timeout = TimeSpan.FromSeconds(10) };
    }

    public TiDbClusterOptions Options { get; }

    /// <summary>Record, violations, faults and client counts.</summary>
    public StandinDirectory Directory { get; }

    public IReadOnlyList<LabHost> Hosts { get; }

    /// <summary>The installation of every process of the cluster.</summary>
    public IReadOnlyList<TiDbInstance> Instances { get; }

    /// <summary>TiKVs that are laid out and not started, on hosts of their own.</summary>
    public IReadOnlyList<TiDbInstance> Spares { get; }

    /// <summary>
    /// A client certificate that the processes accept, and their authority; null without
    /// <see cref="TiDbClusterOptions.Tls"/>.
    /// </summary>
    public LabCredentials? Client { get; }

    /// <summary>Makes the hosts, installs and starts the cluster, and waits until it is at rest.</summary>
    public static async Task<TiDbCluster> StartAsync(
        LabRun run, TiDbClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TiDbClusterOptions();
        var directory = StandinDirectory.Create(run.FastFolderFor(options.Name + "-cluster"));
        var hosts = await Task.WhenAll(Enumerable.Range(1, options.Hosts + options.Spares).Select(async number =>
        {
            var name = FormattableString.Invariant($"{options.Name}{number}");
            return await LabHost.StartAsync(run, name, new LabHostOptions
            {
                Shared = [directory.Path],
                TimeFactor = options.TimeFactor,
                DataBytes = options.DataBytes
            }, cancellationToken);
        }));
        var cluster = new TiDbCluster(run, options, directory, hosts);
        await cluster.WriteSettingsAsync(cancellationToken);
        await Task.WhenAll(hosts.Select(host => cluster.LayOutAsync(host, cancellationToken)));
        foreach (var component in StartOrder)
        {
            await cluster.StartAllAsync(component, cancellationToken);
        }

        await cluster.WaitUntilAtRestAsync(cancellationToken);
        return cluster;
    }

    // The first TiDB server creates the system tables. One that starts at that moment dies of them and is started
    // again, which a test would count as a start of the upgrade.
    private async Task StartAllAsync(string component, CancellationToken cancellationToken)
    {
        var instances = Of(component).ToArray();
        if (component == "tidb" && instances is [var first, .. var others])
        {
            await StartAsync(first, cancellationToken);
            await Deadline.UntilAsync(
                "the system tables of TiDB", _ => Task.FromResult(Truth().BootstrapVersion > 0),
                cancellationToken: cancellationToken);
            instances = others;
        }

        await Task.WhenAll(instances.Select(instance => StartAsync(instance, cancellationToken)));
    }

    /// <summary>The instances of a component, in their order.</summary>
    public IEnumerable<TiDbInstance> Of(string component) => Instances.Where(i => i.Component == component);

    public TiDbInstance Instance(string name) => Instances.Concat(Spares).Single(i => i.Name == name);

    /// <summary>The true state of the cluster.</summary>
    public TiDbTruth Truth() => State().ToTruth();

    /// <summary>Starts an instance by its start script, as the deploying user does.</summary>
    public async Task StartAsync(TiDbInstance instance, CancellationToken cancellationToken = default) =>
        await RunAsync(instance, $"bash {instance.DeployDir}/scripts/start_{instance.Component}.sh", cancellationToken);

    /// <summary>Starts a spare TiKV in a version: it joins the cluster as a new store.</summary>
    public async Task StartSpareAsync(TiDbInstance spare, string version, CancellationToken cancellationToken = default)
    {
        var package = await TiDbPackages.MakeAsync(version, cancellationToken);
        File.Copy(
            Path.Combine(package.Directory, "bin", spare.Program),
            Path.Combine(spare.Host.Data, "deploy", spare.Component, "bin", spare.Program), overwrite: true);
        await OwnAsync(spare.Host, spare.DeployDir, cancellationToken);
        await StartAsync(spare, cancellationToken);
    }

    /// <summary>Stops an instance by its stop script. With supervise the process may run for another moment.</summary>
    public async Task StopAsync(TiDbInstance instance, CancellationToken cancellationToken = default) =>
        await RunAsync(instance, $"bash {instance.DeployDir}/scripts/stop_{instance.Component}.sh", cancellationToken);

    /// <summary>Sends the process of an instance a signal without its supervisor.</summary>
    public Task SignalAsync(TiDbInstance instance, LabSignal signal, CancellationToken cancellationToken = default) =>
        RunAsync(
            instance, FormattableString.Invariant($"pkill -{(int)signal} -f '^bin/{instance.Program} '"),
            cancellationToken);

    /// <summary>Runs a script on the host of an instance as the deploying user.</summary>
    /// <exception cref="LabException">The script failed.</exception>
    public static async Task<string> RunAsync(
        TiDbInstance instance, string script, CancellationToken cancellationToken = default) =>
        (await instance.Host.RunAsync(script, ct: cancellationToken)).OrThrow();

    /// <summary>Unpacks a version's package on every host, next to the running version.</summary>
    /// <returns>The folder inside the hosts; programs are in its <c>bin</c>.</returns>
    public async Task<string> BringPackageAsync(string version, CancellationToken cancellationToken = default)
    {
        var package = await TiDbPackages.MakeAsync(version, cancellationToken);
        var folder = $"{PackageFolder}/{Path.GetFileName(package.Directory)}";
        foreach (var host in Hosts)
        {
            var target = Path.Combine(host.Data, "packages");
            System.IO.Directory.CreateDirectory(target);
            await Shell.RunAsync(
                "cp", ["-r", package.Directory, target], environment: _run.Mark, cancellationToken: cancellationToken);
            await OwnAsync(host, PackageFolder, cancellationToken);
        }

        return folder;
    }

    /// <summary>
    /// Starts a client that reads and writes until it is disposed of. Its counts are in <see
    /// cref="StandinDirectory.Client"/>.
    /// </summary>
    public Task<TiDbClient> StartClientAsync(
        double requestsPerSecond = 20, string name = "client-1", CancellationToken cancellationToken = default) =>
        TiDbClient.StartAsync(
            _run, Directory, name, Of("tidb").Select(i => i.Address), requestsPerSecond,
            Options.Users.GetValueOrDefault("root"), cancellationToken);

    /// <summary>Sends a process an HTTP request.</summary>
    public async Task<(HttpStatusCode Status, string Body)> HttpAsync(
        TiDbInstance instance, HttpMethod method, string path, string? json = null,
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, instance.Http(path));
        if (json is not null)
        {
            request.Content = new StringContent(json);
        }

        using var answer = await _http.SendAsync(request, cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Sends a GET request and reads the answer as JSON.</summary>
    /// <exception cref="LabException">The status is not 200.</exception>
    public async Task<JsonElement> JsonAsync(
        TiDbInstance instance, string path, CancellationToken cancellationToken = default)
    {
        var (status, body) = await HttpAsync(instance, HttpMethod.Get, path, cancellationToken: cancellationToken);
        if (status != HttpStatusCode.OK)
        {
            throw new LabException($"GET {instance.Http(path)} was answered {(int)status}: {body}");
        }

        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>Waits until every process of the cluster runs and is registered, and PD's schedulers work.</summary>
    public async Task WaitUntilAtRestAsync(CancellationToken cancellationToken = default)
    {
        var pd = Instance("pd-1");
        await Deadline.UntilAsync(
            "the TiDB cluster to be at rest",
            async token =>
            {
                foreach (var tidb in Of("tidb"))
                {
                    await JsonAsync(tidb, "/status", token);
                }

                var stores = await JsonAsync(pd, "/pd/api/v1/stores", token);
                var up = stores.GetProperty("stores").EnumerateArray()
                    .Count(s => s.GetProperty("store").GetProperty("state_name").GetString() == "Up");
                var schedulers = await JsonAsync(pd, "/pd/api/v1/schedulers", token);
                var health = await JsonAsync(pd, "/pd/health", token);
                return up == Of("tikv").Count()
                    && schedulers.EnumerateArray().Any(s => s.GetString() == "balance-leader-scheduler")
                    && health.EnumerateArray().All(m => m.GetProperty("health").GetBoolean())
                    && Truth().BinlogStates.Values.All(s => s == "online")
                    && Truth().BinlogStates.Count == Of("pump").Count() + Of("drainer").Count();
            },
            cancellationToken: cancellationToken);
    }

    /// <summary>Ends the hosts with all processes.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var host in Hosts)
        {
            await host.DisposeAsync();
        }
    }

    // One connection for each request, because processes are restarted.
    private SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        if (Client is not null)
        {
            handler.SslOptions.ClientCertificates = [Client.Load()];
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { Client.LoadAuthority() },
            };
        }

        return handler;
    }

    private TiDbStateFile State() =>
        Directory.Read("state-tidb.json", TiDbJson.Default.TiDbStateFile)
        ?? throw new LabException("The TiDB cluster was never started.");

    private IEnumerable<TiDbInstance> Places()
    {
        for (var number = 1; number <= Options.Hosts; number++)
        {
            var host = Hosts[number - 1];
            if (number <= (Options.Pds ?? Options.Hosts))
            {
                yield return Place("pd", number, host, 2379);
            }

            yield return Place("tikv", number, host, 20160, 20180);
            if (number <= (Options.Tidbs ?? Options.Hosts))
            {
                yield return Place("tidb", number, host, 4000, 10080);
            }

            if (number <= Options.Pumps)
            {
                yield return Place("pump", number, host, 8250);
            }

            if (number == Options.Hosts && Options is { Drainer: true, Pumps: > 0 })
            {
                yield return Place("drainer", 1, host, 8249);
            }
        }
    }

    private TiDbInstance Place(string component, int number, LabHost host, int port, int? statusPort = null) => new()
    {
        Name = FormattableString.Invariant($"{component}-{number}"),
        Component = component,
        Host = host,
        Port = port,
        StatusPort = statusPort,
        Tls = Options.Tls && component != "tikv",
        Zone = Options.Zones > 0 ? FormattableString.Invariant($"zone-{((number - 1) % Options.Zones) + 1}") : null,
        Unit = Options.Supervision switch
        {
            TiDbSupervision.Supervise => null,
            TiDbSupervision.SystemdOldPd when component == "pd" => "pd.service",
            _ => FormattableString.Invariant($"{component}-{port}.service"),
        },
    };

    private async Task WriteSettingsAsync(CancellationToken cancellationToken)
    {
        var settings = new TiDbSettingsFile
        {
            Names = Instances.Concat(Spares).ToDictionary(
                i => $"{i.Component} {i.Address}", i => i.Name, StringComparer.Ordinal),
            LeadersPerStore = Options.LeadersPerStore,
            MergeableRegions = Options.MergeableRegions,
            BusyRegions = Options.BusyRegions,
            MisplacedRegions = Options.MisplacedRegions,
            NoGateway = !Options.EtcdGateway,
            DefaultsMove = Options.DefaultsMove,
            Users = Options.Users,
            Backend = Options.Backend is { } backend
                ? new TiDbSettingsFile.BackendPart(
                    FormattableString.Invariant($"{backend.Address}:{backend.Port}"), BackendUser, BackendPassword)
                : null,
        };
        if (Options.Backend is { } server)
        {
            await server.ExecAsync(
                $"CREATE DATABASE IF NOT EXISTS test; CREATE USER IF NOT EXISTS {BackendUser}@'%' IDENTIFIED BY "
                + $"'{BackendPassword}'; GRANT ALL PRIVILEGES ON *.* TO {BackendUser}@'%' WITH GRANT OPTION",
                cancellationToken: cancellationToken);
        }

        await File.WriteAllTextAsync(
            Path.Combine(Directory.Path, "tidb.json"),
            JsonSerializer.Serialize(settings, TiDbJson.Default.TiDbSettingsFile), cancellationToken);
    }

    private async Task LayOutAsync(LabHost host, CancellationToken cancellationToken)
    {
        // For every program on the host, including those that the operator calls without the environment of a start
        // script.
        await File.WriteAllTextAsync(
            Path.Combine(host.Data, "standin.env"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"STANDIN_CLUSTER={Directory.Path}\nSTANDIN_TIME_FACTOR={Options.TimeFactor}\n"),
            cancellationToken);
        var package = await TiDbPackages.MakeAsync(Options.Version, cancellationToken);
        foreach (var instance in Instances.Concat(Spares).Where(i => i.Host == host))
        {
            await LayOutAsync(instance, package, cancellationToken);
        }

        await OwnAsync(host, "/data/deploy", cancellationToken);
        if (Options.Tls)
        {
            _run.Authority.Issue(
                Path.Combine(host.Data, "tls"), "server", host.Name, hosts: [host.Address, host.Name, "127.0.0.1"]);
            await OwnAsync(host, TlsFolder, cancellationToken);
        }

        foreach (var instance in Instances.Concat(Spares).Where(i => i.Host == host && i.Unit is not null))
        {
            await host.InstallUnitAsync(instance.Unit!, TiDbScripts.Unit(instance, host.User), cancellationToken);
        }
    }

    private async Task LayOutAsync(TiDbInstance instance, StandinPackage package, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(instance.Host.Data, "deploy", instance.Component);
        foreach (var part in new[] { "bin", "conf", "scripts", "log", "backup" })
        {
            System.IO.Directory.CreateDirectory(Path.Combine(folder, part));
        }

        // Tools are next to the server that they use.
        string[] tools =
            instance.Component switch { "pd" => ["pd-ctl"], "pump" or "drainer" => ["binlogctl"], _ => [] };
        foreach (var program in tools.Prepend(instance.Program))
        {
            var target = Path.Combine(folder, "bin", program);
            File.Copy(Path.Combine(package.Directory, "bin", program), target);
        }

        await WriteScriptAsync(
            Path.Combine(folder, "scripts", $"run_{instance.Component}.sh"), TiDbScripts.Run(instance, Instances),
            cancellationToken);
        await WriteScriptAsync(
            Path.Combine(folder, "scripts", $"start_{instance.Component}.sh"), TiDbScripts.Start(instance),
            cancellationToken);
        await WriteScriptAsync(
            Path.Combine(folder, "scripts", $"stop_{instance.Component}.sh"), TiDbScripts.Stop(instance),
            cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "conf", instance.Component + ".toml"), TiDbConfigurations.Of(instance, Options),
            cancellationToken);
        if (instance.Unit is null)
        {
            System.IO.Directory.CreateDirectory(Path.Combine(folder, "status"));
            File.CreateSymbolicLink(
                Path.Combine(folder, "status", "run"), $"{instance.DeployDir}/scripts/run_{instance.Component}.sh");
            File.CreateSymbolicLink(Path.Combine(folder, "bin", "supervise"), "/usr/bin/supervise");
            File.CreateSymbolicLink(Path.Combine(folder, "bin", "svc"), "/usr/bin/svc");
            await WriteScriptAsync(Path.Combine(folder, "bin", "svstat"), TiDbScripts.Svstat, cancellationToken);
        }
    }

    private static async Task WriteScriptAsync(string path, string text, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(path, text, cancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    // The user exists only on the host.
    private static async Task OwnAsync(LabHost host, string path, CancellationToken cancellationToken) =>
        (await host.RunAsync($"chown -R {host.User}: {path}", asRoot: true, cancellationToken)).OrThrow();
}
