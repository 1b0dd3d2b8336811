namespace Drydock.Lab.Oms;

/// <summary>
/// An OMS in use on real Docker hosts and a real MetaDB, ready for an upgrade. A reset restores that state in seconds.
/// </summary>
public sealed class OmsScenario
{
    /// <summary>oms_meta_user. It has all rights on its databases and no others.</summary>
    public const string MetaUser = "oms_meta";

    /// <summary>The OpenAPI user of the 4.2.2 console.</summary>
    public const string ApiUser = "admin";

    private const string AuditUser = "drydock_lab_audit";
    private const string AuditPassword = "lab-audit";
    private const string AuditDatabase = "drydock_lab_audit";
    private const string Marker = "# 【结束】全部初始化步骤执行成功";

    private readonly IOmsMetaDb _metaDb;
    private readonly TimeProvider _time;
    private readonly OmsMounts _mounts;

    /// <summary>Describes a scenario. Nothing is changed before <see cref="ResetAsync"/>.</summary>
    public OmsScenario(
        IReadOnlyList<IOmsHost> hosts, IOmsMetaDb metaDb, OmsScenarioOptions options, TimeProvider? time = null)
    {
        _metaDb = metaDb;
        _time = time ?? TimeProvider.System;
        Options = options;
        Regions = options.Regions ?? [new OmsRegion("cn-hangzhou", 1, "cm_hb_340", hosts)];
        Nodes = [.. Regions.SelectMany(
            region => region.Hosts.Select(host => new OmsNode(host, region, Path.Combine(options.Root, host.Name))))];
        (From, To) = (options.Images.Of(options.From), options.Images.Of(options.To));
        _mounts = new OmsMounts(this, metaDb);
    }

    /// <summary>The image that runs before the upgrade.</summary>
    public OmsImage From { get; }

    /// <summary>The image of the upgrade.</summary>
    public OmsImage To { get; }

    public OmsScenarioOptions Options { get; }

    /// <summary>Regions in order; the first is the default one.</summary>
    public IReadOnlyList<OmsRegion> Regions { get; }

    /// <summary>All nodes, region by region.</summary>
    public IReadOnlyList<OmsNode> Nodes { get; }

    /// <summary>rm, cm, and each region's heartbeat database.</summary>
    public IReadOnlyList<string> Databases =>
        [Options.RmDatabase, Options.CmDatabase, .. Regions.Select(x => x.HeartbeatDatabase)];

