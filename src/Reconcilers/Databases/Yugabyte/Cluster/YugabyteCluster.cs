namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>One universe, as the spec lists it: its processes, their addresses and their clients, for preflight, steps
/// and guards of one upgrade.</summary>
internal sealed class YugabyteCluster(EngineContext context) : IEngineTargets
{
    // If this many hosts cannot be reached, the network is the cause.
    private const int OtherToolHosts = 3;

    public IStepCatalog Catalog => field ??= new StepCatalog<YugabyteCluster>(this);
    public EngineContext Context => context;

    /// <summary>Set when a tablet server was given its leaders back.</summary>
    public AsyncSignal Released { get; } = new();

    public IDatabaseHosts Hosts => context.Hosts;
    public DatabaseRollingUpgradeSpec Spec => context.Upgrade.Spec;
    public YugabyteSpec Settings => Spec.Yugabyte ?? new YugabyteSpec();
    public YugabyteVocabulary Vocabulary => YugabyteVocabulary.Of(Spec);
    public IReadOnlyList<DatabaseInstance> Masters => [.. Spec.Of(DatabaseComponent.Master)];
    public IReadOnlyList<DatabaseInstance> Tservers => [.. Spec.Of(DatabaseComponent.Tserver)];
    public YbClient Client => new(context.Http, Vocabulary);

    public SqlProbe Sql => new(
        context.Connections, context.Time, context.Secrets.Sql?.User ?? Extensions.DefaultUser, Settings.Sql.Database);

    public TimeSpan MaxFollowerLag => KubernetesDuration.Parse(Settings.MaxFollowerLag);
    public TimeSpan Settle => Spec.Settle;

    /// <summary>An instance by its name.</summary>
    /// <exception cref="KeyNotFoundException">The spec no longer lists it.</exception>
    public DatabaseInstance Instance(string name) =>
        Spec.Instances.Find(i => i.Name == name) ?? throw new KeyNotFoundException(
            $"spec.instances no longer lists '{name}'. Add it again until the upgrade has ended.");

    public ServiceAddress Web(DatabaseInstance instance) => Spec.Status(instance);

