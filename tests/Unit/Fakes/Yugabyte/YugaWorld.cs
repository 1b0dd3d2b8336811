using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A universe in memory, with hosts, in the time of a clock that a test moves: masters that elect a leader, tablet
/// servers whose leaders move when they are to, that bootstrap and catch up after a start, and count as alive for a
/// minute after their end. It notes what must never happen to such a database.
/// </summary>
internal sealed partial class YugaWorld
{
    public const string OldDirectory = "/home/yugabyte/software-old";
    public const string NewDirectory = "/home/yugabyte/software-new";
    public const string PeerHost = "10.9.0.1";

    private static readonly TimeSpan Election = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Bootstrap = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Unresponsive = TimeSpan.FromSeconds(60);

    private string? _leader;
    private DateTimeOffset _electedAt;
    private DateTimeOffset _moved;
    private int _pids = 100;
    private int _plans;

    public YugaWorld(YugaSetup? setup = null)
    {
        Setup = setup ?? new YugaSetup();
        Objects = new FakeKubernetes(WorldJson.Crds, Time, "db");
        Spec = MakeSpec(Setup);
        Names = YugabyteVocabulary.Of(Spec);
        foreach (var instance in Spec.Instances)
        {
            var isMaster = instance.Component == DatabaseComponent.Master;
            Servers.Add(new YugaServer
            {
                Name = instance.Name,
                Host = instance.Host,
                Component = instance.Component,
                Rpc = new ServiceAddress(instance.Host, DefaultPorts.Service(Spec, instance)),
                Web = new ServiceAddress(instance.Host, DefaultPorts.Status(Spec, instance)),
                Uuid = $"{(isMaster ? "aa" : "bb")}{instance.Name}",
                Installed = Setup.From,
                Link = OldDirectory,
                Running = Setup.From,
                Pid = ++_pids,
                StartedAt = Time.GetUtcNow() - TimeSpan.FromDays(3),
                Leaders = isMaster ? 0 : 4,
                Zone = isMaster || Setup.Zones == 0 ? null : string.Create(
                    CultureInfo.InvariantCulture,
                    $"z{((int.Parse(instance.Name[1..], CultureInfo.InvariantCulture) - 1) % Setup.Zones) + 1}"),
                Moves = isMaster ? Setup.Moves : null,
            });
        }

        SpreadTablets();
        Groups.AddRange(Setup.Groups.Select(g => new YugaGroup { Name = g.Name, IsHere = g.IsHere }));
        PeerVersion = Setup.From;
        (_leader, _moved) = (Masters[0].Name, Time.GetUtcNow());
    }

    public YugaSetup Setup { get; }

    public ManualTimeProvider Time { get; } = new();

    public DatabaseRollingUpgradeSpec Spec { get; set; }

    public YugabyteVocabulary Names { get; }

    public List<YugaServer> Servers { get; } = [];

    public List<YugaGroup> Groups { get; } = [];

    public IReadOnlyList<YugaServer> Masters => [.. Servers.Where(s => s.IsMaster)];

    public IReadOnlyList<YugaServer> Tservers => [.. Servers.Where(s => !s.IsMaster)];

    public HashSet<ServiceAddress> LeaderBlacklist { get; } = [];

    public HashSet<ServiceAddress> ServerBlacklist { get; } = [];

    public int FlagsVersion { get; set; } = 1;

    public bool FlagsArePromoted { get; set; }

    public bool CatalogIsUpgraded { get; set; }

    /// <summary>How often the catalogue's upgrade still fails because of what others do.</summary>
    public int CatalogMismatches { get; set; }

    /// <summary>How long the tablet server migrates after the next call of the tool has timed out.</summary>
    public TimeSpan? MigrationGoesOn { get; set; }

    public DateTimeOffset MigratesUntil { get; set; }

    /// <summary>Hosts on which an administrator runs an upgrade of the catalogue.</summary>
    public HashSet<string> CatalogUpgradesByHand { get; } = new(StringComparer.Ordinal);

