using Docker.DotNet.Models;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>
/// A real dockerd of its own: in a network namespace, over mutual TLS and a Unix socket, with one image (busybox).
/// Everything it makes lies in one directory and goes with it.
/// </summary>
public sealed class DockerDaemonFixture : IAsyncLifetime
{
    /// <summary>The image of the tests.</summary>
    public const string Image = "drydock/busybox:1";

    private const int TlsPort = 2376;
    private readonly Authority _authority = new("drydock test authority");
    private readonly Authority _stranger = new("a stranger's authority");
    private readonly EngineDirectory _directory = EngineDirectory.Create();
    private LinkedNamespace? _network;
    private Daemon? _daemon;

    /// <summary>Everything of this daemon.</summary>
    public string Root => _directory.Path;

    /// <summary>The Unix socket.</summary>
    public string Socket => $"{Root}/docker.sock";

    /// <summary>Over TLS.</summary>
    public DockerEndpoint TlsEndpoint =>
        DockerEndpoint.Parse($"tcp://{_network!.Address}:{TlsPort}") with { Tls = _authority.ClientMaterial() };

    /// <summary>Over TLS, our certificate signed by somebody else.</summary>
    public DockerEndpoint StrangersEndpoint => TlsEndpoint with { Tls = _stranger.ClientMaterial(trusted: _authority) };

    /// <summary>Over TLS, trusting somebody else's authority.</summary>
    public DockerEndpoint WronglyTrustingEndpoint =>
        TlsEndpoint with { Tls = _authority.ClientMaterial(trusted: _stranger) };

    /// <summary>Over the Unix socket.</summary>
    public DockerEndpoint UnixEndpoint => DockerEndpoint.Parse($"unix://{Socket}");

    /// <summary>Our end of the engine's cable.</summary>
    public string OutsideAddress => _network!.OutsideAddress;

    internal LinkedNamespace Network => _network!;

    internal Daemon Process => _daemon!;

