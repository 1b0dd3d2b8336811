using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A TiDB cluster on some hosts, all in memory and on one thread, with the quirks of docs/project/research/tidb.md:
/// followers hand over to the leader, schedulers are persisted and not run for a while after a change of the PD leader,
/// absent is
/// 0. Every act is a numbered point at which a fate may befall the operator, and what must never happen is written down
/// when it does.
/// </summary>
internal sealed partial class TiDbWorld
{
    public const string Old = "2.1.19";
    public const string New = "3.0.9";
    public const string Uid = "0123abcd-0000-4000-8000-000000000000";
    public const ulong ClusterId = 13_195_394_291_053_711_809;
    public const string GitHash = "c97e501d5054ed63c325c02b581a7c1a661cbd42";
    public const string PackageDirectory = "/opt/tidb-v3.0.9";

    private int _pids = 100;
    private int _points;
    private int _plans;

    static TiDbWorld() => ThreadPool.SetMinThreads(32, 32);

    public TiDbWorld(TiDbWorldSetup? setup = null)
    {
        Setup = setup ?? new TiDbWorldSetup();
        Objects = new FakeKubernetes(WorldJson.Crds, Time, "db")
        {
            UidOf = static o => o is BackupSnapshot ? $"uid-{o.Metadata.Name}" : null,
            Changed = OnApiChange
        };
        ReadStatus = () => new DatabaseRollingUpgradeStatus { Plan = Stored };
        Upgrade = new DatabaseRollingUpgrade
        {
            Metadata = new() { Name = Setup.Name, Namespace = "db", Uid = Uid },
            Spec = Setup.Spec(MakeSpec())
        };
        foreach (var instance in Upgrade.Spec.Instances)
        {
            var process = new TiDbProcess(
                instance.Name, instance.Component, instance.Host, DefaultPorts.Service(Upgrade.Spec, instance),
                DefaultPorts.Status(Upgrade.Spec, instance))
            {
                Installed = Setup.From
            };
            Processes.Add(process);
            Files[(instance.Host, TiDbLayout.ConfigFile(instance))] = instance.Component == DatabaseComponent.TiKV
                ? "# by hand\n[server]\ngrpc-concurrency = 4 # tuned\n\n[raftstore]\nsync-log = true\n"
                : "log-level = \"info\" # kept\n";
            Run(process);
        }

        var id = 1UL;
        foreach (var process in Of(DatabaseComponent.TiKV))
        {
            Stores.Add(new TiDbStore(id++, process)
            {
                Version = Setup.From,
                Leaders = Setup.Leaders,
                StartedAt = Now,
                LastHeartbeat = Now,
                Label = process.Host
            });
        }

        foreach (var host in Hosts.Concat((Upgrade.Spec.Tidb ?? new TiDbSpec()).Services().Select(s => s.Host)))
        {
            Packages[host] = Setup.PackagePresent;
        }

        SeedDashboards();
        PdLeader = Of(DatabaseComponent.PD).FirstOrDefault(p => p.Name == Setup.Leader)?.Name;
        LeaderFrom = Now - TimeSpan.FromHours(1);
        DdlOwner = Of(DatabaseComponent.TiDB).FirstOrDefault()?.Name;
        Priorities["pd-1"] = Setup.Priority;
        foreach (var node in Of(DatabaseComponent.Pump).Concat(Of(DatabaseComponent.Drainer)))
        {
            NodeStates[node.Name] = "online";
        }

        (ClusterVersion, Bootstrap) = (Setup.From, Setup.Bootstrap);
        Limits = new(StringComparer.Ordinal)
        {
            ["leader-schedule-limit"] = 4,
            ["region-schedule-limit"] = 4,
            ["replica-schedule-limit"] = 8,
            ["merge-schedule-limit"] = 8,
            ["hot-region-schedule-limit"] = 2,
            ["max-merge-region-size"] = 0,
            ["max-merge-region-keys"] = 0,
        };
        Spark = Upgrade.Spec.Tidb?.TiSpark is not null ? new TiDbWorldSpark(this) : null;
        Life = new TiDbLife(this, 1);
    }

    public TiDbWorldSetup Setup { get; }