    public bool IsMigrating => Time.GetUtcNow() < MigratesUntil;

    /// <summary>Rises every half minute while migrations run.</summary>
    public int CatalogVersion =>
        (IsMigrating ? -(int)((MigratesUntil - Time.GetUtcNow()).TotalSeconds / 30) : 0) + 1000;

    /// <summary>The time limits with which the catalogue's upgrade was called, in milliseconds.</summary>
    public List<string> CatalogTimeouts { get; } = [];

    /// <summary>How long sources of replication keep their log.</summary>
    public int RetentionSeconds { get; set; } = 14400;

    /// <summary>Whether the peer has promoted the flags of the new version.</summary>
    public bool PeerIsFinal { get; set; } = true;

    /// <summary>AutoFlags that only the peer has promoted.</summary>
    public List<string> MorePeerFlags { get; } = [];

    /// <summary>Errors that replication groups report.</summary>
    public List<string> ReplicationErrors { get; } = [];

    public string PeerVersion { get; set; }

    public bool BalancerIsBusy { get; set; }

    public bool PackageIsThere { get; set; }

    /// <summary>Leaders that never leave, by server.</summary>
    public Dictionary<string, int> StuckLeaders { get; } = new(StringComparer.Ordinal);

    public List<string> LeaderlessTablets { get; } = [];

    public List<string> UnderReplicatedTablets { get; } = [];

    public List<string> Extensions { get; } = ["plpgsql"];

    public List<string> PackagedExtensions { get; } = ["plpgsql", "pgcrypto"];

    /// <summary>What must never happen and did.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Everything that was changed, in order.</summary>
    public List<string> Acts { get; } = [];

    /// <summary>Answers that somebody put in the way: by path, or "HOST:PORT/path".</summary>
    public Dictionary<string, (int Status, string Body)> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Commands of the admin tool that answer something else: exit code and what is printed.</summary>
    public Dictionary<string, (int Code, string Output)> ToolAnswers { get; } = new(StringComparer.Ordinal);

    /// <summary>Commands that were run on hosts.</summary>
    public int Commands { get; set; }

    /// <summary>Told of every question before it is answered.</summary>
    public Action<ServiceAddress, string>? Asked { get; set; }

    public YugaServer this[string name] => Servers.Single(s => s.Name == name);

    /// <summary>SHA-256 of a program of a version.</summary>
    public static string Sha(string program, string version) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{program} {version}")));

    public string Program(YugaServer server) => Names.Program(server.Component);

    /// <summary>Who leads now; null while nobody does.</summary>
    public YugaServer? Leader
    {
        get
        {
            Pass();
            return _leader is { } name && Time.GetUtcNow() >= _electedAt ? this[name] : null;
        }
    }

    /// <summary>Leadership goes to another master.</summary>
    public void Elect(string name) => (_leader, _electedAt) = (name, Time.GetUtcNow());

    /// <summary>Whether a tablet server has all its tablets.</summary>
    public bool IsReady(YugaServer server) =>
        server.IsUp && !server.StaysSick && Time.GetUtcNow() - server.StartedAt >= Bootstrap;

    public bool HasCaughtUp(YugaServer server) => IsReady(server) && Time.GetUtcNow() - server.StartedAt >= CatchUp;

    public bool CountsAsAlive(YugaServer server) => SinceHeartbeat(server) < Unresponsive;

    public TimeSpan SinceHeartbeat(YugaServer server) =>
        (server.IsUp ? server.RefusedSince : server.StoppedAt) is { } last
            ? Time.GetUtcNow() - last
            : TimeSpan.FromSeconds(0.5);

