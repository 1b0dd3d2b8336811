namespace Drydock.Tests.Unit.Fakes;

/// <summary>The metadata database: ha.config, projects, hosts, heartbeats, sessions, named locks.</summary>
internal sealed class WorldMetadataServer(OmsWorld world)
{
    public const string Host = "192.0.2.50";
    public const int Port = 3306;

    private readonly Dictionary<string, WorldLock> _locks = new(StringComparer.Ordinal);
    private long _connections = 1000;

    /// <summary>The row ha.config, byte for byte; null if there is none.</summary>
    public string? HaConfig { get; set; } = world.Setup.HaConfig;

    /// <summary>What the databases are: of which version, or something in between that no version can use.</summary>
    public string Contents { get; set; } = world.Setup.FromVersion;

    public bool IsReachable { get; set; } = true;

    public string Password { get; set; } = Canary.MetaPassword;

    public string User { get; set; } = "drc";

    public bool IsReadOnly { get; set; }

    public bool IsReplica { get; set; }

    /// <summary>The newest id of heatbeat_sequence, in each heartbeat database.</summary>
    public long NewestId { get; set; } = 70_000;

    /// <summary>Tables that somebody made in the rm database.</summary>
    public List<string> Tables { get; } = [];

    public TimeSpan ClockOffset { get; set; }

    public string Identity { get; set; } = "uuid:7b1d0c3a";

    public long DatabaseBytes { get; set; } = 1L << 30;

    public SortedDictionary<string, long> HeartbeatRows { get; } = new(
        Heartbeats(world).ToDictionary(d => d, _ => 5000L), StringComparer.Ordinal);

    public List<OmsProject> Projects { get; } =
    [
        new(ProjectKind.Migration, "np_1", "orders", "RUNNING"),
        new(ProjectKind.Synchronization, "sp_1", "billing", "SUSPEND"),
        new(ProjectKind.Migration, "np_2", "old", "FINISHED"),
    ];

    public List<DuplicateProjectName> Duplicates { get; } = [];

    public List<CascadedWriter> Cascades { get; } = [];

    public bool NamedLocks { get; set; } = true;

    public List<string> Grants { get; } = ["GRANT ALL PRIVILEGES ON *.* TO `drc`@`%`"];

    public bool FunctionsNeedSuper { get; set; }

    public long? FreeBytes { get; set; }

    /// <summary>Accounts that triggers run as; none: there are no triggers.</summary>
    public List<string> Definers { get; } = [];

    /// <summary>Why a dump by a tool could not be loaded.</summary>
    public Dictionary<DumpToolKind, string> Refusals { get; } = [];

    /// <summary>Views of information_schema that the server does not have.</summary>
    public List<string> AbsentLists { get; } = [];

    /// <summary>What a dump loses or may lack.</summary>
    public List<DumpQuestion> Questions { get; } = [];

    /// <summary>Foreign keys from other databases into these.</summary>
    public List<OutsideKey> OutsideKeys { get; } = [];

    public Dictionary<string, bool> Databases { get; } = new[] { "rm_340", "cm_340" }.Concat(Heartbeats(world))
        .ToDictionary(d => d, _ => true, StringComparer.Ordinal);

    /// <summary>The rows of cluster_info.</summary>
    public List<ClusterInfoRow> ClusterInfo { get; } = [];

    /// <summary>The rows of oms_version; null: there is no such table.</summary>
    public List<string>? Versions { get; set; } =
        [world.Setup.Community ? $"{world.Setup.FromVersion}-CE" : world.Setup.FromVersion];

    /// <summary>Why the row ha.config cannot be inserted; null: it can.</summary>
    public string? HaConfigInsertProblem { get; set; }

    /// <summary>How many characters a project's name may have.</summary>
    public int NameLength { get; set; } = 128;

    /// <summary>Sessions of OMS containers: the container and the database.</summary>
    public List<(long Id, WorldContainer Container, string Database)> OmsSessions { get; } = [];

    /// <summary>Sessions of other programs, and of people.</summary>
    public List<MetadataSession> OtherSessions { get; } = [];

    /// <summary>The server does not notice that the clients of a stopped container are gone.</summary>
    public bool SessionsStay { get; set; }

    /// <summary>Supervisors run and their heartbeats do not arrive.</summary>
    public bool AreBeatsLost { get; set; }

    /// <summary>host_status by address, where it is not ONLINE.</summary>
    public Dictionary<string, string> HostStatus { get; } = new(StringComparer.Ordinal);