    /// <summary>A client that repeats nothing, so that what is seen is what happened.</summary>
    public static DockerClient Client(
        DockerEndpoint endpoint, DockerClientOptions? options = null, TimeProvider? time = null) =>
        new(
            endpoint,
            (options ?? new DockerClientOptions { ReadRetries = 0 }) with { Endpoints = EndpointPolicy.Unrestricted },
            time);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await EngineDirectory.SweepAsync();
        _network = await LinkedNamespace.CreateAsync();
        await _directory.NoteNamespaceAsync(_network.Name);
        var (certificate, key) = _authority.Server(_network.Address);
        await File.WriteAllBytesAsync($"{Root}/ca.pem", _authority.Pem);
        await File.WriteAllBytesAsync($"{Root}/cert.pem", certificate);
        await File.WriteAllBytesAsync($"{Root}/key.pem", key);
        await StartAsync();
        using var layer = await BusyboxLayerAsync();
        await FixtureShell.RunAsync(layer, "docker", "-H", $"unix://{Socket}", "import", "-", Image);
    }

    /// <summary>Starts the engine (again).</summary>
    public async Task StartAsync()
    {
        File.Delete($"{Root}/docker.pid");
        await EndStaleContainerdAsync();

        string[] runtime = await PrivilegedRuntime.FindAsync(CancellationToken.None) is { } path
            ? ["--add-runtime", $"lab={path}", "--default-runtime", "lab"]
            : [];

        // Not "ip netns exec": it hides /sys/fs/cgroup.
        _daemon = await Daemon.StartAsync(
            [$"API listen on {Socket}", $"API listen on {_network!.Address}:{TlsPort}"],
            "nsenter",
            [
                $"--net={_network.Path}",
                "dockerd",
                "--data-root", $"{Root}/data",
                "--exec-root", $"{Root}/exec",
                "--pidfile", $"{Root}/docker.pid",
                "-H", $"unix://{Socket}",
                "-H", $"tcp://{_network.Address}:{TlsPort}",
                "--tlsverify",
                "--tlscacert", $"{Root}/ca.pem",
                "--tlscert", $"{Root}/cert.pem",
                "--tlskey", $"{Root}/key.pem",
                "--insecure-registry", $"{_network.OutsideAddress}/32",
                "--bridge=none",
                "--iptables=false",
                .. runtime,
            ]);
    }

    /// <summary>The image whose programs are this machine's (<see cref="UserlandLayer"/>).</summary>
    public async Task<string> UserlandAsync()
    {
        const string image = "drydock/userland:1";
        if ((await FixtureShell.RunAsync("docker", "-H", $"unix://{Socket}", "images", "-q", image)).Trim().Length == 0)
        {
            using var layer = await UserlandLayer.MakeAsync();
            await FixtureShell.RunAsync(layer, "docker", "-H", $"unix://{Socket}", "import", "-", image);
        }

        return image;
    }

    /// <summary>A name that no other container has.</summary>
    public static string NewName() => $"t-{Guid.NewGuid():N}";

    /// <summary>A mount of a directory of this machine at <c>/data</c>.</summary>
    public static JsonObject Mount(string directory) =>
        new() { ["Type"] = "bind", ["Source"] = directory, ["Target"] = "/data" };

    /// <summary>Starts a container that does nothing until it is told to end.</summary>
    public async Task<string> RunIdleAsync(
        DockerClient client, Action<JsonObject>? change = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        var id = await CreateIdleAsync(client, change, name);
        await client.Containers.StartContainerAsync(id);
        return id;
    }

    /// <summary>Creates such a container.</summary>
    /// <param name="client">The engine.</param>
    /// <param name="change">Changes its options; those of the host are in <c>HostConfig</c>.</param>
    /// <param name="name">Its name; null: <see cref="NewName"/>.</param>
    public async Task<string> CreateIdleAsync(
        DockerClient client, Action<JsonObject>? change = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        var options = new JsonObject
        {
            ["Image"] = Image,
            ["Cmd"] = DockerJson.List(
                ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"]),
            ["HostConfig"] = new JsonObject { ["NetworkMode"] = "host" },
        };
        change?.Invoke(options);
        return (await client.Containers.CreateContainerAsync(name ?? NewName(), options)).ID;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            if (_daemon.HasEnded)
            {
                // A test failed between killing the engine and starting it again; what runs in its name must go all the
                // same.
                await StartAsync();
            }

            await using (var client = Client(UnixEndpoint))
            {
                foreach (var container in await client.Containers.ListContainersAsync(
                    new ContainersListParameters { All = true }))
                {
                    await client.Containers.RemoveContainerAsync(
                        container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true });
                }
            }

            await _daemon.DisposeAsync();
        }

        await _directory.DeleteAsync();
        _authority.Dispose();
        _stranger.Dispose();
    }

    // The containerd of a killed engine dies with it, but not at once; an engine started meanwhile takes it for its own
    // and waits for it in vain.
    private async Task EndStaleContainerdAsync()
    {
        var file = $"{Root}/exec/containerd/containerd.pid";
        if (!File.Exists(file))
        {
            return;
        }

        var id = int.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture);
        File.Delete(file);
        var commandLine = $"/proc/{id}/cmdline";
        if (!File.Exists(commandLine)
            || !(await File.ReadAllTextAsync(commandLine)).Contains(Root, StringComparison.Ordinal))
        {
            return;
        }

        try
        {
            using var containerd = System.Diagnostics.Process.GetProcessById(id);
            containerd.Kill();
            await containerd.WaitForExitAsync();
        }
        catch (ArgumentException)
        {
            // It ended between the two looks.
        }
    }

    private static async Task<MemoryStream> BusyboxLayerAsync()
    {
        var stream = new MemoryStream();
        await BusyboxLayer.WriteAsync(stream);
        stream.Position = 0;
        return stream;
    }
}
