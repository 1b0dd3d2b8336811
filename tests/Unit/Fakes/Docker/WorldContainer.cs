namespace Drydock.Tests.Unit.Fakes;

/// <summary>A container of a host, and OMS inside it while it runs.</summary>
internal sealed class WorldContainer
{
    private static readonly string[] ProgramNames =
        ["nginx", "oms_console", "oms_drc_cm", "oms_drc_supervisor", "sshd"];

    private readonly OmsWorld _world;

    public WorldContainer(
        OmsWorld world, WorldHost host, string name, WorldImage image, ContainerConfig config, HostConfig hostConfig)
    {
        (_world, Host, Name, Image, Config, HostConfig) = (world, host, name, image, config, hostConfig);
        Id = world.NewId();
    }

    public WorldHost Host { get; }

    public string Id { get; }

    /// <summary>How dockerd last showed it, and of which state that was.</summary>
    public (object State, byte[] Body)? Inspection { get; set; }

    public string Name { get; set; }

    public WorldImage Image { get; set; }

    public ContainerConfig Config { get; set; }

    public HostConfig HostConfig { get; set; }

    public string Status { get; private set; } = "created";

    public bool IsRunning => Status == "running";

    /// <summary>Its processes stand still, and dockerd still says that it runs.</summary>
    public bool IsPaused { get; set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? FinishedAt { get; private set; }

    public int ExitCode { get; private set; }

    /// <summary>What its first process printed, over all starts.</summary>

    public Dictionary<string, WorldProgram> Programs { get; } = new(StringComparer.Ordinal);

    /// <summary>supervisord starts oms_console by itself (the line in its ini file).</summary>
    public bool ConsoleAutostart { get; set; } = true;

    /// <summary>Counts starts: what belonged to an earlier one is void.</summary>
    public int Run { get; private set; }

    public bool IsUpgrade => (Config.Env ?? []).Contains("IS_UPGRADE=true");

    public WorldProgram Console => Programs["oms_console"];

    /// <summary>The console runs, and has for as long as it takes to serve.</summary>
    public bool ConsoleServes => Programs.GetValueOrDefault("oms_console") is { State: "RUNNING", Since: var since }
        && _world.Time.GetUtcNow() - since >= _world.Setup.ConsoleTakes;

    public void Start()
    {
        if (IsRunning)
        {
            return;
        }

        var run = ++Run;
        (Status, StartedAt) = ("running", _world.Time.GetUtcNow());
        Host.Emit(this, "start");
        _world.Rules.Started(this);
        Programs.Clear();
        if (_world.Setup.JarAtStart is { } jar && Image.Version == _world.Setup.ToVersion)
        {
            Own[jar] = [1, 2, 3];
        }

        if (!IsOms)
        {
            return;
        }

        if (_world.Setup.DiesAtStart?.Invoke(this) == true)
        {
            Stop(1);
            return;
        }

        _world.After(_world.Setup.SupervisorTakes, () => IfStill(run, () => Boot(run)));
    }

    public void Stop(int exitCode = 137)
    {
        if (!IsRunning)
        {
            return;
        }

        (Status, FinishedAt, ExitCode) = ("exited", _world.Time.GetUtcNow(), exitCode);
        _world.Rules.Stopped(this, Run);
        Run++;
        Programs.Clear();
        Host.ForgetExecs(this);
        _world.Alive.RemoveWhere(process => process.Container == Id);
        Host.Emit(this, "die");
        Host.Emit(this, "stop");
        _world.Metadata.OmsStopped(this);
    }

    /// <summary>Starts a program; it runs after a while.</summary>
    public void StartProgram(string name)
    {
        var program = Programs[name];
        if (program.IsUp)
        {
            return;
        }

        if (_world.Setup.ProgramDies?.Invoke(this, name) == true)
        {
            program.State = "FATAL";
            return;
        }

        (program.State, program.Pid) = ("STARTING", _world.NewPid());
        var (run, pid) = (Run, program.Pid);
        if (name == "oms_console")
        {
            _world.Did("console start", Host.Name);
        }

        _world.After(_world.Setup.ProgramTakes, () => IfStill(run, () =>
        {
            if (program.Pid == pid && program.State == "STARTING")
            {
                (program.State, program.Since) = ("RUNNING", _world.Time.GetUtcNow());
            }
        }));
    }

    public void StopProgram(string name)
    {
        Programs[name].State = "STOPPED";
        if (name == "oms_console")
        {
            _world.Did("console stop", Host.Name);
        }
    }

    public string SupervisorStatus() => Programs.Count == 0
        ? "unix:///var/run/supervisor.sock no such file\n"
        : string.Concat(Programs.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value.State == "RUNNING"
            ? $"{p.Key,-32} RUNNING   pid {p.Value.Pid}, uptime 0:00:10\n"
            : $"{p.Key,-32} {p.Value.State}\n"));

    /// <summary>A file as the container sees it: a bind's, or the image's.</summary>
    public byte[]? File(string path)
    {
        if (path == WorldHost.ConsoleIni && Programs.Count > 0)
        {
            return System.Text.Encoding.UTF8.GetBytes(
                $"[program:oms_console]\nautostart = {(ConsoleAutostart ? "true" : "false")}\n");
        }

        if (path == ContainerVersion.File)
        {
            return Image.Reported is { } version
                ? System.Text.Encoding.UTF8.GetBytes($$"""{"imageVersion":"{{version}}"}""")
                : null;
        }

        return HostPath(path) is { } onHost
            ? Host.Files.GetValueOrDefault(onHost)
            : Own.GetValueOrDefault(path) ?? (Image.Files.Contains(path) ? [1, 2, 3] : null);
    }

    /// <summary>Commands that people run in it, by process number.</summary>
    public SortedDictionary<int, string> Commands { get; } = [];

    /// <summary>What `docker diff` lists.</summary>
    public List<string> Changes { get; } = [];

    /// <summary>Files that its writable layer has and the image has not.</summary>
    public SortedDictionary<string, byte[]> Own { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths of its files, without mounts.</summary>
    public IEnumerable<string> Files =>
        Image.Files.Union(Own.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal);

    public static bool HasDirectory(string path) => path is "/" or "/root" or "/home" or "/home/ds";

    /// <summary>Where a path of the container is on the host; null if no mount covers it.</summary>
    public string? HostPath(string path)
    {
        var mount = WorldMounts.Of(HostConfig)
            .Where(m => path == m.Destination || path.StartsWith(m.Destination + "/", StringComparison.Ordinal))
            .MaxBy(m => m.Destination.Length);
        return mount is null
            ? null
            : Host.Links.GetValueOrDefault(mount.Source, mount.Source).TrimEnd('/') + path[mount.Destination.Length..];
    }

    /// <summary>It has the data of OMS where OMS looks for them, so that supervisord starts its programs.</summary>
    public bool IsOms => HostPath("/home/ds/store") is not null;

    public void IfStill(int run, Action act)
    {
        if (Run == run && IsRunning)
        {
            act();
        }
    }

    private void Boot(int run)
    {
        var names = _world.Setup.Programs?.Invoke(Image.Version) ?? ProgramNames;
        foreach (var name in names)
        {
            Programs[name] = new WorldProgram();
        }

        var upgrading = IsUpgrade && !Host.Initialized.Contains(Id);
        ConsoleAutostart = !upgrading;
        foreach (var name in names.Where(
            n => n != "oms_console" || ConsoleAutostart || _world.Setup.ConsoleRunsBeforeInit?.Invoke(this) == true))
        {
            StartProgram(name);
        }

        _world.Metadata.OmsStarted(this, run);
    }
}
