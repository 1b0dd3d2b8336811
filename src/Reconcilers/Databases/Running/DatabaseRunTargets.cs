namespace Drydock.Reconcilers.Databases;

/// <summary>The hosts and processes of one upgrade, bound to its spec and Secrets as they are now.</summary>
internal sealed class DatabaseRunTargets : IRunTargets
{
    private readonly DatabaseServices _services;
    private readonly IDatabaseEngine _kind;
    private readonly EngineContext _context;
    private readonly IEngineTargets _engine;
    private readonly ChangedTopology _topology;
    private readonly AddedInstances _added;
    private readonly BoundDatabaseHosts _hosts;
    private readonly Lock _boundGate = new();
    private bool _isSearched;
    private DatabaseInventory? _found;
    private volatile BoundUpgrade _bound;

    private DatabaseRunTargets(
        DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseServices services, Action onEvent)
    {
        _added = new AddedInstances(
            () => _bound!.Inventory is { Instances.Count: > 0 },
            (host, token) => _hosts!.ProcessesAsync(host, token),
            () => Bind(_bound!.Inventory));
        (_bound, _services) = (new BoundUpgrade(upgrade, upgrade.Status?.Inventory, _added), services);
        _kind = services.Engines.Of(upgrade.Spec);
        _hosts = new BoundDatabaseHosts(_bound.Current, secrets, services.Hosts, _kind);
        var connections = ConnectionsOf(upgrade.Spec, _hosts, services.Endpoints);
        _context = new EngineContext(
            () => _bound.Current, secrets, services.Fence,
            (tls, login, field, onHost) =>
                new ServiceHttp(tls, services.Time, onHost ? _hosts : connections, login, field))
        {
            Hosts = _hosts,
            Kubernetes = services.Kubernetes,
            Storages = services.Storages,
            Connections = connections,
            Time = services.Time,
            SnapshotChanges = services.SnapshotChanges,
            OnEvent = onEvent,
        };
        _engine = _kind.Bind(_context);
        _topology = new ChangedTopology(() => _bound.Complete, _engine, _added, services.Events, services.Time);
    }

    public static async Task<RunBinding> BindAsync(
        DatabaseRollingUpgrade upgrade, DatabaseServices services, CancellationToken cancellationToken)
    {
        var spec = upgrade.Spec;
        var secrets = await DatabaseSecrets.ReadAsync(
            services.Kubernetes, upgrade, services.Engines.Of(spec), cancellationToken);
        return RunBinding.Of(
            spec, secrets.Digest, onEvent => new DatabaseRunTargets(upgrade, secrets, services, onEvent));
    }

    public void Refresh(IKubernetesObject entity)
    {
        lock (_boundGate)
        {
            var upgrade = (DatabaseRollingUpgrade)entity;
            _bound = new BoundUpgrade(upgrade, _isSearched ? _found : upgrade.Status?.Inventory, _added);
        }
    }

    internal static IConnectionFactory ConnectionsOf(
        DatabaseRollingUpgradeSpec spec, BoundDatabaseHosts hosts, EndpointPolicy direct) =>
        spec.Access.Ssh is { Forward: true } ? hosts : direct;

    public string Redact(string text) => _context.Redact(text);

    public IStepCatalog Catalog() => _topology;

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var spec = _bound.Written.Spec;
        if (ChangedTopology.Refusals(spec).ToList() is { Count: > 0 } refusals)
        {
            return new PreflightResult<IRunDiscovery>(null, refusals);
        }

        var inventory = new DatabaseInventory
        {
            FromVersion = spec.FromVersion,
            StorageDirectory = spec.Tidb?.Backup is { Storage: null } ? _services.Storages.DefaultDirectory : null,
        };
        Complete(inventory);
        var findings = new Findings(Redact, ClientFailures.Finding, spec.Preflight.Acknowledge);
        if (!DatabaseSpecCompletion.IsComplete(spec))
        {
            var search = new TopologySearch(spec, _engine, _hosts.ProcessesAsync, Complete, findings);
            if (await search.RunAsync(cancellationToken) is not { } found)
            {
                return new PreflightResult<IRunDiscovery>(null, HostFindings.Once(findings.Sorted()));
            }

            inventory = inventory with { Instances = found.Instances };
            Complete(inventory);
        }

