namespace Drydock.Lab;

/// <summary>
/// A Docker host: a real dockerd in a separate network namespace. Owner and all namespaces of the run reach it over
/// mutual TLS. Containers with <c>--net host</c> share ports only with containers of this host.
/// </summary>
public sealed class DockerHost : IAsyncDisposable
{
    /// <summary>The port of dockerd over TLS.</summary>
    public const int Port = 2376;

    private readonly LabRun _run;
    private readonly DockerHostOptions _options;
    private readonly DockerStorage _storage;
    private readonly string _folder;
    private readonly string _execRoot;
    private readonly LabCredentials _server;
    private readonly HttpClient _http;
    private LabProcess? _daemon;
    private bool _liveRestore;

    private DockerHost(LabRun run, string name, DockerHostOptions options, DockerStorage storage, LabNamespace ns)
    {
        _run = run;
        _options = options;
        _storage = storage;
        Name = name;
        Namespace = ns;
        _folder = run.FolderFor(name);
        _execRoot = Path.Combine(_folder, "x");
        _server = run.Authority.Issue(
            Path.Combine(_folder, "tls"), "server", name, hosts: [ns.Address, "127.0.0.1", "localhost", name]);
        Client = IssueClient(run, Path.Combine(_folder, "client"));
        _http = CreateHttpClient();
        _liveRestore = options.LiveRestore;
    }

    public string Name { get; }

    public LabNamespace Namespace { get; }

    public string Address => Namespace.Address;

    /// <summary>The value of DOCKER_HOST, for example <c>tcp://198.18.0.3:2376</c>.</summary>
    public string Endpoint => FormattableString.Invariant($"tcp://{Address}:{Port}");

    /// <summary>The unix socket, which bypasses every fault proxy.</summary>
    public string SocketPath => Path.Combine(_folder, "docker.sock");

    /// <summary>Client certificate, key and authority for <see cref="Endpoint"/>.</summary>
    public LabCredentials Client { get; }

    /// <summary>
    /// The value of DOCKER_CERT_PATH: the folder with <see cref="Client"/> under the names that docker expects (ca.pem,
    /// cert.pem, key.pem).
    /// </summary>
    public string ClientFolder =>
        Path.GetDirectoryName(Client.CertificatePath) ?? throw new InvalidOperationException();

    /// <summary>The storage driver in use.</summary>
    public string StorageDriver => _storage.Driver;

    public LabProcess Daemon => _daemon ?? throw new InvalidOperationException($"{Name} was not started");

    /// <summary>A folder on the host, for bind mounts.</summary>
    public string HostFolder(string name) => _run.FolderFor(Path.Combine(Name, "host", name));

    /// <summary>Makes a host and starts its dockerd.</summary>
    /// <param name="name">Short, unique within the run: lower case letters, digits, hyphens.</param>
    public static async Task<DockerHost> StartAsync(
        LabRun run, string name, DockerHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DockerHostOptions();
        options = options with
        {
            System = options.System ?? await LabSystem.FromEnvironmentAsync("DRYDOCK_LAB_DOCKER", cancellationToken)
        };
        var storage = await DockerStorage.ChooseAsync(
            run, name, options.StorageDriver, options.DataBytes, cancellationToken);
        var host = new DockerHost(run, name, options, storage, await run.AddNamespaceAsync(name, cancellationToken));
        await host.StartAsync(cancellationToken);
        return host;
    }

