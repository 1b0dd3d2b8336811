using Drydock.Operator.Composition;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>
/// A lab host with a small server on it in several versions, and what the operator reaches it by. The server is a copy
/// of perl: its program is a file of the version's own.
/// </summary>
internal sealed class Workshop : IAsyncDisposable
{
    public const string Deploy = "/data/deploy";
    public const string ProgramName = "tikv-server";
    public const int Port = 20160;
    public const string Old = "2.1.19";
    public const string New = "3.0.9";

    // Listens until SIGTERM, or longer if it is stubborn; with an orphan it leaves a process of the same command line
    // behind.
    internal const string Server =
        """
        use strict; use IO::Socket::INET;
        my %o = (port => 0);
        while (@ARGV) { my $k = shift; $k =~ s/^--//; $o{$k} = $k =~ /^(port|data-dir|note)$/ ? shift : 1 }
        if ($o{crash}) { print "cannot start\n"; exit 3 }
        if ($o{orphan} && !fork) { $SIG{TERM} = 'IGNORE'; sleep 1000; exit }
        $SIG{TERM} = 'IGNORE' if $o{stubborn};
        my $s = IO::Socket::INET->new(LocalPort => $o{port}, Listen => 5, ReuseAddr => 1) or die "cannot listen: $!";
        $| = 1; print "serving $o{port}\n";
        while (1) { my $c = $s->accept or next; close $c }

        """;

    private readonly List<BoundDatabaseHosts> _bound = [];

    private Workshop(LabHost host) => Host = host;

    public LabHost Host { get; }

    public static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    public static async Task<Workshop> StartAsync(LabFixture lab, LabHostOptions? options = null)
    {
        var shop = new Workshop(await LabHost.StartAsync(
            await lab.RunAsync(), LabFixture.UniqueName("db"), options ?? new LabHostOptions { TimeFactor = 60 },
            Token));
        await shop.InstallAsync(Deploy, ProgramName, Old);
        await shop.ShellAsync($"mkdir -p {Deploy}/data {Deploy}/log {Deploy}/scripts");
        return shop;
    }

    /// <summary>
    /// Puts a version of the server into a directory; false programs of one name differ in their bytes.
    /// </summary>
    public async Task InstallAsync(string directory, string program, string version, bool asRoot = false)
    {
        await Host.WriteFileAsync(directory + "/serve.pl", Server, asRoot: asRoot, ct: Token);
        await ShellAsync(
            $"mkdir -p {directory}/bin && cp /usr/bin/perl {directory}/bin/{program} && echo {version} "
            + $">>{directory}/bin/{program} && chmod 755 {directory}/bin/{program}",
            asRoot);
    }

    /// <summary>Its start script in the layout of tidb-ansible, and a unit that runs it.</summary>
    public async Task UnitAsync(string unit, string options = "", string more = "")
    {
        await Host.WriteFileAsync(
            Deploy + "/scripts/run_tikv.sh",
            $"#!/bin/bash\ncd {Deploy} || exit 1\nexec bin/{ProgramName} serve.pl --port {Port} --data-dir "
            + $"{Deploy}/data {options}\n",
            FileModes.Executable,
            ct: Token);
        await Host.InstallUnitAsync(unit, $"[Service]\nUser={Host.User}\nExecStart={Deploy}/scripts/run_tikv.sh\n"
            + $"Restart=always\nRestartSec=15s\n{more}", Token);
    }

    public async Task<string> ShellAsync(string script, bool asRoot = false) =>
        (await Host.RunAsync(script, asRoot, Token)).OrThrow();

    public async Task<string> SumAsync(string path) => (await ShellAsync($"sha256sum <{path}"))[..64];

    public DatabaseInstance Instance(InstanceControl control, string name = "tikv-1", int port = Port) => new()
    {
        Name = name,
        Component = DatabaseComponent.TiKV,
        Host = Host.Address,
        Port = port,
        DeployDir = Deploy,
        DataDir = Deploy + "/data",
        Control = control,
    };

    public DatabaseRollingUpgradeSpec Spec(params DatabaseInstance[] instances) => new()
    {
        Engine = DatabaseEngine.TiDB,
        FromVersion = Old,
        ToVersion = New,
        Package = new PackageSpec { Directory = "/opt/new" },
        Instances = [.. instances],
        Access = new HostAccess { Ssh = new SshAccess { User = Host.User, Become = Become.Sudo } },
    };

    public BoundDatabaseHosts Bind(
        DatabaseRollingUpgradeSpec spec, string? key = null, string? knownHosts = null, IProgress<long>? uploads = null,
        Func<IRemoteClient, IRemoteClient>? around = null)
    {
        var services = new DatabaseHostServices(new Directories(), null!, TimeProvider.System)
        {
            Ssh = new SshOptions { Endpoints = EndpointPolicy.Unrestricted, ConnectTimeout = TimeSpan.FromSeconds(3) }
        };
        around ??= uploads is null ? null : client => new FollowedClient(client, uploads);
        if (around is not null)
        {
            services = services with
            {
                Clients = (endpoint, login, options) => around(new SshClient(endpoint, login, options))
            };
        }

        var material = new SshMaterial(
            Encoding.ASCII.GetBytes(key ?? Host.KeyPem), Encoding.ASCII.GetBytes(knownHosts ?? Host.KnownHostsLine));
        var bound = new BoundDatabaseHosts(
            new DatabaseRollingUpgrade { Metadata = new V1ObjectMeta { Name = "u", Namespace = "ns" }, Spec = spec },
            new DatabaseSecrets { Ssh = material },
            services,
            SupportedEngines.All.Of(spec));
        _bound.Add(bound);
        return bound;
    }

    /// <summary>The one instance under this control.</summary>
    public IInstanceHost Control(InstanceControl control) => Bind(Spec(Instance(control))).Instance("tikv-1");

    /// <summary>Looks until it is as it should be.</summary>
    public static async Task<InstanceProcess> SeeAsync(
        IInstanceHost instance, string what, Func<InstanceProcess, bool> wanted)
    {
        InstanceProcess? seen = null;
        await Deadline.UntilAsync(
            what,
            async token =>
            {
                seen = await instance.LookAsync(token);
                return wanted(seen);
            },
            TimeSpan.FromSeconds(20),
            cancellationToken: Token);
        return seen!;
    }

    /// <summary>Makes an archive as vendors do: everything below one directory.</summary>
    public static async Task<(string Directory, string Path, string Sha256)> ArchiveAsync(string folder, string script)
    {
        await Shell.RunAsync(
            "sh", ["-c", $"mkdir -p top/bin && cd top && {script} && cd .. && tar -czf a.tar.gz top"],
            workingDirectory: folder, cancellationToken: Token);
        var path = Path.Combine(folder, "a.tar.gz");
        await using var stream = File.OpenRead(path);
        return (folder, "a.tar.gz", Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Token)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bound in _bound)
        {
            await bound.DisposeAsync();
        }

        await Host.DisposeAsync();
    }

    /// <summary>Storages that are directories of this machine.</summary>
    internal sealed class Directories : IStorages
    {
        public Task<ISnapshotStorage> OpenAsync(
            StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
            Task.FromResult<ISnapshotStorage>(
                new DirectorySnapshotStorage(new StorageRoot(storage.Directory!.Path), ""));
    }
}