    public ServiceAddress Rpc(DatabaseInstance instance) => Spec.Service(instance);

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
        var found = await SideBySide.EachAsync(hosts, IsBusyAsync, cancellationToken);
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
        ReplicationGroup group, ReplicationTarget target, CancellationToken cancellationToken) =>
        target == ReplicationTarget.There
            ? await Peer(group).GroupAsync(cancellationToken)
            : (await ConfigAsync(cancellationToken)).Groups.FirstOrDefault(g => g.Name == group.Name);

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
        var flags = await SideBySide.EachAsync([leader, .. Tservers.Select(Web)], Client.FlagsAsync, cancellationToken);
        return ReplicationRetention.Of(flags);
    }

    public PeerCluster Peer(ReplicationGroup group) => new(this, group);

    /// <summary>HTTP to the processes of the cluster at the other end of a replication group, with that peer's TLS
    /// material.</summary>
    public IServiceHttp PeerHttp(ReplicationGroup group) => context.Connect(
        context.Secrets.Peers.GetValueOrDefault(group.Name), context.Secrets.PeerLogins.GetValueOrDefault(group.Name),
        DatabaseSecrets.PeerLoginField(group.Name));

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
            client.MastersAsync(leader, cancellationToken), client.TserversAsync(leader, cancellationToken),
            client.HealthAsync(leader, cancellationToken));
        var (leaderless, under, config) = (
            client.LeaderlessTabletsAsync(leader, cancellationToken),
            client.UnderReplicatedTabletsAsync(leader, cancellationToken),
            client.ClusterConfigAsync(leader, cancellationToken));
        await Task.WhenAll(masters, tservers, health, leaderless, under, config);
        return new ClusterView(
            leader, await masters, await tservers, await health, await leaderless, await under, await config);
    }

    /// <summary>Whether a process counts as one of a version. Instead of fromVersion, another patch level of the same
    /// series counts too: it is upgraded like the version that the spec names, and a rollback returns to it.</summary>
    public bool IsOf(YugabyteVersion version, YugabyteVersion running)
    {
        var from = YugabyteVersion.Parse(Spec.FromVersion);
        return version.Covers(running)
            || (version == from && running.Series == from.Series && running < YugabyteVersion.Parse(Spec.ToVersion));
    }

    // Hosts may have different builds of a release.
    public async Task<IReadOnlyList<string>> VersionsAsync(CancellationToken cancellationToken) =>
    [
        .. (await SideBySide.EachAsync(Spec.Instances, VersionAsync, cancellationToken))
            .Where(version => !YugabyteVersion.Parse(Spec.ToVersion).Covers(version))
            .Select(version => $"{version with { Build = null }}")
            .Distinct(StringComparer.Ordinal),
    ];

    public Task<YugabyteVersion> VersionAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        Client.VersionAsync(Web(instance), cancellationToken);

    /// <summary>Tablet servers that were lost and taken out: dead, in the server blacklist, and not among the
    /// instances, because spec.removedInstances names them. Masters list them until they are removed
    /// (docs/project/research/yugabytedb.md#lost-hosts).</summary>
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

        Released.Set();
    }

    /// <summary>That a process does not answer, and why; null if it does. The status ALIVE of the master proves nothing
    /// for a minute, so the process is asked directly.</summary>
    public async Task<string?> FindSilenceAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var (_, problem) = await Asking.TryAsync(() => VersionAsync(instance, cancellationToken));
        return problem is null
            ? null
            : $"{instance.Name} does not answer. {problem} Start it. {LostInstance.Advice(instance.Name)}";
    }

    public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
        new YugabyteMembers(this, new Findings(context.Redact, ClientFailures.Finding)).FindAsync(
            search, cancellationToken);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken) =>
        (await new YugabytePreflight(this).RunAsync(cancellationToken)).Select<IRunDiscovery>(static found => found);

    public Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken) =>
        new YugabyteTraces(this).ReadAsync(plan, cancellationToken);

    public Task<string?> FindRollbackObstacleAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        new PackageFlags(this).FindObstacleAsync(status.Plan!, cancellationToken);

    public async Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var view = await ReadAsync(cancellationToken);
        var rpc = Rpc(instance);
        if (instance.Component == DatabaseComponent.Master)
        {
            if (view.Master(rpc) is not null)
            {
                return $"the universe still lists the master {rpc}. Run `{Vocabulary.AdminProgram} "
                    + $"change_master_config REMOVE_SERVER {rpc.Host} {rpc.Port}`; the upgrade then continues "
                    + "automatically.";
            }

            // A master that does not answer is listed without its address.
            return view.Masters.FirstOrDefault(m => m.Rpc is null) is { } broken
                ? $"the universe lists a master without an address ({broken.Display}: {broken.Error}), which may be "
                    + $"{rpc}. Run `{Vocabulary.AdminProgram} change_master_config REMOVE_SERVER {rpc.Host} "
                    + $"{rpc.Port}`; the upgrade then continues automatically."
                : null;
        }

        var isBlacklisted = view.Config.ServerBlacklist.Contains(rpc);
        return view.Tserver(Web(instance)) switch
        {
            null => null,
            { IsAlive: false } when isBlacklisted => null,
            { IsAlive: false } => $"the universe lists the tablet server {rpc}, which is dead and not in the server "
                + $"blacklist. Run `{Vocabulary.AdminProgram} change_blacklist ADD {rpc}` and wait until no "
                + "tablet is under-replicated; the upgrade then continues automatically.",
            _ => $"the universe lists the tablet server {rpc} as ALIVE. Remove {instance.Name} from "
                + "spec.removedInstances, or stop the server for good first.",
        };
    }

    public async Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var view = await ReadAsync(cancellationToken);
        var (rpc, web) = (Rpc(instance), Web(instance));
        if (instance.Component == DatabaseComponent.Master
            ? view.Master(rpc) is not { IsAlive: true }
            : view.Tserver(web) is not { IsAlive: true })
        {
            return $"the universe lists no living {instance.Component} {rpc}. Let it join the universe, or correct "
                + "host and port.";
        }

        var running = await VersionAsync(instance, cancellationToken);
        return YugabyteVersion.Parse(Spec.ToVersion).Covers(running)
            ? null
            : InstanceFindings.OtherVersion(rpc, $"{running}", Spec);
    }

    /// <summary>Removes what a stopped run would otherwise leave in a universe permanently
    /// (docs/project/research/yugabytedb.md#rules): the entries of its upgrade or rollback in the leader blacklist, and
    /// the flags of masters that speed up leaders. A run that resumes later is not harmed, because a server that has
    /// leaders again is drained again before it is stopped. Steps that fail do the same themselves; this is for a run
    /// that is stopped between them. Replication stays paused, because at this point it cannot be determined whether
    /// resuming is safe.</summary>
    public async Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken)
    {
        var (gone, left) = (new List<string>(), new List<string>());
        foreach (var name in LeaderBlacklistIsClean.InHand(status.Plan, status.RollbackPlan).ToList())
        {
            // One that is skipped is gone for good; the guard of the blacklist names what is left of it.
            if (!Spec.Instances.Exists(i => i.Name == name))
            {
                gone.Add(name);
                continue;
            }

            var server = Instance(name);
            await RemoveAsync(
                name,
                () => ReleaseAsync(server, cancellationToken),
                () => $"leader blacklist entry of {name}: {ReleaseCommand(Rpc(server))}");
        }

        if (status.Plan is { } plan && LeaderSpeed.InForce(plan) is { } step)
        {
            await RemoveAsync(
                step.Id,
                () => new LeaderSpeed(this).RestoreAsync(LeaderSpeed.Former(step), cancellationToken),
                () => $"speed of leaders: {LeaderSpeed.Commands(Spec, step)}");
        }

        return new ParkedStateResult(gone, left);

        async Task RemoveAsync(string name, Func<Task> remove, Func<string> byHand)
        {
            try
            {
                await remove();
                gone.Add(name);
            }
            catch (TargetException exception)
            {
                left.Add($"{byHand()} ({context.Redact(exception.Message)})");
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static Task<IReadOnlyList<(bool Leads, string? Problem)>> AskWhoLeadsAsync(
        YbClient client, IReadOnlyList<ServiceAddress> masters, CancellationToken cancellationToken) =>
        SideBySide.EachAsync(
            masters, (master, token) => Asking.TryAsync(() => client.IsLeaderAsync(master, token)), cancellationToken);
}

/// <summary>The state of the cluster does not allow the request: it has no leader, two leaders, or a server that is not
/// listed.</summary>
internal sealed class ClusterUnhealthyException(string reason, string message) : TargetException(reason, message)
{
    public override bool IsRequestNotTaken => true;
}

/// <summary>The cluster at the other end of a replication group.</summary>
/// <param name="own">This cluster, whose names and ports it has too.</param>
internal sealed class PeerCluster(YugabyteCluster own, ReplicationGroup group)
{
    private readonly YbClient _client = new(own.PeerHttp(group), own.Vocabulary);

    public string Display => $"the peer of {group.Name} ({group.Peer.Masters[0]})";

    // Its masters' pages are on the same port as ours unless the spec names them.
    private IEnumerable<ServiceAddress> MasterPages
    {
        get
        {
            var port = own.Masters.Count > 0
                ? own.Web(own.Masters[0]).Port
                : DefaultPorts.Status(own.Spec, new DatabaseInstance { Component = DatabaseComponent.Master });
            return Addresses(group.Peer.Masters).Select(m => new ServiceAddress(m.Host, port))
                .Concat(Addresses(group.Peer.WebAddresses))
                .Distinct();
        }
    }

    /// <summary>What its consumer registry says of the group; null if it is not the group's target.</summary>
    /// <exception cref="ClusterUnhealthyException">It has no leader that can be found.</exception>
    /// <exception cref="YbAnswerException">Its answer is unusable.</exception>
    public async Task<YbInboundGroup?> GroupAsync(CancellationToken cancellationToken)
    {
        var config = await _client.ClusterConfigAsync(await LeaderAsync(cancellationToken), cancellationToken);
        return config.Groups.FirstOrDefault(g => g.Name == group.Name);
    }

    /// <summary>Its processes: those the spec names, otherwise all that its masters list.</summary>
    public async Task<IReadOnlyList<ServiceAddress>> ProcessesAsync(CancellationToken cancellationToken)
    {
        if (group.Peer.WebAddresses.Count > 0)
        {
            return [.. Addresses(group.Peer.WebAddresses)];
        }

        var leader = await LeaderAsync(cancellationToken);
        var masters = await _client.MastersAsync(leader, cancellationToken);
        if (masters.FirstOrDefault(m => m.Error is not null || m.Web is null) is { } broken)
        {
            throw new ClusterUnhealthyException(
                Reasons.InstanceDown,
                $"{Display}: master {broken.Display} is not alive ({broken.Error}), so its version is unknown. Start "
                + "it there.");
        }

        var tservers = await _client.TserversAsync(leader, cancellationToken);
        return [.. masters.Select(m => m.Web!.Value).Concat(tservers.Select(t => t.Web)).Distinct()];
    }

    /// <summary>How long it keeps its log for a target that does not read it; null if its flags do not say
    /// it.</summary>
    /// <exception cref="TargetException">The flags cannot be read.</exception>
    public async Task<TimeSpan?> RetentionAsync(CancellationToken cancellationToken)
    {
        var leader = await LeaderAsync(cancellationToken);
        var tservers = await _client.TserversAsync(leader, cancellationToken);
        var flags = await SideBySide.EachAsync(
            [leader, .. tservers.Where(t => t.IsAlive).Select(t => t.Web)], _client.FlagsAsync, cancellationToken);
        return ReplicationRetention.Of(flags);
    }

    public async Task<IReadOnlyList<string>> NotYetAsync(YugabyteVersion version, CancellationToken cancellationToken)
    {
        var (processes, problem) = await Asking.TryAsync(() => ProcessesAsync(cancellationToken));
        if (processes is null)
        {
            return [$"{Display}: {problem}"];
        }

        var problems = await SideBySide.EachAsync(
            processes, (address, token) => ProblemAsync(address, version, token), cancellationToken);
        return [.. problems.OfType<string>()];
    }

    private static IEnumerable<ServiceAddress> Addresses(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            if (ServiceAddress.TryParse(text, out var address))
            {
                yield return address;
            }
        }
    }

    private async Task<string?> ProblemAsync(
        ServiceAddress address, YugabyteVersion version, CancellationToken cancellationToken)
    {
        var (running, problem) = await Asking.TryAsync(() => _client.VersionAsync(address, cancellationToken));
        return running is null ? problem
            : version.Covers(running) || running > version ? null
            : $"{address} runs {running}.";
    }

    private async Task<ServiceAddress> LeaderAsync(CancellationToken cancellationToken)
    {
        List<ServiceAddress> pages = [.. MasterPages];
        var asked = await YugabyteCluster.AskWhoLeadsAsync(_client, pages, cancellationToken);
        var leaders = pages.Where((_, i) => asked[i].Leads).ToList();
        return leaders.Count == 1
            ? leaders[0]
            : throw new ClusterUnhealthyException(
                Reasons.NoLeader,
                $"{Display} has {(leaders.Count == 0 ? "no known leader" : "more than one leader")}."
                + $"{(asked.FirstOrDefault(a => a.Problem is not null).Problem is { } problem ? $" {problem}" : "")} "
                + "If its pages have other addresses, set "
                + $"spec.yugabyte.replication.groups[{group.Name}].peer.webAddresses.");
    }
}
