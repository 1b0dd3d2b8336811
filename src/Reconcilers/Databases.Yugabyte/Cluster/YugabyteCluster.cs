namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>One universe, as the spec lists it: its processes, their addresses and their clients.</summary>
internal sealed class YugabyteCluster(IYugabyteTargets targets)
{
    public const int AtATime = 16;

    // If this many hosts cannot be reached, the network is the cause.
    private const int OtherToolHosts = 3;

    public DatabaseRollingUpgradeSpec Spec => targets.Upgrade.Spec;

    public YugabyteSpec Settings => Spec.Yugabyte ?? new YugabyteSpec();

    public YugabyteVocabulary Vocabulary => YugabyteVocabulary.Of(Spec);

    public IReadOnlyList<DatabaseInstance> Masters =>
        [.. Spec.Instances.Where(i => i.Component == DatabaseComponent.Master)];

    public IReadOnlyList<DatabaseInstance> Tservers =>
        [.. Spec.Instances.Where(i => i.Component == DatabaseComponent.Tserver)];

    public YbMasterClient MasterClient => new(targets.Http, Vocabulary);

    public YbTserverClient TserverClient => new(targets.Http, Vocabulary);

    public ISqlProbe Sql => targets.SqlProbe;

    public TimeSpan MaxFollowerLag => KubernetesDuration.Parse(Settings.MaxFollowerLag);

    /// <summary>How long an instance must have been healthy.</summary>
    public TimeSpan Settle => KubernetesDuration.Parse(Spec.Settle);

    /// <summary>An instance by its name.</summary>
    /// <exception cref="KeyNotFoundException">The spec no longer lists it.</exception>
    public DatabaseInstance Instance(string name) =>
        Spec.Instances.Find(i => i.Name == name) ?? throw new KeyNotFoundException(
            $"spec.instances no longer lists '{name}'. Add it again until the upgrade has ended.");

    public ServiceAddress Web(DatabaseInstance instance) => new(instance.Host, DefaultPorts.Status(Spec, instance));

    public ServiceAddress Rpc(DatabaseInstance instance) => new(instance.Host, DefaultPorts.Service(Spec, instance));

    public AdminTool Tool() => Tool($"{Spec.Package.Directory}/bin/{Vocabulary.AdminProgram}");

    public AdminTool Tool(string program) => Tool(program, targets.Hosts.ToolHost);

    /// <summary>The host on which a catalogue upgrade runs now; null if none is found.</summary>
    /// <exception cref="TargetException">The tool host cannot be searched.</exception>
    public async Task<string?> FindCatalogUpgradeAsync(CancellationToken cancellationToken)
    {
        var hosts = targets.Hosts.All.Union([targets.Hosts.ToolHost], StringComparer.Ordinal).ToList();
        var found = await EachAsync(hosts, IsBusyAsync, cancellationToken);
        return hosts.Where((_, at) => found[at]).FirstOrDefault();

        async Task<bool> IsBusyAsync(string host, CancellationToken token)
        {
            try
            {
                return await Tool(Tool().Program, host).IsUpgradingCatalogAsync(token);
            }
            catch (HostException exception)
                when (exception.IsRequestNotTaken && host != targets.Hosts.ToolHost)
            {
                // The operator starts the command on the tool host only. Another host that is down runs none.
                return false;
            }
        }
    }

    private AdminTool Tool(string program, string host) =>
        new(
            targets.Hosts.Files(host),
            program,
            Vocabulary,
            [.. Masters.Select(Rpc)],
            AdminToolTls.Of(Spec.Tls),
            targets.Redact);

