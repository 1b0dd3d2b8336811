namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>One universe, as the spec lists it: its processes, their addresses and their clients, for preflight, steps
/// and guards of one upgrade.</summary>
internal sealed class YugabyteCluster(IEngineContext context)
{
    public const int AtATime = 16;

    // If this many hosts cannot be reached, the network is the cause.
    private const int OtherToolHosts = 3;

    private readonly Dictionary<string, IServiceHttp> _peers = new(StringComparer.Ordinal);

    public IEngineContext Context => context;

    public IDatabaseHosts Hosts => context.Hosts;

    public DatabaseRollingUpgradeSpec Spec => context.Upgrade.Spec;

    public YugabyteSpec Settings => Spec.Yugabyte ?? new YugabyteSpec();

    public YugabyteVocabulary Vocabulary => YugabyteVocabulary.Of(Spec);

    public IReadOnlyList<DatabaseInstance> Masters =>
        [.. Spec.Instances.Where(i => i.Component == DatabaseComponent.Master)];

    public IReadOnlyList<DatabaseInstance> Tservers =>
        [.. Spec.Instances.Where(i => i.Component == DatabaseComponent.Tserver)];

    public YbClient Client => new(context.Http, Vocabulary);

    public SqlProbe Sql => new(
        context.Connections,
        context.Time,
        context.Secrets.Sql?.User ?? Extensions.DefaultUser,
        Settings.Sql.Database);

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

    /// <param name="program">The tool; null for that of the package.</param>
    /// <param name="host">The host it runs on; null for the tool host.</param>
    public AdminTool Tool(string? program = null, string? host = null) =>
        new(Hosts.Files(host ?? Hosts.ToolHost), AdminCommand.Of(Spec, program), context.Redact);

    public AdminTool PeerTool(ReplicationGroup group, string? program = null) =>
        new(Hosts.Files(Hosts.ToolHost), AdminCommand.Of(Spec, group.Peer, program), context.Redact);

    public AdminTool Tool(ReplicationGroup group, ReplicationTarget target) =>
        target == ReplicationTarget.Here ? Tool() : PeerTool(group);

    /// <summary>How an administrator removes a tablet server from the leader blacklist.</summary>
    public string ReleaseCommand(ServiceAddress server) => AdminCommand.Of(Spec).Release(server.ToString());

    /// <summary>The host on which a catalogue upgrade runs now; null if none is found.</summary>
    /// <exception cref="TargetException">The tool host cannot be searched.</exception>
    public async Task<string?> FindCatalogUpgradeAsync(CancellationToken cancellationToken)
    {
        var hosts = Hosts.All.Union([Hosts.ToolHost], StringComparer.Ordinal).ToList();
        var found = await EachAsync(hosts, IsBusyAsync, cancellationToken);
        return hosts.Where((_, at) => found[at]).FirstOrDefault();

        async Task<bool> IsBusyAsync(string host, CancellationToken token)
        {
            try
            {
                return await Tool(host: host).IsUpgradingCatalogAsync(token);
            }
            catch (HostException exception)
                when (exception.IsRequestNotTaken && host != Hosts.ToolHost)
            {
                // The operator starts the command on the tool host only. Another host that is down runs none.
                return false;
            }
        }
    }

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
            var others = Hosts.All.Where(h => h != Hosts.ToolHost).Take(OtherToolHosts).ToList();
            foreach (var other in others)
            {
                try
                {
                    return await Tool(host: other).AutoFlagsAsync(cancellationToken);
                }
                catch (HostException next) when (next.IsRequestNotTaken && other != others[^1])
                {
                    // The next one may be reached.
                }
            }

