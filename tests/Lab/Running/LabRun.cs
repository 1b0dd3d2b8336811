using Drydock.Clients.Safety;
using Drydock.Clients.Ssh;

namespace Drydock.Lab;

/// <summary>
/// One run of the lab: a folder, a separate network and all processes that were started in it. Runs never disturb each
/// other, whatever their checkout or user. However the owner ends, by disposal, an exception or SIGKILL, a reaper
/// process removes the whole run.
/// </summary>
/// <remarks>Needs root: it makes network namespaces.</remarks>
public sealed class LabRun : IAsyncDisposable
{
    /// <summary>The environment variable by which the reaper knows the processes of a run.</summary>
    public const string MarkVariable = "DRYDOCK_LAB_RUN";

    private const string FolderPrefix = "drydock-lab-";
    private const long EnoughSharedMemory = 2L << 30;
    private readonly Reaper _reaper;
    private readonly ConcurrentDictionary<string, LabProcess> _processes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LabNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly Lazy<LabCertificateAuthority> _authority = new(
        () => new LabCertificateAuthority("drydock-lab-ca"));

    // .1 is the bridge; namespaces get addresses from .2 on.
    private int _lastAddress = 1;
    private readonly ConcurrentQueue<int> _freed = new();
    private int _disposed;

    private LabRun(string id, string folder, string fastFolder, string networkPrefix, Reaper reaper)
    {
        Id = id;
        Folder = folder;
        FastFolder = fastFolder;
        NetworkPrefix = networkPrefix;
        _reaper = reaper;
    }

    /// <summary>Six characters that mark all parts of this run.</summary>
    public string Id { get; }

    /// <summary>The folder of the run; it is removed at the end of the run.</summary>
    public string Folder { get; }

    /// <summary>
    /// A folder in memory (fsync costs nothing) if the machine has enough memory, else one on disk. It is removed at
    /// the end of the run.
    /// </summary>
    public string FastFolder { get; }

    /// <summary>The first three numbers of the run's network, for example <c>198.18.7</c>.</summary>
    public string NetworkPrefix { get; }

    /// <summary>The owner's address on the run's bridge, at which the namespaces reach the test process.</summary>
    public string BridgeAddress => NetworkPrefix + ".1";

    /// <summary>The certificate authority of the run.</summary>
    public LabCertificateAuthority Authority => _authority.Value;

    /// <summary>The mark by which the reaper ends even a short command that was running when the owner died.</summary>
    internal IReadOnlyDictionary<string, string?> Mark => MarkOf(Id);

    /// <summary>Name of the bridge and prefix of all other kernel names of the run.</summary>
    internal string LinkPrefix => "dl" + Id;

    /// <summary>Starts an empty run: folder, reaper, bridge. Takes tens of milliseconds.</summary>
    /// <exception cref="LabException">The process is not root, or no network is free.</exception>
    public static async Task<LabRun> StartAsync(
        LabRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (!string.Equals(Environment.UserName, "root", StringComparison.Ordinal))
        {
            throw new LabException(
                $"The lab must run as root (it runs as '{Environment.UserName}'): it makes network namespaces and "
                + "starts dockerd.");
        }

        var parent = Path.GetTempPath().TrimEnd('/');
        await SweepDeadRunsAsync(parent, cancellationToken);
        LockedDirectory.RemoveLeft(Path.GetTempPath(), SshClient.DirectoryPrefix);
        var id = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 6);
        var folder = Path.Combine(parent, FolderPrefix + id);
        var fast = FastFolderFor(id, folder);
        var reaper = await Reaper.StartAsync(
            id, folder, fast, options?.LogFolder ?? new LabRunOptions().LogFolder, cancellationToken);
        try
        {
            var prefix = await Shell.RunAsync(
                "bash", [Recipes.PathOf("bridge.sh"), "dl" + id, folder], environment: MarkOf(id),
                cancellationToken: cancellationToken);
            return new LabRun(id, folder, fast, prefix.Trim(), reaper);
        }
        catch
        {
            await reaper.SweepAsync();
            throw;
        }
    }

    /// <summary>Adds a network namespace with the next free address of the run's network.</summary>
    /// <param name="name">Short, unique within the run: lower case letters, digits, hyphens.</param>
    public async Task<LabNamespace> AddNamespaceAsync(string name, CancellationToken cancellationToken = default)
    {
        var number = Interlocked.Increment(ref _lastAddress);
        if (number > 254 && !_freed.TryDequeue(out number))
        {
            throw new LabException("The /24 of this lab run is used up (253 namespaces at a time).");
        }

        var created = await LabNamespace.CreateAsync(this, name, number, cancellationToken);
        _namespaces[name] = created;
        return created;
    }

    /// <summary>
    /// Removes a network namespace in which no process runs. Its address is used again only after all others:
    /// neighbours remember its former owner.
    /// </summary>
    public async Task RemoveNamespaceAsync(LabNamespace gone)
    {
        ArgumentNullException.ThrowIfNull(gone);
        if (_disposed == 0 && _namespaces.TryRemove(gone.Name, out _))
        {
            _freed.Enqueue(await gone.RemoveAsync());
        }
    }

    /// <summary>Starts a process that lives at most as long as the run.</summary>
    public LabProcess StartProcess(LabProcessOptions options)
    {
        var process = LabProcess.Start(this, options);
        _processes[options.Name] = process;
        return process;
    }

    /// <summary>A folder inside the run's folder, created on demand.</summary>
    public string FolderFor(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>A folder inside the fast folder, created on demand.</summary>
    public string FastFolderFor(string name) => Directory.CreateDirectory(Path.Combine(FastFolder, name)).FullName;

    /// <summary>
    /// Kills every process and removes the whole run. No process is asked to end in order, because the run's state is
    /// discarded.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        if (_authority.IsValueCreated)
        {
            _authority.Value.Dispose();
        }

        await _reaper.SweepAsync();
        foreach (var process in _processes.Values)
        {
            await process.DisposeAsync();
        }
    }

    // If both owner and reaper were killed (or the machine was rebooted), the folder stays, and no process holds its
    // lock.
    private static async Task SweepDeadRunsAsync(string parent, CancellationToken cancellationToken)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, FolderPrefix + "*"))
        {
            var id = Path.GetFileName(folder)[FolderPrefix.Length..];
            if (Reaper.IsDead(folder))
            {
                await Reaper.SweepDeadAsync(id, folder, FastFolderFor(id, folder), cancellationToken);
            }
        }
    }

    private static Dictionary<string, string?> MarkOf(string id) => new(StringComparer.Ordinal) { [MarkVariable] = id };

    private static string FastFolderFor(string id, string folder)
    {
        const string SharedMemory = "/dev/shm";
        var drive = new DriveInfo(SharedMemory);
        return drive is { IsReady: true, DriveFormat: "tmpfs" } && drive.AvailableFreeSpace >= EnoughSharedMemory
            ? Path.Combine(SharedMemory, FolderPrefix + id)
            : Path.Combine(folder, "fast");
    }
}