    /// <summary>The AutoFlags configuration, by the tool of the tool host. If that host cannot be reached, the same
    /// tool of another host is asked, unless certificates are needed, of which only the tool host is known to have
    /// them.</summary>
    /// <exception cref="TargetException">It cannot be read.</exception>
    public async Task<AutoFlagsConfig> AutoFlagsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Tool().AutoFlagsAsync(cancellationToken);
        }
        catch (HostException exception) when (exception.IsRequestNotTaken && Spec.Tls?.CertsDirName is null)
        {
            var others = targets.Hosts.All.Where(h => h != targets.Hosts.ToolHost).Take(OtherToolHosts).ToList();
            foreach (var other in others)
            {
                try
                {
                    return await Tool($"{Spec.Package.Directory}/bin/{Vocabulary.AdminProgram}", other)
                        .AutoFlagsAsync(cancellationToken);
                }
                catch (HostException next) when (next.IsRequestNotTaken && other != others[^1])
                {
                    // The next one may be reached.
                }
            }

            throw;
        }
    }

    public AdminTool PeerTool(ReplicationGroup group) =>
        PeerTool(group, $"{Spec.Package.Directory}/bin/{Vocabulary.AdminProgram}");

    public AdminTool PeerTool(ReplicationGroup group, string program) =>
        new(
            targets.Hosts.Files(targets.Hosts.ToolHost),
            program,
            Vocabulary,
            [
                .. group.Peer.Masters.Select(
                    m => ServiceAddress.TryParse(m, out var address)
                        ? address
                        : throw new FormatException(
                            $"'{m}' in spec.yugabyte.replication.groups[{group.Name}].peer.masters is not HOST:PORT")),
            ],
            AdminToolTls.Of(group.Peer),
            targets.Redact);

    public AdminTool Tool(ReplicationGroup group, ReplicationTarget target) =>
        target == ReplicationTarget.Here ? Tool() : PeerTool(group);

    /// <summary>A replication group of the spec.</summary>
    /// <exception cref="KeyNotFoundException">The spec no longer lists it.</exception>
    public ReplicationGroup Group(string name) =>
        Settings.Replication.Groups.Find(g => g.Name == name) ?? throw new KeyNotFoundException(
            $"spec.yugabyte.replication.groups no longer lists '{name}'. Add it again until the upgrade has ended.");

    /// <summary>A replication group in the consumer registry of its target; null if it is not there.</summary>
    /// <exception cref="TargetException">The registry cannot be read.</exception>
    public async Task<YbInboundGroup?> InboundAsync(
        ReplicationGroup group, ReplicationTarget target, CancellationToken cancellationToken)
    {
        if (target == ReplicationTarget.There)
        {
            return await Peer(group).GroupAsync(cancellationToken);
        }

        var leader = await LeaderAsync(cancellationToken);
        var config = await MasterClient.ClusterConfigAsync(leader, cancellationToken);
        return config.Groups.FirstOrDefault(g => g.Name == group.Name);
    }

    /// <summary>How long the source of a replication group keeps its log for a target that does not read it; null if
    /// its flags do not say it.</summary>
    /// <exception cref="TargetException">The flags cannot be read.</exception>
    public async Task<TimeSpan?> RetentionAsync(
        ReplicationGroup group, ReplicationTarget target, CancellationToken cancellationToken)
    {
        if (target == ReplicationTarget.Here)
        {
            return await Peer(group).RetentionAsync(cancellationToken);
        }

        var leader = await LeaderAsync(cancellationToken);
        var flags = await EachAsync(
            [leader, .. Tservers.Select(Web)], MasterClient.FlagsAsync, cancellationToken);
        return ReplicationRetention.Of(flags);
    }

    public PeerCluster Peer(ReplicationGroup group) => new(this, group, targets.Peer(group.Name));

    /// <summary>The address of the pages of the leading master. Every master is asked directly; a master that does not
    /// answer is ignored as long as exactly one of the others leads.</summary>
    /// <exception cref="ClusterUnhealthyException">No master leads, or more than one reports to lead.</exception>
    public async Task<ServiceAddress> LeaderAsync(CancellationToken cancellationToken)
    {
        var client = MasterClient;
        var asked = await Task.WhenAll(Masters.Select(async master =>
        {
            try
            {
                return (
                    Master: master,
                    Leads: await client.IsLeaderAsync(Web(master), cancellationToken),
                    Problem: (string?)null);
            }
            catch (TargetException exception)
            {
                return (Master: master, Leads: false, Problem: exception.Message);
            }
        }));
        var leaders = asked.Where(a => a.Leads).ToList();
        return leaders.Count switch
        {
            1 => Web(leaders[0].Master),
            0 => throw new ClusterUnhealthyException(
                Reasons.NoLeader,
                "No master leads, so nothing is stopped or changed."
                + string.Concat(asked.Where(a => a.Problem is not null).Select(a => $" {a.Master.Name}: {a.Problem}"))
                + " Start the masters that do not run, and check the network between them."),
            _ => throw new ClusterUnhealthyException(
                Reasons.NoLeader,
                $"{string.Join(" and ", leaders.Select(l => l.Master.Name))} both report that they lead. "
                + "If that does not "
                + "end automatically, check their clocks and network."),
        };
    }

    public async Task<ClusterView> ReadAsync(CancellationToken cancellationToken)
    {
        var leader = await LeaderAsync(cancellationToken);
        var client = MasterClient;
        var (masters, tservers, health) = (
            client.MastersAsync(leader, cancellationToken),
            client.TserversAsync(leader, cancellationToken),
            client.HealthAsync(leader, cancellationToken));
        var (leaderless, under, config) = (
            client.LeaderlessTabletsAsync(leader, cancellationToken),
            client.UnderReplicatedTabletsAsync(leader, cancellationToken),
            client.ClusterConfigAsync(leader, cancellationToken));
        await Task.WhenAll(masters, tservers, health, leaderless, under, config);
        return new ClusterView
        {
            Leader = leader,
            Masters = await masters,
            Tservers = await tservers,
            Health = await health,
            Leaderless = await leaderless,
            UnderReplicated = await under,
            Config = await config,
        };
    }

    public Task<YugabyteVersion> VersionAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        MasterClient.VersionAsync(Web(instance), cancellationToken);

    /// <summary>Tablet servers that were lost and taken out: dead, in the server blacklist, and not among the
    /// instances, because spec.skip names them. Masters list them until they are removed
    /// (docs/research/yugabytedb.md#lost-hosts).</summary>
    public IReadOnlyList<YbTserver> TakenOut(IReadOnlyList<YbTserver> listed, YbClusterConfig config)
    {
        var known = Tservers.Select(Web).ToHashSet();
        return
        [
            .. listed.Where(t => !t.IsAlive
                && !known.Contains(t.Web)
                && config.ServerBlacklist.Any(b => HostNames.AreSame(b.Host, t.Web.Host))),
        ];
    }

    /// <summary>That a process does not answer, and why; null if it does. The status ALIVE of the master proves nothing
    /// for a minute, so the process is asked directly.</summary>
    public async Task<string?> FindSilenceAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            _ = await VersionAsync(instance, cancellationToken);
            return null;
        }
        catch (TargetException exception)
        {
            return $"{instance.Name} does not answer. {exception.Message} Start it. "
                + LostInstance.Advice(instance.Name);
        }
    }

    public static async Task<IReadOnlyList<TResult>> EachAsync<T, TResult>(
        IReadOnlyList<T> items,
        Func<T, CancellationToken, Task<TResult>> work,
        CancellationToken cancellationToken,
        int atATime = AtATime)
    {
        var results = new TResult[items.Count];
        var last = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(atATime, items.Count)).Select(_ => NextAsync()));
        return results;

        async Task NextAsync()
        {
            for (var i = Interlocked.Increment(ref last); i < items.Count; i = Interlocked.Increment(ref last))
            {
                results[i] = await work(items[i], cancellationToken);
            }
        }
    }
}

/// <summary>The state of the cluster does not allow the request: it has no leader, two leaders, or a server that is not
/// listed.</summary>
internal sealed class ClusterUnhealthyException(string reason, string message) : TargetException(reason, message)
{
    public override bool IsRequestNotTaken => true;
}
