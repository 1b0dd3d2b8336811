namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// OMS on some hosts, its metadata database, an API server and one operator after the other, all in memory and on one
/// thread: deterministic, with a clock that moves only when nothing else can. Every write and every act is a numbered
/// point at which a <see cref="Fate"/> may befall the operator.
/// </summary>
internal sealed partial class OmsWorld
{
    public const string Namespace = "migration";
    public const string OperatorNamespace = "drydock-system";
    public const string NewImage = "registry.example/oms:feature_4.2.2";
    public const string OldName = "oms_322";
    public const string NewName = "oms_422";
    public const string ArchiveDirectory = "/images";
    public const string ArchivePath = "oms_422.tar.gz";

    private int _ids;
    private int _plans;
    private int _pids = 100;
    private int _lives;
    private int _points;

    // The runtime cancels token sources on the pool; worlds that run side by side must not wait for it to grow.
    static OmsWorld() => ThreadPool.SetMinThreads(32, 32);

    public OmsWorld(WorldSetup? setup = null, int? seed = null)
    {
        Setup = setup ?? new WorldSetup();
        Random = seed is { } number ? new Random(number) : null;
        Api = new FakeKubernetes(WorldJson.Crds, Time, Namespace, Setup.RealJson)
        {
            StatusWritten = o => StatusWrites.AddRange(o is OmsUpgrade upgrade ? [upgrade] : [])
        };
        Metadata = new WorldMetadataServer(this);
        Rules = new WorldRules(this);
        Snapshots = new WorldSnapshots(this);
        Restores = new WorldRestores(this);
        Health = new WorldHealth(this);
        Console = new WorldOmsConsole(this);
        NewImageContent = Image(Setup.ToVersion, $"oms:loaded_{Setup.ToVersion}");
        Api.Create(new V1Namespace { Metadata = new V1ObjectMeta { Name = Namespace, Finalizers = ["kubernetes"] } });
        Api.Create(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "docker-tls" },
            Data = Bytes(("ca.crt", "ca"), ("tls.crt", "cert"), ("tls.key", Canary.TlsKey))
        });
        ArchiveSha256 = Archives.Add(ArchiveDirectory, ArchivePath, NewImageContent);
        if (Setup.ImageInRegistry)
        {
            Registry[NewImageName] = NewImageContent with { Reference = NewImageName };
        }

        for (var i = 0; i < Setup.Nodes * Setup.Regions; i++)
        {
            Hosts.Add(new WorldHost(this, Setup.NodeNames?[i] ?? $"oms-{(char)('a' + i)}", $"192.0.2.{216 + i}")
            {
                Region = i / Setup.Nodes,
                HasContainerdStore = Setup.ContainerdHosts.Contains($"oms-{(char)('a' + i)}")
            });
        }

        Hosts.ForEach(Install);
        Time.Advance(TimeSpan.FromSeconds(5));
        Done.Clear();
        Api.Changed = OnApiChange;
        Life = NewLife();
        Lives.Add(Life);
    }

    public WorldSetup Setup { get; }

    public ManualTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero));

    public FakeKubernetes Api { get; }

    /// <summary>The upgrades as their status was written, in order.</summary>
    public List<OmsUpgrade> StatusWrites { get; } = [];

    public List<WorldHost> Hosts { get; } = [];

    public WorldMetadataServer Metadata { get; }

    public WorldArchives Archives { get; } = new();

    public Dictionary<string, WorldImage> Registry { get; } = new(StringComparer.Ordinal);

    public WorldImage NewImageContent { get; }

    public string ArchiveSha256 { get; }

    public WorldSnapshots Snapshots { get; }

    public WorldRestores Restores { get; }

    public WorldHealth Health { get; }

    /// <summary>The API of the consoles, and the projects' links.</summary>
    public WorldOmsConsole Console { get; }

    public WorldBackupStorage BackupStorage { get; } = new();

    public WorldEvents Events { get; } = new();

    public WorldLogs Logs { get; } = new();

    public WorldRules Rules { get; }

    /// <summary>Everything that was done to targets, in order.</summary>
    public List<Act> Done { get; } = [];

    /// <summary>Processes under way: container, pid, witness directory.</summary>
    public HashSet<(string Container, int Pid, string Directory)> Alive { get; } = [];

    /// <summary>Calls that only look, to targets and API server.</summary>
    public int Looks { get; set; }

    /// <summary>How often the targets were asked: <c>exec</c> for a program in a container, <c>sql</c>, <c>ping</c>,
    /// and <c>docker</c> for the rest.</summary>
    public Dictionary<string, int> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>When targets were asked.</summary>
    public HashSet<DateTimeOffset> AskedAt { get; } = [];

    /// <summary>What befalls the operator at each point.</summary>
    public Func<WorldPoint, Fate> Fates { get; set; } = static _ => Fate.Live;

    /// <summary>Points passed so far, over all lives.</summary>
    public List<WorldPoint> Points { get; } = [];

    /// <summary>Null: every life may act. Otherwise the one that holds the lease.</summary>
    public int? Leader { get; set; }

    /// <summary>The controller is handed the object as it was one look earlier.</summary>
    public bool CacheIsBehind { get; set; }

    /// <summary>For another order of continuations; null keeps the order of their arrival.</summary>
    public Random? Random { get; }

    /// <summary>The life that acts at this moment; 0 for the world itself and for people.</summary>
    public int Actor { get; set; }

    /// <summary>The present life.</summary>
    public OperatorLife Life { get; private set; }

    public List<OperatorLife> Lives { get; } = [];

    public WorldHost this[string host] => Hosts.Single(h => h.Name == host);

    /// <summary>The new image as the spec names it.</summary>
    public string NewImageName => $"registry.example/oms:feature_{Setup.ToVersion}{(Setup.Community ? "_ce" : "")}";

    /// <summary>Credentials the registry asks for; null: it asks for none.</summary>
    public (string User, string Password)? RegistryAccount { get; set; }

    private string OldImageName => $"registry.example/oms:feature_{Setup.FromVersion}{(Setup.Community ? "_ce" : "")}";

    public static string RegionName(int region) =>
        region switch
        {
            0 => "cn-hangzhou",
            1 => "cn-heilongjiang",
            _ => string.Create(CultureInfo.InvariantCulture, $"cn-{region}")
        };

    public string HeartbeatDatabase(int region) => string.Create(CultureInfo.InvariantCulture, $"cm_hb_{340 + region}");

    public static Dictionary<string, byte[]> Bytes(params (string Key, string Value)[] values) =>
        values.ToDictionary(v => v.Key, v => System.Text.Encoding.UTF8.GetBytes(v.Value), StringComparer.Ordinal);

    public string NewId() => string.Create(CultureInfo.InvariantCulture, $"{++_ids:x12}");

    public int NewPid() => ++_pids;

    public void After(TimeSpan time, Action act) => Time.CreateTimer(_ => act(), null, time, Timeout.InfiniteTimeSpan);

    public void Ask(string what)
    {
        Asked[what] = Asked.GetValueOrDefault(what) + 1;
        AskedAt.Add(Time.GetUtcNow());
    }

    public void Did(string what, string where) => Done.Add(new Act(what, where, Actor, Time.GetUtcNow()));

    public int Count(string what, string? where = null) =>
        Done.Count(a => a.What == what && (where is null || a.Where == where));

    public Fate FateAt(string what, bool isStatusWrite)
    {
        var point = new WorldPoint(++_points, what, isStatusWrite);
        Points.Add(point);
        return Fates(point);
    }

    /// <summary>A new operator process on the same world.</summary>
    public OperatorLife NewLife() => new(this, ++_lives);

    /// <summary>Puts a second operator beside the present one; both are moved.</summary>
    public OperatorLife Join()
    {
        Life = NewLife();
        Lives.Add(Life);
        return Life;
    }

    /// <summary>The present operator is killed and a new one starts.</summary>
    public void Restart()
    {
        Lives.Remove(Life);
        Life.Die();
        Join();
    }

    public WorldImage Image(string version, string reference) => new()
    {
        Id = $"sha256:{version.Replace(".", "", StringComparison.Ordinal).PadRight(64, '0')}",
        Version = version,
        Reference = reference,
        Reported = Setup.Reported is { } reported ? reported(version) : Spelt(version),
        WorkingDirectory = Setup.WorkingDirectory,
        Files = new HashSet<string>(
            new[] { "/root/docker_init.sh", Setup.JarInImage }.OfType<string>(), StringComparer.Ordinal),
    };

    // As the specs of OmsWorld.Spec have it.
    private string Spelt(string version) =>
        Setup.Community
            ? $"{version}-CE"
            : version switch { "3.2.2" => "3.2.2-bp2", "4.2.2" => "4.2.2-bp1", _ => version };

    private void Install(WorldHost host)
    {
        host.AddImage(Image(Setup.FromVersion, OldImageName));
        if (Setup.ImagePresent)
        {
            host.AddImage(NewImageContent, NewImageName);
        }

        host.Write("/data/oms/config.yaml", Setup.Config(this, host));
        host.Write("/data/oms/logs/docker_init.log", "# 【结束】全部初始化步骤执行成功\n");
        var image = host.Images.Values.First(i => i.Version == Setup.FromVersion);
        var old = new WorldContainer(
            this,
            host,
            OldName,
            image,
            image.Merge(new ContainerConfig
            {
                Image = OldImageName,
                Env =
                    [$"OMS_HOST_IP={host.Ip}", $"API_TOKEN={Canary.Environment}", $"TZ_NAME={Canary.PlainEnvironment}"],
                Tty = true,
            }),
            new HostConfig
            {
                Binds =
                [
                    "/data/oms/config.yaml:/home/admin/conf/config.yaml", "/data/oms/logs:/home/admin/logs",
                    "/data/oms/store:/home/ds/store", "/data/oms/run:/home/ds/run"
                ],
                RestartPolicy = new RestartPolicy { Name = "always" },
                NetworkMode = "host",
            });
        host.Containers.Add(old);
        old.Start();
    }

    private void OnApiChange(IKubernetesObject changed, k8s.WatchEventType type)
    {
        var gone = type == k8s.WatchEventType.Deleted;
        if (changed is OmsUpgrade { Status: { } status })
        {
            Rules.Read(status);
        }

        if (changed is BackupSnapshot snapshot && snapshot.Status?.Phase is null && !gone)
        {
            Snapshots.Created(snapshot);
        }

        if (changed is SnapshotRestore restore && restore.Status?.Phase is null && !gone)
        {
            Restores.Created(restore);
        }

        foreach (var life in Lives)
        {
            switch (changed)
            {
                case OmsUpgrade upgrade when gone || life.Id != Actor:
                    life.Wake(upgrade.Metadata.Namespace, upgrade.Metadata.Name);
                    break;
                case V1Secret secret:
                    WakeUsers(life, secret);
                    break;
                case BackupSnapshot or SnapshotRestore:
                    life.SnapshotChanges.Set();
                    break;
                default:
                    break;
            }
        }
    }

    private void WakeUsers(OperatorLife life, V1Secret secret)
    {
        foreach (var upgrade in Api.All<OmsUpgrade>().Where(
            u => Drydock.Reconcilers.Oms.OmsUpgradeController.ReferencedSecrets(u).Contains(secret.Metadata.Name)))
        {
            life.Wake(upgrade.Metadata.Namespace, upgrade.Metadata.Name);
        }
    }
}
