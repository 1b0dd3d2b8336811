namespace Drydock.Tests.Unit.Fakes;

/// <summary>How the world is at the beginning, and how it behaves.</summary>
internal sealed record WorldSetup
{
    /// <summary>Name of the upgrade.</summary>
    public string Name { get; init; } = "up";

    public const string HaOff = """{"enable":false,"customKey":"keep me","refetchStoreIntervalMin":30}""";

    public const string PartialHa =
        """{"enable":true,"enableHost":false,"customKey":"keep me","refetchStoreIntervalMin":30}""";

    /// <summary>Nodes of each region.</summary>
    public int Nodes { get; init; } = 2;

    /// <summary>Names of the nodes; null for oms-a, oms-b and so on.</summary>
    public IReadOnlyList<string>? NodeNames { get; init; }

    /// <summary>Regions; one has no name of its own.</summary>
    public int Regions { get; init; } = 1;

    /// <summary>The Community edition.</summary>
    public bool Community { get; init; }

    /// <summary>cm_nodes of a host's config.yaml; null: the hosts of its region.</summary>
    public Func<OmsWorld, WorldHost, IEnumerable<string>>? CmNodes { get; init; }

    /// <summary>
    /// On which hosts the JAR has to run; null: on all for one region, on the first of each for several.
    /// </summary>
    public Func<OmsWorld, IEnumerable<WorldHost>>? JarOn { get; init; }

    /// <summary>The row ha.config that docker_init.sh makes where there is none; null: none.</summary>
    public string? InitBringsHaConfig { get; init; }

    /// <summary>Every object goes through its JSON form, as with a real API server.</summary>
    public bool RealJson { get; init; } = true;

    public string FromVersion { get; init; } = "3.2.2";

    public string ToVersion { get; init; } = "4.2.2";

    /// <summary>imageVersion in the supervisor.json of an image of a version, null for none; by default that of the
    /// spec.</summary>
    public Func<string, string?>? Reported { get; init; }

    public bool NeedsJar { get; init; } = true;

    /// <summary>The row ha.config; null: there is none.</summary>
    public string? HaConfig { get; init; } = PartialHa;

    /// <summary>The new image is on the hosts already.</summary>
    public bool ImagePresent { get; init; }

    /// <summary>The new image can be pulled.</summary>
    public bool ImageInRegistry { get; init; }

    public TimeSpan SupervisorTakes { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>The programs that supervisord of a version has; null: OMS's five.</summary>
    public Func<string, IReadOnlyList<string>>? Programs { get; init; }

    /// <summary>docker_init.sh runs on every host, because their config.yaml differs.</summary>
    public bool InitsEveryHost { get; init; }

    public TimeSpan ProgramTakes { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>From RUNNING until the console serves.</summary>
    public TimeSpan ConsoleTakes { get; init; }

    /// <summary>The hosts whose dockerd has containerd's image store.</summary>
    public IReadOnlyList<string> ContainerdHosts { get; init; } = [];

    public TimeSpan JarTakes { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan InitTakes { get; init; } = TimeSpan.FromSeconds(150);

    public TimeSpan RestoreTakes { get; init; } = TimeSpan.FromSeconds(6);

    public TimeSpan DumpTakes { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Exit code and output of the correction JAR.</summary>
    public Func<OmsWorld, WorldContainer, (int Code, string Log)> Jar { get; set; } =
        static (_, _) => (0, $"corrected with {Canary.MetaPassword}\n");

    /// <summary>Where the first start of a new container puts the correction JAR; null: nowhere.</summary>
    public string? JarAtStart { get; init; }

    /// <summary>Where the new image has the correction JAR; null: nowhere.</summary>
    public string? JarInImage { get; init; } = "/root/correction-1.0-SNAPSHOT-jar-with-dependencies.jar";

    /// <summary>The working directory of images.</summary>
    public string WorkingDirectory { get; init; } = "/root";

    /// <summary>Whether java cannot open a JAR that is there.</summary>
    public Func<OmsWorld, WorldContainer, bool> JarIsClosed { get; set; } = static (_, _) => false;

    /// <summary>
    /// Exit code and output of docker_init.sh. %marker% is its success line, %done% is nothing: all was done, and its
    /// last line is another.
    /// </summary>
    public Func<OmsWorld, WorldContainer, (int Code, string Log)> Init { get; set; } =
        static (_, _) => (0, $"# 【步骤一】校验 {Canary.DrcPassword}\n%marker%");

    /// <summary>Whether a container ends at once when it is started.</summary>
    public Func<WorldContainer, bool>? DiesAtStart { get; set; }

    /// <summary>Whether a program comes to FATAL when it is started.</summary>
    public Func<WorldContainer, string, bool>? ProgramDies { get; set; }

    /// <summary>Whether oms_console of a new container runs before docker_init.sh did.</summary>
    public Func<WorldContainer, bool>? ConsoleRunsBeforeInit { get; init; } =
        static container => container.Host.Name == "oms-a";

    public bool PeopleMayStartOld { get; init; }

    /// <summary>Text of a node's config.yaml.</summary>
    public Func<OmsWorld, WorldHost, string> Config { get; set; } = static (world, host) => $"""
        oms_meta_host: {WorldMetadataServer.Host}
        oms_meta_port: {WorldMetadataServer.Port}
        oms_meta_user: drc
        oms_meta_password: "{Canary.MetaPassword}"
        drc_rm_db: rm_340
        drc_cm_db: cm_340
        drc_cm_heartbeat_db: {world.HeartbeatDatabase(host.Region)}
        drc_user: sysuser
        drc_password: {Canary.DrcPassword}
        "cm_url": http://192.0.2.216:8088
        cm_location: "{(world.Setup.Regions == 1 ? 0 : host.Region + 1)}"
        {(world.Setup.Regions == 1 ? "no_region" : "cm_region")}: {OmsWorld.RegionName(host.Region)}
        cm_is_default: !!bool "{(host.Region == 0 ? "true" : "false")}"
        cm_nodes: [{string.Join(", ", world.Setup.CmNodes?.Invoke(world, host) ?? world.Hosts.Where(h => h.Region == host.Region).Select(h => h.Ip))}]
        tsdb_password: {Canary.TsdbPassword}
        apsara_audit_sls_access_key: {Canary.SlsKey}
        apsara_audit_sls_access_secret: {Canary.SlsSecret}
        future_key: kept

        """;
}