    /// <summary>
    /// Seeds the scenario, the first time and every time after: removes every container of OMS from the hosts, creates
    /// the databases again, writes the mounts of an OMS in use, loads the images of the options, and starts the old OMS
    /// on all nodes. At the end its programs are RUNNING, its hosts are ONLINE, and its consoles have read ha.config.
    /// </summary>
    /// <exception cref="TimeoutException">The old OMS did not come up. The message says which parts are
    /// missing.</exception>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        await ClearAsync();
        Directory.CreateDirectory(Options.Root);
        OmsCertificate.Write(Nodes);
        await Task.WhenAll([SeedAsync(), .. Nodes.Select(PrepareAsync)]);
        await Task.WhenAll(Nodes.Select(StartOldAsync));
        await WaitUntilUpAsync(cancellationToken);
    }

    /// <summary>
    /// Removes every running or stopped container of OMS from the hosts at once, and the content of the mounts. The
    /// databases stay.
    /// </summary>
    public async Task ClearAsync()
    {
        await Task.WhenAll(Nodes.Select(async node =>
        {
            var ids = await OmsContainers.ListAsync(node.Host, Options.Images.All.Keys);
            if (ids.Length > 0)
            {
                await node.Host.DockerAsync(["rm", "-f", "-v", .. ids]);
            }

            _mounts.Clear(node);
        }));
    }

    /// <summary>Does the same as <see cref="ClearAsync"/> and drops the databases too.</summary>
    public async Task RemoveAsync()
    {
        await ClearAsync();
        await EndSessionsAsync();
        await _metaDb.ExecAsync(string.Concat(Databases.Select(x => $"DROP DATABASE IF EXISTS `{x}`;")));
    }

    /// <summary>
    /// The arguments of <c>docker run</c> for one node (docs/project/research/oms.md#container).
    /// <paramref name="upgrade"/> adds IS_UPGRADE=true.
    /// </summary>
    public IReadOnlyList<string> RunArguments(
        OmsNode node, string container, string image, string restart, bool upgrade) =>
    [
        "run", "-dit", "--net", "host", "--restart", restart, .. BindsOf(node).SelectMany(bind => new[] { "-v", bind }),
        "-e", $"OMS_HOST_IP={node.Host.Address}",
        .. upgrade ? new[] { "-e", "IS_UPGRADE=true" } : ["-e", $"OMS_ADMIN_PASSWORD={OmsCanaries.ContainerPassword}"],
        "--privileged=true", "--pids-limit", "-1", "--ulimit", "nproc=65535:65535",
        .. upgrade ? [] : Options.OldRunOptions, "--name", container, image,
    ];

    /// <summary>The binds of a node's containers.</summary>
    public IReadOnlyList<string> BindsOf(OmsNode node) =>
    [
        .. Options.ConfigDirectoryBound
            ? node.Binds.Select(bind => bind == node.ConfigBind ? node.ConfigDirectoryBind : bind)
            : node.Binds,
        .. Options.Https ? node.HttpsBinds : [],
    ];

    /// <summary>Sets the switches of all nodes or of one. Unset ones return to their default.</summary>
    public Task SetKnobsAsync(OmsKnobs knobs, IOmsHost? host = null) =>
        Task.WhenAll(Nodes.Where(x => host is null || x.Host.Name == host.Name)
            .Select(node => _mounts.WriteKnobsAsync(node, knobs, Audit())));

    /// <summary>Sets the rights of OMS' user on its databases: <c>ALL PRIVILEGES</c> (as seeded), or a list.</summary>
    public Task<string> SetPrivilegesAsync(string privileges) => _metaDb.ExecAsync(string.Concat(Databases.Select(x =>
    {
        var pattern = $"`{x.Replace("_", "\\_", StringComparison.Ordinal)}`.*";
        return $"REVOKE ALL PRIVILEGES ON {pattern} FROM {MetaUser}@'%'; GRANT {privileges} ON {pattern} TO "
            + $"{MetaUser}@'%';";
    })));

    /// <summary>All events of the stand-in since the last reset.</summary>
    public async Task<IReadOnlyList<OmsAuditEntry>> AuditAsync()
    {
        var rows = await _metaDb.ExecAsync(
            "SELECT id, at, host_ip, version, event, IFNULL(detail, ''), container FROM audit WHERE scope = "
            + $"{OmsSeed.Quote(Options.RmDatabase)} ORDER BY id",
            AuditDatabase);
        return [.. Lines(rows).Select(line => line.Split('\t')).Select(x =>
            new OmsAuditEntry(long.Parse(x[0], CultureInfo.InvariantCulture), x[1], x[2], x[3], x[4], x[5], x[6]))];
    }

    /// <summary>How often one of <see cref="OmsEvents"/> was recorded since the last reset.</summary>
    public async Task<int> CountAsync(string @event, IOmsHost? host = null) =>
        (await AuditAsync()).Count(x => x.Event == @event && (host is null || x.HostIp == host.Address));

    /// <summary>The details of all punishments since the last reset; empty for an upgrade without a mistake.</summary>
    public async Task<IReadOnlyList<string>> PunishmentsAsync() =>
        [.. (await AuditAsync()).Where(x => x.Event == OmsEvents.Punished).Select(x => x.Detail)];

    /// <summary>The text of ha.config, or null if the row is absent.</summary>
    public async Task<string?> ReadHaConfigAsync()
    {
        var hex = Lines(await _metaDb.ExecAsync(
            "SELECT HEX(cfg_value) FROM oms_normal_config WHERE cfg_name = 'ha.config'", Options.RmDatabase));
        return hex.Length == 0 ? null : System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex[0]));
    }

    /// <summary>Reads the end state that tests compare; see <see cref="OmsState"/>.</summary>
    public Task<OmsState> ReadStateAsync() => new OmsStateReader(this, _metaDb).ReadAsync();

    /// <summary>
    /// Writes config.yaml of one node again, in place, so that a container with a bind of it sees the change.
    /// </summary>
    public Task WriteConfigAsync(OmsNode node, Func<string, string>? edit = null) =>
        _mounts.WriteConfigAsync(node, edit);

    internal static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private OmsAuditAccess Audit() => new(_metaDb.Host, _metaDb.Port, AuditUser, AuditPassword, AuditDatabase);

    // A dump or restore whose operator was killed may still use the databases, and a DROP would wait for it.
    private async Task EndSessionsAsync()
    {
        var databases = string.Join(", ", Databases.Select(OmsSeed.Quote));
        var ids = $"SELECT id FROM information_schema.processlist WHERE db IN ({databases}) AND id <> CONNECTION_ID()";
        const int limit = 100;
        for (var attempt = 1; Lines(await _metaDb.ExecAsync(ids)) is [var id, ..]; attempt++)
        {
            try
            {
                await _metaDb.ExecAsync($"KILL {id}");
            }
            catch (Exception) when (attempt < limit)
            {
                // The session ended between the two statements. If it still exists, the next pass finds it.
            }
        }
    }

    private async Task SeedAsync()
    {
        await EndSessionsAsync();
        var scope = OmsSeed.Quote(Options.RmDatabase);
        var grants = string.Concat(Databases.Select(
            x => $"GRANT ALL PRIVILEGES ON `{x.Replace("_", "\\_", StringComparison.Ordinal)}`.* TO {MetaUser}@'%';"));
        await _metaDb.ExecAsync($"""
            CREATE DATABASE IF NOT EXISTS {AuditDatabase} CHARACTER SET utf8mb4;
            CREATE TABLE IF NOT EXISTS {AuditDatabase}.audit (
              id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, at datetime(6) NOT NULL DEFAULT current_timestamp(6), token varchar(16) NOT NULL UNIQUE, host_ip varchar(64) NOT NULL, version varchar(32) NOT NULL,
              event varchar(64) NOT NULL, detail text, scope varchar(64) NOT NULL, container varchar(16) NOT NULL, KEY idx_scope (scope, id)) ENGINE=InnoDB;
            CREATE TABLE IF NOT EXISTS {AuditDatabase}.live (
              name varchar(190) NOT NULL PRIMARY KEY, scope varchar(64) NOT NULL, kind varchar(32) NOT NULL, host_ip varchar(64) NOT NULL, version varchar(32) NOT NULL) ENGINE=InnoDB;
            CREATE TABLE IF NOT EXISTS {AuditDatabase}.baseline (
              scope varchar(64) NOT NULL, name varchar(64) NOT NULL, fingerprint varchar(64) NOT NULL, PRIMARY KEY (scope, name)) ENGINE=InnoDB;
            CREATE USER IF NOT EXISTS {AuditUser}@'%' IDENTIFIED BY '{AuditPassword}';
            GRANT SELECT, INSERT, UPDATE, DELETE ON {AuditDatabase}.* TO {AuditUser}@'%';
            CREATE USER IF NOT EXISTS {MetaUser}@'%';
            ALTER USER {MetaUser}@'%' IDENTIFIED BY {OmsSeed.Quote(OmsCanaries.MetaPassword)};
            {grants}
            GRANT PROCESS ON *.* TO {MetaUser}@'%';
            DELETE FROM {AuditDatabase}.audit WHERE scope = {scope};
            DELETE FROM {AuditDatabase}.live WHERE scope = {scope};
            DELETE FROM {AuditDatabase}.baseline WHERE scope = {scope};
            {OmsSeed.Databases(Options, Regions)}
            """);
    }

    private async Task PrepareAsync(OmsNode node)
    {
        await _mounts.SeedAsync(node, Marker);
        await _mounts.WriteConfigAsync(
            node, Options.EditConfig is null ? null : text => Options.EditConfig(node.Host, text));
        await _mounts.WriteKnobsAsync(node, Options.Knobs, Audit());
        var present = Lines(
            await node.Host.DockerAsync("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"));
        await EnsureImageAsync(node, present, From);
        if (Options.NewImagePresent)
        {
            await EnsureImageAsync(node, present, To);
        }
        else if (present.Any(x => x.EndsWith(To.Id, StringComparison.Ordinal)))
        {
            // By id, whatever the name under which it was loaded or pulled.
            await node.Host.DockerAsync("rmi", "-f", To.Id);
        }
    }

    private static async Task EnsureImageAsync(OmsNode node, string[] present, OmsImage image)
    {
        if (!present.Contains($"{image.Tag} {image.Id}", StringComparer.Ordinal))
        {
            await node.Host.DockerAsync("load", "-q", "-i", image.Archive);
        }
    }

    private Task StartOldAsync(OmsNode node) =>
        node.Host.DockerAsync(
            [.. RunArguments(node, Options.OldContainer, From.Tag, Options.OldRestartPolicy, upgrade: false)]);

    private async Task WaitUntilUpAsync(CancellationToken cancellationToken)
    {
        var deadline = _time.GetTimestamp();
        while (true)
        {
            var missing = await MissingAsync();
            if (missing.Count == 0)
            {
                return;
            }

            if (_time.GetElapsedTime(deadline) > Deadline.Default)
            {
                throw new TimeoutException("OMS did not come up: " + string.Join("; ", missing));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(60), _time, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<string>> MissingAsync()
    {
        var online = await _metaDb.ExecAsync(
            string.Join(" UNION ALL ", Regions.Select(region => $"""
                SELECT h.ip FROM `{Options.CmDatabase}`.host h JOIN `{region.HeartbeatDatabase}`.heart_beat b ON b.host_ip = h.ip
                WHERE h.host_status = 'ONLINE' AND b.task_name = 'supervisor' AND b.gmt_modified > now() - INTERVAL 10 SECOND
                """)) + $" UNION ALL SELECT DISTINCT concat('console ', host_ip) FROM {AuditDatabase}.audit WHERE "
            + $"event = '{OmsEvents.ConsoleStart}' AND scope = {OmsSeed.Quote(Options.RmDatabase)}");
        var seen = Lines(online).ToHashSet(StringComparer.Ordinal);
        List<string> missing =
        [
            .. Nodes.Select(x => x.Host.Address).Where(x => !seen.Contains(x))
                .Select(x => $"host {x} is not ONLINE with a fresh heartbeat"),
            .. Nodes.Select(x => $"console {x.Host.Address}").Where(x => !seen.Contains(x))
                .Select(x => x + " has not started"),
        ];

        // Without startsecs a started program is RUNNING at once.
        if (missing.Count == 0 && Options.Knobs.StartSecs > 0)
        {
            missing.AddRange((await Task.WhenAll(Nodes.Select(StartingAsync))).SelectMany(x => x));
        }

        return missing;
    }

    private async Task<IEnumerable<string>> StartingAsync(OmsNode node)
    {
        var programs = await OmsPrograms.ReadAsync(node.Host, Options.OldContainer);
        return programs
            .Where(x => x.Value == "STARTING" && Options.Knobs.Programs?.ContainsKey(x.Key) is not true)
            .Select(x => $"{x.Key} of {node.Host.Name} is STARTING");
    }
}