            throw;
        }
    }

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
        return target == ReplicationTarget.There
            ? await Peer(group).GroupAsync(cancellationToken)
            : (await ConfigAsync(cancellationToken)).Groups.FirstOrDefault(g => g.Name == group.Name);
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
            [leader, .. Tservers.Select(Web)], Client.FlagsAsync, cancellationToken);
        return ReplicationRetention.Of(flags);
    }

    public PeerCluster Peer(ReplicationGroup group) => new(this, group);

    /// <summary>HTTP to the processes of the cluster at the other end of a replication group, with that peer's TLS
    /// material.</summary>
    public IServiceHttp PeerHttp(ReplicationGroup group)
    {
        lock (_peers)
        {
            if (!_peers.TryGetValue(group.Name, out var http))
            {
                _peers[group.Name] = http = context.Connect(
                    context.Secrets.Peers.GetValueOrDefault(group.Name),
                    context.Secrets.PeerLogins.GetValueOrDefault(group.Name),
                    DatabaseSecrets.PeerLoginField(group.Name));
            }

            return http;
        }
    }

    /// <summary>The address of the pages of the leading master. Every master is asked directly; a master that does not
    /// answer is ignored as long as exactly one of the others leads.</summary>
    /// <exception cref="ClusterUnhealthyException">No master leads, or more than one reports to lead.</exception>
    public async Task<ServiceAddress> LeaderAsync(CancellationToken cancellationToken)
    {
        var masters = Masters;
        var asked = await AskWhoLeadsAsync(Client, [.. masters.Select(Web)], cancellationToken);
        var leaders = masters.Where((_, i) => asked[i].Leads).ToList();
        return leaders.Count switch
        {
            1 => Web(leaders[0]),
            0 => throw new ClusterUnhealthyException(
                Reasons.NoLeader,
                "No master leads, so nothing is stopped or changed."
                + string.Concat(masters.Zip(asked).Where(a => a.Second.Problem is not null).Select(
                    a => $" {a.First.Name}: {a.Second.Problem}"))
                + " Start the masters that do not run, and check the network between them."),
            _ => throw new ClusterUnhealthyException(
                Reasons.NoLeader,
                $"{string.Join(" and ", leaders.Select(l => l.Name))} both report that they lead. "
                + "If that does not end automatically, check their clocks and network."),
        };
    }

    public async Task<ClusterView> ReadAsync(CancellationToken cancellationToken)
    {
        var (client, leader) = (Client, await LeaderAsync(cancellationToken));
        var (masters, tservers, health) = (
            client.MastersAsync(leader, cancellationToken),
            client.TserversAsync(leader, cancellationToken),
            client.HealthAsync(leader, cancellationToken));
        var (leaderless, under, config) = (
            client.LeaderlessTabletsAsync(leader, cancellationToken),
            client.UnderReplicatedTabletsAsync(leader, cancellationToken),
            client.ClusterConfigAsync(leader, cancellationToken));
        await Task.WhenAll(masters, tservers, health, leaderless, under, config);
        return new ClusterView(
            leader, await masters, await tservers, await health, await leaderless, await under, await config);
    }

    public Task<YugabyteVersion> VersionAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        Client.VersionAsync(Web(instance), cancellationToken);

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

    public async Task<YbClusterConfig> ConfigAsync(CancellationToken cancellationToken) =>
        await Client.ClusterConfigAsync(await LeaderAsync(cancellationToken), cancellationToken);

    /// <summary>Removes a tablet server from the leader blacklist, if it is there.</summary>
    public async Task ReleaseAsync(DatabaseInstance server, CancellationToken cancellationToken)
    {
        var config = await ConfigAsync(cancellationToken);
        if (config.LeaderBlacklist.Contains(Rpc(server)))
        {
            context.EnsureMayAct();
            await Tool().ChangeLeaderBlacklistAsync(Rpc(server), add: false, cancellationToken);
        }
    }

    /// <summary>That a process does not answer, and why; null if it does. The status ALIVE of the master proves nothing
    /// for a minute, so the process is asked directly.</summary>
    public async Task<string?> FindSilenceAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var (_, problem) = await TryAsync(() => VersionAsync(instance, cancellationToken));
        return problem is null
            ? null
            : $"{instance.Name} does not answer. {problem} Start it. {LostInstance.Advice(instance.Name)}";
    }

    public static Task<IReadOnlyList<(bool Leads, string? Problem)>> AskWhoLeadsAsync(
        YbClient client, IReadOnlyList<ServiceAddress> masters, CancellationToken cancellationToken) =>
        EachAsync(masters, (master, token) => TryAsync(() => client.IsLeaderAsync(master, token)), cancellationToken);

    /// <summary>What a process answers; the default, and why, if it does not.</summary>
    public static async Task<(T? Answer, string? Problem)> TryAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return (await ask(), null);
        }
        catch (TargetException exception)
        {
            return (default, exception.Message);
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