    /// <summary>Starts dockerd (again after a stop, a kill or a crash) and waits until it answers over TLS.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        // A killed dockerd leaves both files. The next one would refuse to start or look ready too early.
        File.Delete(Path.Combine(_folder, "docker.pid"));
        File.Delete(SocketPath);
        await WriteConfigurationAsync(cancellationToken);
        _daemon = _run.StartProcess(new LabProcessOptions
        {
            Name = Name,
            FileName = "dockerd",
            System = _options.System,
            Arguments = ["--config-file", Path.Combine(_folder, "daemon.json")],
            Namespace = Namespace,
            WorkingDirectory = _folder,
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["HOME"] = _folder,
                ["DOCKER_CONFIG"] = _folder,
                ["DOCKER_TMPDIR"] = null,
                // dockerd trusts a registry only by the run's authority.
                ["SSL_CERT_FILE"] = _server.AuthorityPath,
            },
            StopGrace = _options.ShutdownTimeout + TimeSpan.FromSeconds(20),
        });
        await _daemon.WaitUntilReadyAsync(
            async token => (await _http.GetAsync(new Uri("/_ping", UriKind.Relative), token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
    }

    /// <summary>Ends dockerd in order. Without live-restore it stops its containers.</summary>
    public Task<int> StopAsync() => Daemon.StopAsync();

    /// <summary>Kills dockerd (SIGKILL). Containers and running execs continue until it is started again.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        await Daemon.KillAsync();
        await ForgetContainerdAsync(cancellationToken);
    }

    /// <summary>Ends dockerd in order and starts it again.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>
    /// Stops the whole host at once like a power loss: dockerd and every process of every container. <see
    /// cref="StartAsync(CancellationToken)"/> boots it.
    /// </summary>
    public async Task CrashAsync(CancellationToken cancellationToken = default)
    {
        await KillAsync(cancellationToken);
        await Deadline.UntilAsync(
            $"the processes of {Name} to be gone",
            async token =>
            {
                var processes = await ProcessesAsync(token);
                foreach (var process in processes)
                {
                    Signals.Send(process, LabSignal.Kill);
                }

                return processes.Count == 0;
            },
            cancellationToken: cancellationToken);
        await ForgetRunStateAsync(cancellationToken);
    }

    /// <summary>Turns live-restore on or off in the running dockerd, as an administrator does with SIGHUP.</summary>
    public async Task SetLiveRestoreAsync(bool on, CancellationToken cancellationToken = default)
    {
        _liveRestore = on;
        await WriteConfigurationAsync(cancellationToken);
        Daemon.Signal(LabSignal.Hangup);
        await Deadline.UntilAsync(
            $"dockerd of {Name} to have read its configuration",
            async token => bool.Parse((await DockerAsync(
                ["info", "--format", "{{.LiveRestoreEnabled}}"], cancellationToken: token)).Trim()) == on,
            cancellationToken: cancellationToken);
    }

    /// <summary>Fills the free space of the host's disk; needs <see cref="DockerHostOptions.DataBytes"/>.</summary>
    public Task FillDiskAsync(CancellationToken cancellationToken = default) =>
        SmallDisk.FillAsync(Quota(), cancellationToken);

    /// <summary>Frees the space that <see cref="FillDiskAsync"/> took.</summary>
    public void FreeDisk() => SmallDisk.Free(Quota());

    /// <summary>
    /// Kills the first process of a container as the kernel's OOM killer does: SIGKILL, exit code 137. dockerd notices
    /// it afterwards.
    /// </summary>
    public async Task KillContainerAsync(string container, CancellationToken cancellationToken = default)
    {
        var id = await DockerAsync(
            ["inspect", "--format", "{{.State.Pid}}", container], cancellationToken: cancellationToken);
        Signals.Send(int.Parse(id.Trim(), System.Globalization.CultureInfo.InvariantCulture), LabSignal.Kill);
    }

    /// <summary>
    /// Deletes containerd's tasks of containers that dockerd does not consider running. With live-restore, a dockerd
    /// that is killed while it starts a container leaves such a task.
    /// </summary>
    public async Task EndStrayTasksAsync(CancellationToken cancellationToken = default)
    {
        var all = await DockerAsync(["ps", "-aq", "--no-trunc"], cancellationToken: cancellationToken);
        var running = await DockerAsync(["ps", "-q", "--no-trunc"], cancellationToken: cancellationToken);
        foreach (var stopped in all.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Except(running.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            await Shell.TryRunAsync(
                "pkill", ["-KILL", "-f", $"containerd-shim.* -id {stopped}"], cancellationToken: cancellationToken);
            var left = Path.Combine(
                _execRoot, "containerd", "daemon", "io.containerd.runtime.v2.task", "moby", stopped);
            await Shell.RunAsync("rm", ["-rf", left], cancellationToken: cancellationToken);
        }
    }

    /// <summary>Cuts the network of the host: connections hang, and no connection is refused.</summary>
    public Task CutNetworkAsync(CancellationToken cancellationToken = default) =>
        Namespace.CutNetworkAsync(cancellationToken);

    /// <summary>Repairs the network of the host.</summary>
    public Task RestoreNetworkAsync(CancellationToken cancellationToken = default) =>
        Namespace.RestoreNetworkAsync(cancellationToken);

    /// <summary>
    /// Runs the docker command over the unix socket (it bypasses every fault proxy and a cut network) and returns its
    /// output.
    /// </summary>
    /// <exception cref="LabException">docker failed. The message contains its output.</exception>
    public Task<string> DockerAsync(
        IEnumerable<string> arguments, string? stdin = null, CancellationToken cancellationToken = default) =>
        Shell.RunAsync(
            "docker", ["-H", "unix://" + SocketPath, .. arguments], stdin, ClientEnvironment(),
            cancellationToken: cancellationToken);

    /// <summary>As <see cref="DockerAsync"/>, whatever the exit code.</summary>
    public Task<ShellResult> TryDockerAsync(
        IEnumerable<string> arguments, string? stdin = null, CancellationToken cancellationToken = default) =>
        Shell.TryRunAsync(
            "docker", ["-H", "unix://" + SocketPath, .. arguments], stdin, ClientEnvironment(),
            cancellationToken: cancellationToken);

    /// <summary>Loads an image archive (<c>docker save</c>'s format).</summary>
    public Task<string> LoadImageAsync(string archive, CancellationToken cancellationToken = default) =>
        DockerAsync(["load", "--quiet", "--input", archive], cancellationToken: cancellationToken);

    /// <summary>Loads a small image with a shell and the usual commands.</summary>
    /// <returns>Name of the image, <c>drydock-lab/busybox:1</c>.</returns>
    public async Task<string> LoadBusyboxAsync(CancellationToken cancellationToken = default)
    {
        var recipe = await Recipes.RunAsync("busybox-image.sh", cancellationToken);
        await LoadImageAsync(recipe["archive"], cancellationToken);
        return "drydock-lab/busybox:1";
    }

    /// <summary>An HTTP client for dockerd, or for a fault proxy in front of it, with mutual TLS.</summary>
    /// <param name="endpoint">By default <see cref="Endpoint"/>.</param>
    public HttpClient CreateHttpClient(string? endpoint = null) =>
        LabHttp.Create(
            _run.Authority, (endpoint ?? Endpoint).Replace("tcp://", "https://", StringComparison.Ordinal),
            clientCertificate: Client.Load());

    /// <summary>Stops dockerd if it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
    }

    private string Quota() =>
        _options.DataBytes is null
            ? throw new InvalidOperationException($"{Name} has no separate disk (DockerHostOptions.DataBytes).")
            : _storage.DataRoot;

    private Dictionary<string, string?> ClientEnvironment() => new(StringComparer.Ordinal)
    {
        [LabRun.MarkVariable] = _run.Id,
        ["DOCKER_CONFIG"] = _folder,
        ["DOCKER_HOST"] = null,
        ["DOCKER_CONTEXT"] = null,
        ["DOCKER_TLS_VERIFY"] = null,
    };

    private async Task WriteConfigurationAsync(CancellationToken cancellationToken)
    {
        var configuration = new JsonObject
        {
            ["data-root"] = _storage.DataRoot,
            ["exec-root"] = _execRoot,
            ["pidfile"] = Path.Combine(_folder, "docker.pid"),
            ["storage-driver"] = _storage.Driver,
            ["hosts"] = new JsonArray(FormattableString.Invariant($"tcp://{Address}:{Port}"), "unix://" + SocketPath),
            ["tlsverify"] = true,
            ["tlscacert"] = _server.AuthorityPath,
            ["tlscert"] = _server.CertificatePath,
            ["tlskey"] = _server.KeyPath,
            ["bridge"] = "none",
            ["iptables"] = false,
            ["ip6tables"] = false,
            ["ip-forward"] = false,
            ["ip-masq"] = false,
            ["userland-proxy"] = false,
            ["live-restore"] = _liveRestore,
            ["shutdown-timeout"] = (int)_options.ShutdownTimeout.TotalSeconds,
            // The reaper finds containers with their own network by this name.
            ["cgroup-parent"] = CgroupParent,
            ["exec-opts"] = new JsonArray("native.cgroupdriver=cgroupfs"),
            // By default dockerd writes a key into /etc/docker.
            ["deprecated-key-path"] = Path.Combine(_folder, "key.json"),
            ["log-level"] = "warn",
        };
        if (_options.ContainerdImages)
        {
            configuration["storage-driver"] = "overlayfs";
            configuration["features"] = new JsonObject { ["containerd-snapshotter"] = true };
        }

        if (await PrivilegedRuntime.FindAsync(cancellationToken) is { } runtime)
        {
            configuration["runtimes"] = new JsonObject { ["lab"] = new JsonObject { ["path"] = runtime } };
            configuration["default-runtime"] = "lab";
        }

        await File.WriteAllTextAsync(
            Path.Combine(_folder, "daemon.json"),
            configuration.ToJsonString(new JsonSerializerOptions { WriteIndented = true }),
            cancellationToken);
    }

    private static LabCredentials IssueClient(LabRun run, string folder)
    {
        var issued = run.Authority.Issue(folder, "cert", "drydock-lab-client");
        var key = Path.Combine(folder, "key.pem");
        File.Move(issued.KeyPath, key, overwrite: true);
        return issued with { KeyPath = key };
    }

    private string CgroupParent => $"/drydock-lab-{_run.Id}/{Name}";

    // Finds dockerd, containerd, shims and --net host by the host's network namespace, and other containers by its
    // control group.
    private async Task<List<int>> ProcessesAsync(CancellationToken cancellationToken)
    {
        var inNamespace = await Shell.RunAsync(
            "ip", ["netns", "pids", Namespace.KernelName], cancellationToken: cancellationToken);
        var inGroup = await Shell.TryRunAsync(
            "sh", ["-c", $"grep -lsF '{CgroupParent[1..]}/' /proc/[0-9]*/cgroup | cut -d/ -f3"],
            cancellationToken: cancellationToken);
        return
        [
            .. $"{inNamespace}\n{inGroup.Output}"
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture))
                .Distinct()
                .Where(ProcFs.IsAlive),
        ];
    }

    // containerd dies with the dockerd that started it (parent-death signal). If the machine's init collects it slowly,
    // the next dockerd takes the zombie for a running containerd and waits for it without end.
    private async Task ForgetContainerdAsync(CancellationToken cancellationToken)
    {
        var pidFile = Path.Combine(_execRoot, "containerd", "containerd.pid");
        if (!File.Exists(pidFile))
        {
            return;
        }

        var containerd = int.Parse(
            await File.ReadAllTextAsync(pidFile, cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        await Deadline.UntilAsync(
            $"containerd of {Name} to end after its dockerd was killed",
            _ => Task.FromResult(!ProcFs.IsAlive(containerd)),
            cancellationToken: cancellationToken);
        File.Delete(pidFile);
    }

    // A reboot removes the content of /run and all mounts.
    private async Task ForgetRunStateAsync(CancellationToken cancellationToken)
    {
        var mounts = (await File.ReadAllLinesAsync("/proc/self/mountinfo", cancellationToken))
            .Select(line => line.Split(' ')[4])
            .Where(target => target.StartsWith(_folder + "/", StringComparison.Ordinal)
                || target.StartsWith(_storage.DataRoot + "/", StringComparison.Ordinal))
            .Reverse();
        foreach (var target in mounts)
        {
            await Shell.RunAsync("umount", ["-l", target], cancellationToken: cancellationToken);
        }

        if (Directory.Exists(_execRoot))
        {
            Directory.Delete(_execRoot, recursive: true);
        }
    }
}