    public void Stop(YugaServer server, string by = "operator")
    {
        Acts.Add($"stop {server.Name}");
        if (!server.IsUp)
        {
            server.Supervision = SupervisionState.Inactive;
            return;
        }

        foreach (var other in Servers.Where(
            s => s != server && !MayBeDownTogether(s, server) && (!s.IsUp || (!s.IsMaster && !HasCaughtUp(s)))))
        {
            Violate(
                $"{server.Name} was stopped by {by} while {other.Name} was {(other.IsUp ? "catching up" : "down")}");
        }

        if (server.IsMaster && Leader == server && Masters.Any(m => m != server && m.Running == server.Running))
        {
            Violate(
                $"{server.Name} was stopped as leader before "
                + $"{string.Join(", ", Masters.Where(m => m != server && m.Running == server.Running))}");
        }

        if (!server.IsMaster && server.Leaders > 0 && StuckLeaders.GetValueOrDefault(server.Name) == 0
            && Setup.Replicas > 1)
        {
            Violate($"{server.Name} was stopped with {server.Leaders} leaders");
        }

        End(server, SupervisionState.Inactive);
        foreach (var tablet in Tablets.Where(t => t.Value.Count(name => IsReady(this[name])) < (t.Value.Count / 2) + 1))
        {
            Violate($"{tablet.Key} lost its majority when {server.Name} was stopped");
        }
    }

    /// <summary>It ends, however.</summary>
    public void End(YugaServer server, SupervisionState supervision)
    {
        (server.Running, server.Pid, server.StoppedAt, server.Supervision) = (null, 0, Time.GetUtcNow(), supervision);
        foreach (var other in Tservers.Where(t => t.IsUp).Take(1))
        {
            (other.Leaders, server.Leaders) = (other.Leaders + server.Leaders, 0);
        }

        if (_leader == server.Name)
        {
            var next = Masters.FirstOrDefault(m => m.IsUp);
            (_leader, _electedAt) = (next?.Name, Time.GetUtcNow() + Election);
        }
    }

    public void Start(YugaServer server, string version)
    {
        Acts.Add($"start {server.Name} {version}");
        if (server.IsUp)
        {
            return;
        }

        if (FlagsArePromoted && version == Setup.From)
        {
            Violate($"{server.Name} was started as {version} after AutoFlags were promoted");
        }

        if (!server.IsMaster && version == Setup.To && Masters.Any(m => m.Running != Setup.To))
        {
            Violate($"{server.Name} was started as {version} before every master");
        }

        if (server.IsMaster && version == Setup.From && Tservers.Any(t => t.Running == Setup.To))
        {
            Violate($"{server.Name} was started as {version} before every tablet server");
        }

        (server.Running, server.Pid, server.StartedAt, server.Supervision) =
            (version, ++_pids, Time.GetUtcNow(), SupervisionState.Active);
        server.Moves = server.IsMaster ? Setup.Moves : null;
        server.Starts++;
        if (_leader is null && server.IsMaster)
        {
            (_leader, _electedAt) = (server.Name, Time.GetUtcNow() + Election);
        }
    }

    public void Promote()
    {
        Acts.Add("promote");
        foreach (var old in Servers.Where(s => s.Running != Setup.To))
        {
            Violate($"AutoFlags were promoted while {old.Name} was {old.Running ?? "down"}");
        }

        FlagsVersion += FlagsArePromoted ? 0 : 1;
        FlagsArePromoted = true;
    }

    public void Resume(YugaGroup group)
    {
        Acts.Add($"resume {group.Name}");
        var back = Servers.All(s => s.Running == Setup.From);
        if (!back && (Servers.Any(s => s.Running != Setup.To) || PeerVersion != Setup.To))
        {
            Violate($"{group.Name} was resumed while not every process was of one version");
        }

        group.IsPaused = false;
    }

    /// <summary>Promoted AutoFlags that no command rolls back.</summary>
    public List<string> KeptFlags { get; } = [];

    /// <summary>The last errors of the logs, by directory.</summary>
    public Dictionary<string, string> Logs { get; } = new(StringComparer.Ordinal);

    public void Violate(string what) => Violations.Add(what);