    /// <summary>Why the hosts cannot be read; null: they can.</summary>
    public string? HostsProblem { get; set; }

    /// <summary>How often a supervisor beats; null: all the time.</summary>
    public TimeSpan? BeatPeriod { get; set; }

    /// <summary>How much older a heartbeat looks than it is: another time zone of the writer.</summary>
    public TimeSpan BeatOffset { get; set; }

    /// <summary>Other addresses that answer, and the identity that each reports.</summary>
    public Dictionary<string, string> Aliases { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, DateTimeOffset> LastBeat { get; } = new(StringComparer.Ordinal);

    public bool IsHighAvailabilityOn => HaConfig is { } raw && Drydock.Reconcilers.Oms.HaConfig.Parse(raw).Enable;

    private static IEnumerable<string> Heartbeats(OmsWorld world) =>
        Enumerable.Range(0, world.Setup.Regions).Select(world.HeartbeatDatabase);

    public void OmsStarted(WorldContainer container, int run)
    {
        OmsSessions.Add((++_connections, container, "rm_340"));
        OmsSessions.Add((++_connections, container, "cm_340"));
        NewestId++;
        Beat(container, run);
    }

    public void OmsStopped(WorldContainer container) =>
        world.After(TimeSpan.FromMilliseconds(300), () =>
        {
            if (!container.IsRunning && !SessionsStay)
            {
                OmsSessions.RemoveAll(s => s.Container == container);
            }
        });

    /// <summary>The tables of a database: other ones after each command that ran.</summary>
    public IEnumerable<string[]> Columns(string database) =>
        Tables.Where(_ => database == "rm_340").Append($"t {Contents}")
            .Select(table => (string[])[database, table, "id", "bigint(20)"]);

    /// <summary>Everything that is in the databases, as a dump has it.</summary>
    public WorldDump Dump() =>
        new(Contents, HaConfig, [.. HeartbeatRows.Select(r => (r.Key, r.Value))], [.. Projects], NewestId);

    /// <summary>The databases as a dump has them.</summary>
    public void Load(WorldDump dump)
    {
        (Contents, HaConfig, NewestId) = (dump.Contents, dump.HaConfig, dump.NewestId);
        Tables.Clear();
        HeartbeatRows.Clear();
        foreach (var (database, rows) in dump.HeartbeatRows)
        {
            HeartbeatRows[database] = rows;
        }

        Projects.Clear();
        Projects.AddRange(dump.Projects);
    }

    public WorldLock? TryLock(OperatorLife life, string name)
    {
        if (_locks.ContainsKey(name))
        {
            return null;
        }

        return _locks[name] = new WorldLock(this, life, name, ++_connections);
    }

    public bool Holds(WorldLock held) => ReferenceEquals(_locks.GetValueOrDefault(held.Name), held);

    public long? Holder(string name) => _locks.GetValueOrDefault(name)?.ConnectionId;

    public void Release(WorldLock held)
    {
        if (Holds(held))
        {
            _locks.Remove(held.Name);
        }
    }

    /// <summary>The server notices a moment later that a client is gone.</summary>
    public void SessionsOfDead(OperatorLife life) => world.After(TimeSpan.FromMilliseconds(500), () =>
    {
        foreach (var held in _locks.Values.Where(l => l.Life == life).ToList())
        {
            Release(held);
        }
    });

    /// <summary>Age of a host's heartbeat.</summary>
    public TimeSpan Age(string ip) => world.Time.GetUtcNow() - LastBeat.GetValueOrDefault(ip) + BeatOffset;

    // A running supervisor beats all the time; noting the present on each read is the same.
    private void Beat(WorldContainer container, int run) => _beating[container.Host.Ip] = (container, run);

    private readonly Dictionary<string, (WorldContainer Container, int Run)> _beating = new(StringComparer.Ordinal);

    public void Refresh()
    {
        foreach (var (ip, (container, run)) in _beating)
        {
            if (!AreBeatsLost && container.Run == run && container.IsRunning
                && container.Programs.GetValueOrDefault("oms_drc_supervisor") is { State: "RUNNING" })
            {
                LastBeat[ip] = world.Time.GetUtcNow() - (BeatPeriod is { } period
                    ? new TimeSpan(world.Time.GetUtcNow().Ticks % period.Ticks)
                    : TimeSpan.FromSeconds(3));
            }
        }
    }
}
