namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A Docker host: images, containers, execs, files and events. dockerd may restart, with and without live-restore.
/// </summary>
internal sealed class WorldHost(OmsWorld world, string name, string ip)
{
    public const string ConsoleIni = "/etc/supervisor/conf.d/oms_console.ini";

    private readonly List<(WorldStream Stream, JsonObject? Filters)> _listeners = [];
    private List<TaskCompletionSource>? _lost;
    private readonly List<(DateTimeOffset At, string Action, string Container, byte[] Line)> _history = [];

    public OmsWorld World => world;

    public string Name => name;

    public string Ip => ip;

    /// <summary>Number of its region, from 0.</summary>
    public int Region { get; init; }

    /// <summary>Ports on which something else than OMS listens.</summary>
    public List<int> ForeignPorts { get; } = [];

    public string Endpoint => $"tcp://{ip}:2376";

    /// <summary>With the operator's key.</summary>
    public DockerEndpoint Trusted => DockerEndpoint.Parse(Endpoint) with
    {
        Tls = new DockerTlsMaterial([1], [2], Encoding.UTF8.GetBytes(Canary.TlsKey))
    };

    public bool IsReachable { get; set; } = true;

    public bool LiveRestore { get; set; }

    /// <summary>The version of podman, if that answers instead of dockerd.</summary>
    public string? Podman { get; set; }

    /// <summary>
    /// So many starts of what runs once are refused; with <see cref="LateStart"/> they arrive after all.
    /// </summary>
    public int RefusedStarts { get; set; }

    /// <summary>So many reservations of what runs once are refused.</summary>
    public int RefusedReservations { get; set; }

    /// <summary>So many looks for a command of somebody else end with an error of dockerd.</summary>
    public int FailedSearches { get; set; }

    /// <summary>How they are refused; null: no connection.</summary>
    public Func<HttpResponseMessage>? Refusal { get; set; }

    /// <summary>So many starts of what runs once are taken and come to nothing.</summary>
    public int SwallowedStarts { get; set; }

    /// <summary>
    /// By name of a container whose start was cut off with its dockerd: with what words every other start is refused.
    /// </summary>
    public Dictionary<string, string> StrayTasks { get; } = new(StringComparer.Ordinal);

    /// <summary>After this long a refused start arrives.</summary>
    public TimeSpan? LateStart { get; set; }

    /// <summary>A file of containers that dockerd fails to read; null: none.</summary>
    public string? UnreadableFile { get; set; }

    /// <summary>Nothing can be copied to a mount.</summary>
    public bool IsFull { get; set; }

    public TimeSpan ClockOffset { get; set; }

    /// <summary>Of its processor, as uname says it.</summary>
    public string Architecture { get; set; } = "x86_64";

    /// <summary>The changed files of a container are listed too slowly.</summary>
    public bool ListsChangesSlowly { get; set; }

    public string CgroupVersion { get; set; } = "1";

    /// <summary>In what words the start of a container that is only looked at is refused; null: it is not.</summary>
    public string? StartRefusal { get; set; }

    /// <summary>Containers that were only looked at, and started.</summary>
    public List<WorldContainer> Probes { get; } = [];

    /// <summary>dockerd keeps images in containerd's store: another id for the same image.</summary>
    public bool HasContainerdStore { get; init; }

    public long FreeBytes { get; set; } = 200L << 30;

    /// <summary>Images by ID.</summary>
    public SortedDictionary<string, WorldImage> Images { get; } = new(StringComparer.Ordinal);

    /// <summary>References to image IDs.</summary>
    public SortedDictionary<string, string> References { get; } = new(StringComparer.Ordinal);

    public List<WorldContainer> Containers { get; } = [];

    /// <summary>supervisorctl in the containers of the host, where it reads its commands from its input.</summary>
    public WorldSupervisorctl Supervisorctl { get; } = new();

    /// <summary>The files of containers that were read.</summary>
    public List<string> FileReads { get; } = [];

    public Dictionary<string, WorldExec> Execs { get; } = new(StringComparer.Ordinal);

    /// <summary>Files by path on the host.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Directories and devices by path on the host.</summary>
    public HashSet<string> Paths { get; } =
        new(StringComparer.Ordinal) { "/data/oms/logs", "/data/oms/store", "/data/oms/run" };

    /// <summary>Symbolic links by path on the host, and where each leads.</summary>
    public Dictionary<string, string> Links { get; } = new(StringComparer.Ordinal);

    /// <summary>Seconds of grace of each stop, in order.</summary>
    public List<int> Graces { get; } = [];