    // Leaders leave a blacklisted server as many a second as the leading master moves at once, usually two.
    private void Pass()
    {
        var now = Time.GetUtcNow();
        var moves = (int)((now - _moved).TotalSeconds * (_leader is { } leads ? this[leads].Moves?.All ?? 2 : 2));
        if (moves == 0)
        {
            return;
        }

        _moved = now;
        foreach (var server in Tservers.Where(t => t.IsUp && LeaderBlacklist.Contains(t.Rpc)))
        {
            var others = Tservers.Where(t => t != server && IsReady(t) && !LeaderBlacklist.Contains(t.Rpc)).ToList();
            var leaving = Math.Min(moves, server.Leaders - StuckLeaders.GetValueOrDefault(server.Name));
            if (others.Count > 0 && leaving > 0)
            {
                server.Leaders -= leaving;
                others[0].Leaders += leaving;
            }
        }

        foreach (var empty in Tservers.Where(t => IsReady(t) && t.Leaders == 0 && !LeaderBlacklist.Contains(t.Rpc)))
        {
            var rich = Tservers.Where(t => t.IsUp).MaxBy(t => t.Leaders)!;
            if (rich.Leaders > 1)
            {
                (rich.Leaders, empty.Leaders) = (rich.Leaders - 1, 1);
            }
        }
    }

    private static DatabaseRollingUpgradeSpec MakeSpec(YugaSetup setup) => new()
    {
        Approval = ApprovalPolicy.Automatic,
        HoldBefore = [],
        Engine = setup.Engine,
        FromVersion = setup.From,
        ToVersion = setup.To,
        Preflight = new DatabasePreflightSpec { Acknowledge = setup.AcceptsOutage ? [Reasons.QuorumTooSmall] : [] },
        Package = new PackageSpec { Directory = NewDirectory },
        Access = new HostAccess
        {
            Ssh = new SshAccess
            {
                User = "yugabyte",
                KeySecretRef = new SecretReference { Name = "ssh" },
                KnownHostsSecretRef = new SecretReference { Name = "ssh" }
            }
        },
        MinHealthySeconds = 10,
        Drain = new DrainSpec { Timeout = "2m", OnTimeout = setup.OnDrainTimeout },
        Timeouts = new DatabaseUpgradeTimeouts { Verify = "5m", Replication = "1d" },
        Processes =
        [
            new ComponentControl
            {
                Component = DatabaseComponent.Master,
                Control = new InstanceControl
                {
                    Systemd = new SystemdControl { Unit = "yb-master.service" },
                    Swap = setup.Swap
                }
            },
            new ComponentControl
            {
                Component = DatabaseComponent.Tserver,
                Control = new InstanceControl
                {
                    Systemd = new SystemdControl { Unit = "yb-tserver.service" },
                    Swap = setup.Swap
                }
            },
        ],
        Instances =
        [
            .. Enumerable.Range(1, setup.Masters).Select(i => Instance($"m{i}", DatabaseComponent.Master, i)),
            .. Enumerable.Range(1, setup.Tservers).Select(i => Instance($"t{i}", DatabaseComponent.Tserver, i)),
        ],
        Yugabyte = new YugabyteSpec
        {
            PromoteClass = setup.Class,
            Finalize = setup.Finalize,
            Soak = setup.Soak,
            MaxUnavailablePerZone = setup.MaxUnavailablePerZone,
            CatalogRetryPause = "30s",
            Sql = new YugabyteSqlSpec { ExtensionsInUse = setup.ExtensionsInUse?.ToList() },
            Replication = new ReplicationSpec
            {
                Mode = setup.Mode,
                Groups = [.. setup.Groups.Select(g => g.Name).Distinct(StringComparer.Ordinal)
                    .Select(name => new ReplicationGroup
                    {
                        Name = name,
                        Peer = new ReplicationPeer { Masters = [$"{PeerHost}:7100"] }
                    })],
            },
        },
    };

    private static DatabaseInstance Instance(string name, DatabaseComponent component, int number) => new()
    {
        Name = name,
        Component = component,
        Host = string.Create(CultureInfo.InvariantCulture, $"10.0.{number / 250}.{number % 250}"),
        DeployDir = $"/home/yugabyte/{(component == DatabaseComponent.Master ? "master" : "tserver")}",
    };
}
