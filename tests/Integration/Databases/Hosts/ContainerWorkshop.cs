using Drydock.Runs;
using Drydock.Operator.Composition;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>
/// A container on a real engine with the small server of <see cref="Workshop"/> in it, and what the operator reaches it
/// by.
/// </summary>
internal sealed class ContainerWorkshop : IAsyncDisposable
{
    public const string Host = "192.0.2.21";
    public const string Account = "bigmath";

    private readonly DockerDaemonFixture _daemon;
    private readonly DockerEndpoints _engines = new(
        endpoint => new DockerClient(
            endpoint, new DockerClientOptions { ReadRetries = 0, Endpoints = EndpointPolicy.Unrestricted }),
        TimeProvider.System);
    private readonly List<BoundDatabaseHosts> _bound = [];

    private ContainerWorkshop(DockerDaemonFixture daemon, string container) =>
        (_daemon, Container) = (daemon, container);

    public string Container { get; }

    /// <param name="daemon">The engine.</param>
    /// <param name="user">The container's own user.</param>
    /// <param name="command">The container's main process; null: a shell that waits.</param>
    public static async Task<ContainerWorkshop> StartAsync(
        DockerDaemonFixture daemon, string user = Account, string? command = null)
    {
        var image = await daemon.UserlandAsync();
        await using var client = DockerDaemonFixture.Client(daemon.UnixEndpoint);
        var container = await daemon.RunIdleAsync(client, options =>
        {
            options["Image"] = image;
            options["User"] = user;
            if (command is not null)
            {
                options["Cmd"] = DockerJson.List(["/bin/sh", "-c", command]);
            }

            options["HostConfig"] = new JsonObject
            {
                ["NetworkMode"] = "none",
                ["Binds"] = DockerJson.List(["/usr:/usr:ro", "/etc/alternatives:/etc/alternatives:ro"]),
            };
        });
        var shop = new ContainerWorkshop(daemon, container);
        await shop.ShellAsync($"mkdir -p {Deploy}/bin {Deploy}/data {Deploy}/log {Deploy}/scripts /data/new/bin");
        await shop.WriteAsync($"{Deploy}/serve.pl", Server);
        await shop.InstallAsync(Deploy, Old);
        await shop.InstallAsync("/data/new", New);
        return shop;
    }

    public async Task InstallAsync(string directory, string version) =>
        await ShellAsync(
            $"cp /usr/bin/perl {directory}/bin/{ProgramName} && echo {version} >>{directory}/bin/{ProgramName} && "
            + $"chmod 755 {directory}/bin/{ProgramName}");

    public async Task WriteAsync(string path, string content)
    {
        using var input = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content));
        (await Client(Account).RunAsync(
            RemoteCommand.Script("cat > \"$1\" && chmod 755 \"$1\"", path) with { Input = input }, Token))
            .OrThrow(Host, "writing");
    }

    public async Task<string> ShellAsync(string script) =>
        (await Client(Account).RunAsync(RemoteCommand.Script(script), Token)).OrThrow(Host, script).Output.Trim();

    public async Task<string> SumAsync(string path) => (await ShellAsync($"sha256sum <{path}"))[..64];

    public Task DockerAsync(params string[] arguments) =>
        FixtureShell.RunAsync("docker", ["-H", $"unix://{_daemon.Socket}", .. arguments]);

    public DatabaseRollingUpgradeSpec Spec(
        InstanceControl control, string? user = null, Become become = Become.None, string? container = null) =>
        new()
        {
            Engine = DatabaseEngine.TiDB,
            FromVersion = Old,
            ToVersion = New,
            Package = new PackageSpec { Directory = "/data/new" },
            Instances = [new DatabaseInstance
            {
                Name = "tikv-1",
                Component = DatabaseComponent.TiKV,
                Host = Host,
                Port = Port,
                DeployDir = Deploy,
                DataDir = Deploy + "/data",
                Control = control
            }],
            Access = new HostAccess
            {
                Docker = new ContainerAccess
                {
                    TlsSecretRef = new SecretReference { Name = "docker-tls" },
                    User = user,
                    Become = become,
                    Hosts = [new ContainerHost
                    {
                        Host = Host,
                        Endpoint = _daemon.TlsEndpoint.Uri.OriginalString,
                        Container = container ?? Container
                    }],
                },
            },
        };

    public BoundDatabaseHosts Bind(
        DatabaseRollingUpgradeSpec spec, DockerTlsMaterial? tls = null, IActFence? fence = null,
        IProgress<long>? uploads = null)
    {
        var bound = new BoundDatabaseHosts(
            new DatabaseRollingUpgrade { Metadata = new V1ObjectMeta { Name = "u", Namespace = "ns" }, Spec = spec },
            new DatabaseSecrets { DockerTls = tls ?? _daemon.TlsEndpoint.Tls },
            new DatabaseHostServices(new Directories(), _engines, TimeProvider.System)
            {
                Fence = fence,
                Containers = uploads is null ? null : (endpoint, container, user) => new FollowedClient(
                    new ContainerRemoteClient(
                        _engines.Get(endpoint), container.Host, container.Container, user, 2 << 20,
                        TimeProvider.System), uploads),
            },
            SupportedEngines.All.Of(spec));
        _bound.Add(bound);
        return bound;
    }

    /// <summary>The one instance under this control.</summary>
    public IInstanceHost Control(InstanceControl control, string? user = null, Become become = Become.None) =>
        Bind(Spec(control, user, become)).Instance("tikv-1");

    /// <summary>Breaks every connection to the engine.</summary>
    public Task BreakConnectionsAsync() =>
        FixtureShell.RunAsync("nsenter", $"--net={_daemon.Network.Path}", "ss", "-K", "sport", "=", ":2376");

    public async ValueTask DisposeAsync()
    {
        foreach (var bound in _bound)
        {
            await bound.DisposeAsync();
        }

        await _engines.DisposeAsync();
        await DockerAsync("rm", "-f", Container);
    }

    private ContainerRemoteClient Client(string user) =>
        new(_engines.Get(_daemon.UnixEndpoint), Host, Container, user, 1 << 20, TimeProvider.System);
}
