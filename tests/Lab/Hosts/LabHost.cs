using System.Net.Sockets;

namespace Drydock.Lab.Hosts;

/// <summary>
/// A host that databases are installed on: network, process ids, mounts and name of its own, a real sshd on its
/// address, and supervisord with the lab's <c>systemctl</c> in front. <c>/etc</c>, <c>/home</c>, <c>/var</c>,
/// <c>/opt</c>, <c>/tmp</c> and <c>/data</c> are its own; programs are the machine's, read-only. Debian's
/// <c>supervise</c>, <c>svc</c> and <c>svstat</c>, <c>sudo</c>, <c>ss</c> and <c>pkill</c> work as on any host.
/// </summary>
/// <remarks> No process of a host outlives it: the kernel kills all of them with the first one, on disposal, when the
/// lab's process ends and when it is killed. </remarks>
public sealed partial class LabHost : IAsyncDisposable
{
    /// <summary>sshd's port.</summary>
    public const int SshPort = 22;

    /// <summary>
    /// Uid and gid of the account on every host, so that folders shared by hosts have the same owner everywhere.
    /// </summary>
    public const int UserId = 7001;

    private readonly LabRun _run;
    private readonly LabHostOptions _options;
    private readonly HostLogin _login;
    private readonly string _folder;
    private string? _firstHostKey;
    private LabProcess? _process;
    private int? _init;

    private LabHost(LabNamespace network, LabHostOptions options, HostLogin login)
    {
        _run = network.Run;
        _options = options;
        _login = login;
        Namespace = network;
        _folder = _run.FolderFor(options.Engine is null ? network.Name : network.Name + "-container");
        Data = options.DataBytes is null
            ? Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName
            : _run.FastFolderFor(network.Name + "-data");
    }

    /// <summary>Name within the run, and host name inside.</summary>
    public string Name => Namespace.Name;

    public string Address => Namespace.Address;

    public LabNamespace Namespace { get; }

    /// <summary>The engine in which the host is a container; null if the host is not a container.</summary>
    public DockerHost? Engine => _options.Engine;

    /// <summary>The login account.</summary>
    public string User => _options.User;

    /// <summary>
    /// The private login key, the same for all hosts of the run: the value of <c>ssh-privatekey</c> in the Secret.
    /// </summary>
    public string KeyPem => _login.KeyPem;

    /// <summary>
    /// The current line of a known_hosts file for this host. A Secret for several hosts contains one line for each.
    /// </summary>
    public string KnownHostsLine { get; private set; } = "";

    /// <summary>The folder on the machine that is /data inside. The account owns it.</summary>
    public string Data { get; }

    /// <summary>Makes and boots a host in less than a second.</summary>
    /// <param name="network">A network for this host alone. The host gets its name and removes it at the end.</param>
    /// <exception cref="LabException">The host did not boot. The message contains the end of its log.</exception>
    public static async Task<LabHost> StartAsync(
        LabNamespace network, LabHostOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        var host = new LabHost(network, options ?? new LabHostOptions(), await HostLogin.OfAsync(network.Run));
        await host.MakeAsync(ct);
        await host.BootAsync(ct);
        return host;
    }

    /// <summary>Makes a host with a new network.</summary>
    /// <param name="name">Short, unique within the run: lower case letters, digits, hyphens.</param>
    public static async Task<LabHost> StartAsync(
        LabRun run, string name, LabHostOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return await StartAsync(await run.AddNamespaceAsync(name, ct), options, ct);
    }

    /// <summary>Makes a host that is a container of its own engine. It can be reached by exec and by ssh.</summary>
    /// <param name="name">Short, unique within the run: lower case letters, digits, hyphens.</param>
    public static async Task<LabHost> StartInContainerAsync(
        LabRun run, string name, LabHostOptions? options = null, CancellationToken ct = default)
    {
        var engine = await DockerHost.StartAsync(run, name, cancellationToken: ct);
        return await StartAsync(engine.Namespace, (options ?? new LabHostOptions()) with { Engine = engine }, ct);
    }

    /// <summary>
    /// The path on the machine of a path below /data, /etc, /home, /opt, /root, /srv, /tmp, /run or /var inside.
    /// </summary>
    public string PathOf(string inside)
    {
        ArgumentNullException.ThrowIfNull(inside);
        return inside == "/data" || inside.StartsWith("/data/", StringComparison.Ordinal)
            ? Data + inside["/data".Length..]
            : Path.Combine(_folder, "root") + inside;
    }