    /// <summary>Containers in which docker_init.sh finished.</summary>
    public HashSet<string> Initialized { get; } = new(StringComparer.Ordinal);

    public WorldContainer? Find(string idOrName) =>
        Containers.Find(c => c.Id == idOrName || c.Name == idOrName.TrimStart('/'));

    public WorldImage? FindImage(string idOrReference) =>
        Images.GetValueOrDefault(idOrReference)
            ?? (References.TryGetValue(idOrReference, out var id) ? Images[id] : null);

    public void AddImage(WorldImage image, string? reference = null)
    {
        if (HasContainerdStore)
        {
            image = image with
            {
                Id = $"sha256:{new string([.. image.Id["sha256:".Length..].Reverse()])}",
                Layers = image.Layers
            };
        }

        Images[image.Id] = image;
        References[reference ?? image.Reference] = image.Id;
    }

    public void Emit(WorldContainer container, string action, string? execId = null)
    {
        var message = new JsonObject
        {
            ["Type"] = "container",
            ["Action"] = action,
            ["Actor"] = new JsonObject
            {
                ["ID"] = container.Id,
                ["Attributes"] = execId is null
                    ? new JsonObject { ["name"] = container.Name }
                    : new JsonObject { ["execID"] = execId }
            },
            ["timeNano"] = (world.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100,
        };
        var line = Encoding.UTF8.GetBytes(message.ToJsonString() + "\n");
        _history.Add((world.Time.GetUtcNow(), action, container.Id, line));
        foreach (var (stream, filters) in _listeners.ToList())
        {
            Tell(stream, filters, action, container.Id, line);
        }
    }

    public WorldStream Listen(OperatorLife life, JsonObject? filters, DateTimeOffset? from)
    {
        var stream = new WorldStream(life.Scheduler, closed => _listeners.RemoveAll(l => l.Stream == closed));
        _listeners.Add((stream, filters));
        foreach (var (_, action, container, line) in _history.Where(h => h.At >= from).ToList())
        {
            Tell(stream, filters, action, container, line);
        }

        return stream;
    }

    /// <summary>The network to the host breaks or comes back.</summary>
    public void Cut(bool off)
    {
        IsReachable = !off;
        if (off)
        {
            BreakStreams();
        }
    }

    /// <summary>Its network is cut: requests and answers are lost without a word, and open streams stay
    /// silent.</summary>
    public void CutOff() => _lost = [];

    public void Reconnect()
    {
        var lost = _lost!;
        _lost = null;
        lost.ForEach(request => world.Life.Scheduler.Resume(_ => request.TrySetResult(), null));
    }

    /// <summary>A request arrives.</summary>
    public Task ArriveAsync(CancellationToken cancellationToken)
    {
        if (_lost is null)
        {
            return Task.CompletedTask;
        }

        var request = new TaskCompletionSource();
        _lost.Add(request);
        cancellationToken.Register(() => request.TrySetCanceled(cancellationToken));
        return request.Task;
    }

    /// <summary>
    /// dockerd restarts: without live-restore every container dies and those with a policy come back; exec ids are
    /// forgotten either way.
    /// </summary>
    public void RestartDockerd()
    {
        BreakStreams();
        foreach (var container in Containers.Where(c => c.IsRunning).ToList())
        {
            if (LiveRestore)
            {
                // Processes live on, dockerd no longer knows them.
                foreach (var exec in Execs.Values.Where(e => e.Container == container).ToList())
                {
                    Execs.Remove(exec.Id);
                }
            }
            else
            {
                container.Stop();
                if (container.HostConfig.RestartPolicy is { Name: "always" or "unless-stopped" })
                {
                    container.Start();
                }
            }
        }
    }

    public void ForgetExecs(WorldContainer container)
    {
        foreach (var exec in Execs.Values.Where(e => e.Container == container).ToList())
        {
            exec.Running = false;
            Execs.Remove(exec.Id);
        }
    }

    public void Write(string path, string text) => Files[path] = Encoding.UTF8.GetBytes(text);

    private void BreakStreams()
    {
        foreach (var (stream, _) in _listeners.ToList())
        {
            stream.Break();
        }
    }

    private static void Tell(WorldStream stream, JsonObject? filters, string action, string container, byte[] line)
    {
        if (Wants(filters, "event", action) && Wants(filters, "container", container))
        {
            stream.Say(line);
        }
    }

    private static bool Wants(JsonObject? filters, string filter, string value) =>
        filters?[filter] is not JsonObject wanted || wanted.ContainsKey(value);
}