        if (spec.FromVersion.Length == 0)
        {
            var versions = await findings.LookAsync<IReadOnlyList<string>>(
                async () => await _engine.VersionsAsync(cancellationToken));
            inventory = inventory with { FromVersion = VersionBefore(versions, spec.ToVersion, findings) };
            if (inventory.FromVersion is null)
            {
                return new PreflightResult<IRunDiscovery>(null, HostFindings.Once(findings.Sorted()));
            }

            Complete(inventory);
        }

        var result = await _engine.PreflightAsync(cancellationToken);
        return result.Select<IRunDiscovery>(discovery => new CompletedDiscovery(discovery, inventory)) with
        {
            TargetAddresses = ClusterAddresses.Of(_bound.Current.Spec),
        };
    }

    public Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken) =>
        _engine.ReadTracesAsync(plan, cancellationToken);

    public async Task<string?> FindObstacleAsync(RunStatus status, CancellationToken cancellationToken) =>
        await _engine.FindRollbackObstacleAsync((DatabaseRollingUpgradeStatus)status, cancellationToken)
            is { } obstacle
            ? Redact(obstacle)
            : null;

    public Task<ParkedStateResult> CleanUpAsync(RunStatus status, CancellationToken cancellationToken) =>
        _engine.CleanUpAsync((DatabaseRollingUpgradeStatus)status, cancellationToken);

    public Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) =>
        _kind.Settings.BackupStorage(_bound.Current.Spec) is { } storage
        ? StorageBlocker.FindAsync(_services.Storages, storage, _bound.Written.Metadata.Namespace, cancellationToken)
        : Task.FromResult<Blocker?>(null);

    public void FollowEvents() => _engine.FollowEvents();

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _hosts.DisposeAsync();
        _context.Dispose();
    }

    /// <summary>The version before the upgrade; null, with a finding, if it is not certain.</summary>
    /// <param name="versions">What the processes run beside the new version; null if they were not all read.</param>
    internal static string? VersionBefore(IReadOnlyList<string>? versions, string to, Findings findings)
    {
        if (versions is null or [_])
        {
            return versions?[0];
        }

        var found = versions.Count == 0 ? "no other version" : string.Join(" and ", versions);
        findings.Add(
            Reasons.VersionMismatch,
            $"The version before the upgrade is not certain: beside {to} the processes run {found}; expected is one. "
                + "Set spec.fromVersion.",
            field: "spec.fromVersion");
        return null;
    }

    // What this preflight pass found takes the place of what an earlier one stored.
    private void Complete(DatabaseInventory? inventory)
    {
        lock (_boundGate)
        {
            (_isSearched, _found) = (true, inventory);
            Bind(inventory);
        }
    }

    private void Bind(DatabaseInventory? inventory)
    {
        lock (_boundGate)
        {
            _bound = new BoundUpgrade(_bound.Written, inventory, _added);
            _hosts.Complete(_bound.Current.Spec);
        }
    }

    /// <summary>An upgrade, the same with what its spec leaves out, and that with the instances of now.</summary>
    private sealed class BoundUpgrade(
        DatabaseRollingUpgrade written, DatabaseInventory? inventory, AddedInstances added)
    {
        public DatabaseInventory? Inventory => inventory;
        public DatabaseRollingUpgrade Written => written;
        public DatabaseRollingUpgrade Complete { get; } = DatabaseSpecCompletion.Complete(written, inventory);
        public DatabaseRollingUpgrade Current => field ??= ChangedTopology.Current(Complete, added);
    }
}

/// <summary>The addresses of a cluster in the form of claims: every member of its directory (PD, or the masters) as the
/// spec names it.</summary>
internal static class ClusterAddresses
{
    public static IReadOnlyList<string> Of(DatabaseRollingUpgradeSpec spec) =>
    [
        .. spec.Instances
            .Where(i => i.Component is DatabaseComponent.PD or DatabaseComponent.Master)
            .Select(i => ClaimTarget.AddressOf(i.Host, DefaultPorts.Service(spec, i)))
            .Distinct(StringComparer.Ordinal)
            .Take(64),
    ];
}