    /// <summary>
    /// Starts the host again after <see cref="CrashAsync"/>: /run and /tmp are empty, and enabled units are started.
    /// </summary>
    public async Task BootAsync(CancellationToken ct = default)
    {
        // unitd makes this socket last, so it shows that the host is up. That of the boot before must be removed.
        var last = PathOf("/run/units.sock");
        if (File.Exists(last))
        {
            File.Delete(last);
        }

        string[] arguments = [_folder, Name, Data, UserId.ToString(CultureInfo.InvariantCulture)];
        _process = _run.StartProcess(new LabProcessOptions
        {
            Name = Engine is null ? Name : Name + "-container",
            FileName = Engine is null ? "unshare" : "/bin/sh",
            Arguments = Engine is null
                ? [
                    "--mount", "--pid", "--uts", "--ipc", "--kill-child=KILL", "--", "/bin/sh", Script("boot.sh"),
                    .. arguments]
                : [Script("container.sh"), .. arguments, Engine.SocketPath],
            Namespace = Namespace,
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["DOCKER_CONFIG"] = _folder,
                ["LAB_SHARED"] = string.Join('\n', _options.Shared),
                ["LAB_READABLE"] = string.Join('\n', _options.Readable),
                ["LAB_TIME_FACTOR"] = _options.TimeFactor.ToString(CultureInfo.InvariantCulture),
            },
        });
        await _process.WaitUntilReadyAsync(
            async token => File.Exists(last) && await AnswersAsync(token), cancellationToken: ct);
        _init = Engine is null ? await InitAsync(_process, ct) : await InitAsync(Engine, ct);
    }

    /// <summary>
    /// Stops the host like a power loss: every process at once. <see cref="BootAsync"/> starts it again.
    /// </summary>
    public async Task CrashAsync()
    {
        if (_process is { HasExited: false })
        {
            // The first process is gone only after the kernel has ended all others of its namespace; unshare waits for
            // it.
            _ = _init is { } init ? Signals.Send(init, LabSignal.Kill) : Signals.Send(_process.Id, LabSignal.Kill);
            await _process.Exited;
        }

        _init = null;
    }

    /// <summary>Ends and removes the host; its logs stay in the run's folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await CrashAsync();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (Engine is not null)
        {
            await Engine.DisposeAsync();
        }

        if (_options.DataBytes is not null)
        {
            await Shell.RunAsync("umount", ["-l", Data], environment: _run.Mark);
        }

        if (Directory.Exists(_folder))
        {
            KeepLogs();
            Directory.Delete(_folder, recursive: true);
        }

        await _run.RemoveNamespaceAsync(Namespace);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Hosts", name);

    private async Task MakeAsync(CancellationToken ct)
    {
        await Recipes.RunAsync("packages.sh", ct);
        if (_options.DataBytes is { } bytes)
        {
            await SmallDisk.MountAsync(_run, Data, bytes, ct);
        }

        await Shell.RunAsync(
            "sh",
            [
                Script("tree.sh"), _folder, Name, Address, User, UserId.ToString(CultureInfo.InvariantCulture),
                _login.PublicKeyPath, _options.Shell
            ],
            environment: _run.Mark,
            cancellationToken: ct);
        WriteSudoers(refuse: !_options.Sudo);
        await ReadHostKeyAsync(ct);
    }

    private void KeepLogs()
    {
        foreach (var log in Directory.EnumerateFiles(PathOf("/var/log"), "*.log", SearchOption.AllDirectories))
        {
            File.Copy(log, Path.Combine(_run.Folder, $"{Name}-{Path.GetFileName(log)}"), overwrite: true);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address, SshPort, ct);
        var banner = new byte[4];
        await client.GetStream().ReadExactlyAsync(banner, ct);
        return banner.AsSpan().SequenceEqual("SSH-"u8);
    }

    // The only child of unshare.
    private static async Task<int> InitAsync(LabProcess unshare, CancellationToken ct)
    {
        var children = await File.ReadAllTextAsync(
            FormattableString.Invariant($"/proc/{unshare.Id}/task/{unshare.Id}/children"), ct);
        return int.Parse(children.Trim(), CultureInfo.InvariantCulture);
    }

    private async Task<int> InitAsync(DockerHost engine, CancellationToken ct) =>
        int.Parse(
            (await engine.DockerAsync(["inspect", "--format", "{{.State.Pid}}", Name], cancellationToken: ct)).Trim(),
            CultureInfo.InvariantCulture);
}
