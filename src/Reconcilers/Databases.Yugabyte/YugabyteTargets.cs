namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>One YugabyteDB upgrade, bound to its spec and Secrets.</summary>
internal sealed class YugabyteTargets : IEngineTargets
{
    private readonly YugabyteCluster _cluster;

    public YugabyteTargets(IEngineContext context)
    {
        _cluster = new YugabyteCluster(context);
        Catalog = new StepCatalog<YugabyteCluster>(_cluster);
    }

    public IStepCatalog Catalog { get; }

    public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
        new YugabyteMembers(_cluster, new Findings(_cluster.Context.Redact, YugabyteFailures.Finding)).FindAsync(
            search, cancellationToken);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var result = await new YugabytePreflight(_cluster).RunAsync(cancellationToken);
        return result.Select<IRunDiscovery>(discovery => new YugabyteDiscovered(_cluster.Spec, discovery));
    }

    public async Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var view = await _cluster.ReadAsync(cancellationToken);
        var rpc = _cluster.Rpc(instance);
        if (instance.Component == DatabaseComponent.Master)
        {
            if (view.Master(rpc) is not null)
            {
                return $"the universe still lists the master {rpc}. Run `{_cluster.Vocabulary.AdminProgram} "
                    + $"change_master_config REMOVE_SERVER {rpc.Host} {rpc.Port}`; the upgrade then continues "
                    + "automatically.";
            }

            // A master that does not answer is listed without its address.
            return view.Masters.FirstOrDefault(m => m.Rpc is null) is { } broken
                ? $"the universe lists a master without an address ({broken.Display}: {broken.Error}), which may be "
                    + $"{rpc}. Run `{_cluster.Vocabulary.AdminProgram} change_master_config REMOVE_SERVER {rpc.Host} "
                    + $"{rpc.Port}`; the upgrade then continues automatically."
                : null;
        }

        var isBlacklisted = view.Config.ServerBlacklist.Contains(rpc);
        return view.Tserver(_cluster.Web(instance)) switch
        {
            null => null,
            { IsAlive: false } when isBlacklisted => null,
            { IsAlive: false } => $"the universe lists the tablet server {rpc}, which is dead and not in the server "
                + $"blacklist. Run `{_cluster.Vocabulary.AdminProgram} change_blacklist ADD {rpc}` and wait until no "
                + "tablet is under-replicated; the upgrade then continues automatically.",
            _ => $"the universe lists the tablet server {rpc} as ALIVE. Remove {instance.Name} from spec.skip, or stop "
                + "the server for good first.",
        };
    }

    public async Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var view = await _cluster.ReadAsync(cancellationToken);
        var (rpc, web) = (_cluster.Rpc(instance), _cluster.Web(instance));
        if (instance.Component == DatabaseComponent.Master
            ? view.Master(rpc) is not { IsAlive: true }
            : view.Tserver(web) is not { IsAlive: true })
        {
            return $"the universe lists no living {instance.Component} {rpc}. Let it join the universe, or correct "
                + "host and port.";
        }

        var running = await _cluster.VersionAsync(instance, cancellationToken);
        return YugabyteVersion.Parse(_cluster.Spec.ToVersion).Covers(running)
            ? null
            : $"{rpc} runs version {running}, expected {_cluster.Spec.ToVersion} (spec.toVersion). Install that "
                + "version there.";
    }

    /// <summary>Removes what a stopped run would otherwise leave in a universe permanently
    /// (docs/research/yugabytedb.md#rules): the entries of its upgrade or rollback in the leader blacklist, and the
    /// flags of masters that speed up leaders. A run that resumes later is not harmed, because a server that has
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
            if (!_cluster.Spec.Instances.Exists(i => i.Name == name))
            {
                gone.Add(name);
                continue;
            }

            var server = _cluster.Instance(name);
            await RemoveAsync(
                name,
                () => _cluster.ReleaseAsync(server, cancellationToken),
                () => $"leader blacklist entry of {name}: {_cluster.ReleaseCommand(_cluster.Rpc(server))}");
        }

        if (status.Plan is { } plan && LeaderSpeed.InForce(plan) is { } step)
        {
            await RemoveAsync(
                step.Id,
                () => new LeaderSpeed(_cluster).RestoreAsync(LeaderSpeed.Former(step), cancellationToken),
                () => $"speed of leaders: {LeaderSpeed.Commands(_cluster.Spec, step)}");
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
                left.Add($"{byHand()} ({_cluster.Context.Redact(exception.Message)})");
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What follows from what preflight learned of a universe. Pure.</summary>
internal sealed class YugabyteDiscovered(DatabaseRollingUpgradeSpec spec, YugabyteDiscovery discovery)
    : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public string TargetIdentity => discovery.UniverseUuid;

    public IReadOnlyList<string> TargetAddresses => ClusterAddresses.Of(spec);

    public string TargetDescription => discovery.Describe(spec);

    public Plan Compile(DatabaseRollingUpgradeSpec spec) =>
        WindowUnits.Declare(
            new YugabytePlanner(spec, discovery).Compile(), s => s.Is<SwapMaster>() || s.Is<DrainTserver>());

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        YugabyteStatus.Learn(status, discovery);
}