    public ManualTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero));

    public DateTimeOffset Now => Time.GetUtcNow();

    public DatabaseRollingUpgrade Upgrade { get; set; }

    public List<TiDbProcess> Processes { get; } = [];

    public List<TiDbStore> Stores { get; } = [];

    public Dictionary<(string Host, string Path), string> Files { get; } = [];

    public Dictionary<string, bool> Packages { get; } = new(StringComparer.Ordinal);

    public string? PdLeader { get; set; }

    public string? EtcdLeader { get; set; }

    public DateTimeOffset LeaderFrom { get; set; }

    public Dictionary<string, int> Priorities { get; } = new(StringComparer.Ordinal);

    /// <summary>PD members that report no name.</summary>
    public HashSet<string> NamelessMembers { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Persisted evict-leader schedulers, and since when: one that was added in the window is run at once.
    /// </summary>
    public Dictionary<ulong, DateTimeOffset> Evicted { get; } = [];

    public Dictionary<string, long> Limits { get; }

    /// <summary>What PD lists at /operators.</summary>
    public List<string> Operators { get; } = [];

    public string ClusterVersion { get; set; }

    public string? DdlOwner { get; set; }

    public List<DdlJob> Ddl { get; } = [];

    /// <summary>How often the queue of DDL was read.</summary>
    public int DdlReads { get; private set; }

    public List<DdlJob> ReadDdl()
    {
        DdlReads++;
        return Ddl;
    }

    /// <summary>A Spark beside the cluster, where the spec has one.</summary>
    public TiDbWorldSpark? Spark { get; }

    public long Bootstrap { get; set; }

    /// <summary>TiDB servers that write no binlog any more.</summary>
    public HashSet<string> SkipsBinlog { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> NodeStates { get; } = new(StringComparer.Ordinal);

    /// <summary>How many Regions without a quorum each check lists.</summary>
    public Dictionary<string, long> RegionChecks { get; } = new(StringComparer.Ordinal);

    /// <summary>Regions that are incomplete.</summary>
    public List<TiDbRegion> Regions { get; } = [];

    /// <summary>What a check of Regions lists.</summary>
    public IEnumerable<TiDbRegion> RegionsOf(string check) =>
        Regions.Where(r => r.IsListed(check, Setup.MaxReplicas)).Concat(
            from i in Enumerable.Range(0, (int)RegionChecks.GetValueOrDefault(check))
            select check switch
            {
                "down-peer" => new TiDbRegion(900 + (ulong)i, 1, 2, 3) { Down = [1, 2, 3] },
                "pending-peer" => new TiDbRegion(900 + (ulong)i, 1, 2, 3) { Pending = [1, 2, 3] },
                _ => new TiDbRegion(900 + (ulong)i),
            });

    /// <summary>The last errors of the logs, by directory.</summary>
    public Dictionary<string, string> Logs { get; } = new(StringComparer.Ordinal);

    /// <summary>The part of the Regions that PD has heard of.</summary>
    public double Heard { get; set; } = 1;

    public double Backoffs { get; set; }
    public long RegionsMore { get; set; }

    /// <summary>Leaders that do not leave.</summary>
    public int StuckLeaders { get; set; }

    /// <summary>Answers instead of the world's own, by method and path; null for the world's own.</summary>
    public Func<string, TiDbProcess, string, (int Status, string Body)?> Answers { get; set; } =
        static (_, _, _) => null;

    /// <summary>What programs answer instead, by host and arguments.</summary>
    public Func<string, IReadOnlyList<string>, (int Code, string Output)?> Programs { get; set; } =
        static (_, _) => null;

    public HashSet<string> Unreachable { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TimeSpan> Clocks { get; } = new(StringComparer.Ordinal);

    /// <summary>The API server.</summary>
    public FakeKubernetes Objects { get; }

    /// <summary>The status as a life reads it.</summary>
    public Func<DatabaseRollingUpgradeStatus> ReadStatus { get; set; }

    public TiDbStorages Storages { get; } = new();

    /// <summary>Everything that was done to the cluster, in order.</summary>
    public List<string> Done { get; } = [];

    /// <summary>Every request and every look at a host, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What must never happen and did.</summary>
    public List<string> Violations { get; } = [];

    public List<WorldPoint> Points { get; } = [];

    public Func<WorldPoint, Fate> Fates { get; set; } = static _ => Fate.Live;

    /// <summary>Whether the operator may act: it leads.</summary>
    public bool MayAct { get; set; } = true;

    public TiDbLife Life { get; private set; } = null!;

    public PlanProgress? Stored { get; set; }

    public IReadOnlyList<string> Hosts =>
        [.. Upgrade.Spec.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal)];

    public TiDbProcess this[string name] => Processes.Single(p => p.Name == name);

    public IEnumerable<TiDbProcess> Of(DatabaseComponent component) => Processes.Where(p => p.Component == component);

    public TiDbStore StoreOf(string name) => Stores.Single(s => s.Process.Name == name);

    public int Count(string what) => Done.Count(d => d == what);

    // A BackupSnapshot that is asked for is taken and verified after a while.
    private void OnApiChange(IKubernetesObject changed, k8s.WatchEventType type)
    {
        if (type == k8s.WatchEventType.Added && changed is V1Secret or BackupSnapshot)
        {
            Did($"create {changed.Kind} {changed.Metadata.Name}");
        }

        if (changed is BackupSnapshot { Status.Phase: null } asked)
        {
            After(TimeSpan.FromSeconds(30), () =>
            {
                if (Objects.Find<BackupSnapshot>(asked.Metadata.Namespace, asked.Metadata.Name)
                    is { Status.Phase: null } snapshot)
                {
                    Objects.UpdateStatus(snapshot with
                    {
                        Status = new BackupSnapshotStatus
                        {
                            Phase = BackupSnapshotPhases.Succeeded,
                            Verified = snapshot.Spec.Verify,
                            SizeBytes = 4096
                        }
                    });
                }
            });
        }
    }

    public static string Sha(DatabaseComponent component, string version) =>
        ContentHash.Of($"{ProgramNames.Of(new DatabaseRollingUpgradeSpec(), component)} {version}");

    public void Did(string what) => Done.Add(what);

    public void Violated(string what)
    {
        if (!Violations.Contains(what))
        {
            Violations.Add(what);
        }
    }

    public Fate FateAt(string what)
    {
        var point = new WorldPoint(++_points, what, false);
        Points.Add(point);
        return Fates(point);
    }

    public TiDbLife Restart()
    {
        Life.Die();
        return Life = new TiDbLife(this, Life.Id + 1);
    }

    /// <summary>A process begins to run what lies in its place.</summary>
    public void Run(TiDbProcess process)
    {
        (process.Pid, process.Running, process.StartedAt, process.IsStopped) = (++_pids, process.Installed, Now, false);
        if (process.CrashLoops && process.Installed == New)
        {
            var pid = process.Pid;
            After(TimeSpan.FromSeconds(3), () =>
            {
                if (process.Pid == pid)
                {
                    End(process, byOperator: false);
                    process.Restarts++;
                    Run(process);
                }
            });
        }

        if (process.Component == DatabaseComponent.PD && PdLeader is null && Life is not null)
        {
            Elect(TimeSpan.FromMilliseconds(500), null);
        }

        switch (process.Component)
        {
            case DatabaseComponent.TiKV when Stores.Find(s => s.Process == process) is { IsCut: false } store:
                if (TiDbVersion.Parse(process.Installed)!.Value.CompareTo(TiDbVersion.Parse(ClusterVersion)!.Value) < 0)
                {
                    Violated($"{process.Name} is older than the cluster");
                }

                (store.Version, store.StartedAt, store.LastHeartbeat, store.Leaders) = (process.Installed, Now, Now, 0);
                if (Stores.TrueForAll(s => s.Version == New))
                {
                    ClusterVersion = New;
                }

                break;
            case DatabaseComponent.TiDB:
                Boot(process);
                break;
            case DatabaseComponent.Pump or DatabaseComponent.Drainer:
                NodeStates[process.Name] = "online";
                break;
            case DatabaseComponent.PD when process.Installed == New && Setup.MergeMoves
                && Of(DatabaseComponent.PD).All(p => p.Running == New):
                Limits["max-merge-region-size"] = 20;
                Limits["max-merge-region-keys"] = 200000;
                break;
            default:
                break;
        }
    }

    /// <summary>A process ends.</summary>
    public void End(TiDbProcess process, bool byOperator)
    {
        (process.Pid, process.Running) = (null, null);
        if (byOperator)
        {
            Punish(process);
        }

        switch (process.Component)
        {
            case DatabaseComponent.PD when PdLeader == process.Name:
                Elect(TimeSpan.FromSeconds(5.5), null);
                break;
            case DatabaseComponent.TiKV:
                foreach (var store in Stores.Where(s => s.Process == process))
                {
                    store.Leaders = 0;
                }

                break;
            case DatabaseComponent.TiDB when DdlOwner == process.Name:
                DdlOwner = Of(DatabaseComponent.TiDB).FirstOrDefault(IsReady)?.Name;
                break;
            case DatabaseComponent.Pump:
                NodeStates[process.Name] = "paused";
                break;
            default:
                break;
        }
    }

    public bool IsReady(TiDbProcess process) => process.IsAlive && Now >= process.ReadyAt;

    // A TiDB answers once the system tables have the version of its program.
    private void Boot(TiDbProcess process)
    {
        if (Life is null)
        {
            return;
        }

        var pid = process.Pid;
        process.ReadyAt = Now + Setup.TidbStart;
        After(Setup.TidbStart, () =>
        {
            if (process.Pid == pid)
            {
                DdlOwner ??= process.Name;
                Bootstrap = process.Installed == New ? Setup.NewBootstrap : Bootstrap;
            }
        });
    }

    /// <summary>PD has no leader, and after a while one.</summary>
    public void Elect(TimeSpan after, string? heir)
    {
        (PdLeader, EtcdLeader) = (null, null);
        After(after, () =>
        {
            var living = Of(DatabaseComponent.PD).Where(p => p.IsAlive).ToList();
            if (PdLeader is null && living.Count > Of(DatabaseComponent.PD).Count() / 2)
            {
                PdLeader = (living.Find(p => p.Name == heir)
                    ?? living.MaxBy(p => (Priorities.GetValueOrDefault(p.Name), p.Name)))!.Name;
                LeaderFrom = Now;
            }
        });
    }

    public void After(TimeSpan time, Action act) => Time.CreateTimer(_ => act(), null, time, Timeout.InfiniteTimeSpan);

    /// <summary>
    /// Whether PD runs its schedulers and knows the leaders of Regions again after it got a new leader.
    /// </summary>
    public bool SchedulersRun => PdLeader is not null && Now - LeaderFrom >= Setup.SchedulerWindow;

    public bool RunsEvict(ulong store) =>
        Evicted.TryGetValue(store, out var added) && Stores.Exists(s => s.Id == store)
            && (SchedulersRun || added > LeaderFrom);

    /// <summary>Lets leaders move, as far as time has passed.</summary>
    public void Flow()
    {
        var span = (Now - _flowed).TotalSeconds;
        _flowed = Now;
        foreach (var store in Stores)
        {
            if (store.Process.IsAlive && !store.IsCut)
            {
                store.LastHeartbeat = Now;
                store.Leaders = RunsEvict(store.Id)
                    ? Math.Max(StuckLeaders, store.Leaders - (span * Limits["leader-schedule-limit"]))
                    : Evicted.ContainsKey(store.Id)
                        ? store.Leaders
                        : Math.Min(Setup.Leaders, store.Leaders + (span * Limits["leader-schedule-limit"]));
            }
        }
    }

    private DateTimeOffset _flowed = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    // What a stop must never meet.
    private void Punish(TiDbProcess process)
    {
        var others = Processes.Where(p => p != process && p.Component is DatabaseComponent.PD or DatabaseComponent.TiKV
            && !p.IsAlive && !IsBeside(p, process)).ToList();
        if (process.Component is DatabaseComponent.PD or DatabaseComponent.TiKV && others.Exists(o => o != process))
        {
            Violated($"{process.Name} was stopped while {string.Join(", ", others.Select(o => o.Name))} was down");
        }

        if (process.Component == DatabaseComponent.PD && PdLeader == process.Name && Setup.Pds >= 3)
        {
            Violated($"{process.Name} was stopped while it led PD");
        }

        if (Stores.Find(s => s.Process == process) is { Leaders: > 0.5 } store
            && Upgrade.Spec.Drain.OnTimeout == DrainTimeoutPolicy.Fail && Stores.Count > 1)
        {
            Violated(string.Create(
                CultureInfo.InvariantCulture, $"{process.Name} was stopped with {store.Leaders:0} leaders"));
        }

        if (Stores.Find(s => s.Process == process) is { } lost && Setup.MaxReplicas >= 3
            && Regions.Exists(r => r.Voters.Contains(lost.Id) && r.Voters.Count(
                v => v != lost.Id && !r.Down.Contains(v) && !r.Pending.Contains(v)) <= r.Voters.Length / 2))
        {
            Violated($"{process.Name} was stopped while a Region needed it");
        }

        if (process.Component == DatabaseComponent.TiKV
            && (Limits["merge-schedule-limit"], Limits["region-schedule-limit"]) != (0, 0))
        {
            Violated($"{process.Name} was stopped while Regions were merged or balanced");
        }

        if (process.Component == DatabaseComponent.TiKV && Setup.From.StartsWith('2')
            && (Limits["replica-schedule-limit"] != 0
                || Operators.Exists(o => o.Contains("learner", StringComparison.Ordinal))))
        {
            Violated($"{process.Name} was stopped while PD changed replicas (tikv/tikv#8967)");
        }

        if (process.Component == DatabaseComponent.Pump
            && Of(DatabaseComponent.Drainer).Any(d => !d.IsAlive && NodeStates[d.Name] == "online"))
        {
            Violated($"{process.Name} was stopped while a drainer that it must notify was dead");
        }

        if (Ddl.Exists(j => !j.HasEnded))
        {
            Violated($"{process.Name} was stopped while DDL ran");
        }

        if (process.Component == DatabaseComponent.TiDB && Setup.Tidbs > 1
            && Of(DatabaseComponent.TiDB).All(p => p == process || !IsReady(p)))
        {
            Violated($"{process.Name} was the last TiDB alive");
        }
    }
}
