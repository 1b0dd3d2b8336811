using Drydock.Clients.Kubernetes.Client;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The clients of one YugabyteDB upgrade.</summary>
internal sealed class YugabyteTargets : IYugabyteTargets, IEngineTargets
{
    private readonly DatabaseRunTargets _context;
    private readonly Dictionary<string, IServiceHttp> _peers = new(StringComparer.Ordinal);

    public YugabyteTargets(DatabaseRunTargets context)
    {
        _context = context;
        Catalog = new StepCatalog<IYugabyteTargets>(this);
    }

    public IStepCatalog Catalog { get; }

    public DatabaseRollingUpgrade Upgrade => _context.Upgrade;

    public SqlLogin? Sql => _context.Secrets.Sql;

    public ISqlProbe SqlProbe => new SqlProbe(
        _context.Connections,
        _context.Time,
        Sql?.User ?? ExtensionsInUse.DefaultUser,
        (Upgrade.Spec.Yugabyte ?? new YugabyteSpec()).Sql.Database);

    public IKubernetesClient Kubernetes => _context.Kubernetes;

    public IReadOnlyList<Finding> SecretProblems => _context.Secrets.Problems;

    public IReadOnlyList<Finding> StorageProblems => [.. DatabaseStorages.Refusals(_context.Storages, Upgrade)];

    public IDatabaseHosts Hosts => _context.Hosts;

    public IServiceHttp Http => _context.Http;

    public TimeProvider Time => _context.Time;

    public string Redact(string text) => _context.Redact(text);

    public void EnsureMayAct() => _context.EnsureMayAct();

    public IServiceHttp Peer(string group)
    {
        lock (_peers)
        {
            if (!_peers.TryGetValue(group, out var http))
            {
                _ = Upgrade.Spec.Yugabyte?.Replication.Groups.Find(g => g.Name == group)
                    ?? throw new KeyNotFoundException(
                        $"spec.yugabyte.replication.groups no longer lists '{group}'. "
                        + "Add it again until the upgrade has ended.");
                _peers[group] = http = _context.Connect(
                    _context.Secrets.Peers.GetValueOrDefault(group),
                    _context.Secrets.PeerLogins.GetValueOrDefault(group),
                    DatabaseSecrets.PeerLoginField(group));
            }

            return http;
        }
    }

    public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
        new YugabyteMembers(new YugabyteCluster(this), new Findings(Redact, YugabyteFailures.Finding)).FindAsync(
            search, cancellationToken);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var result = await new YugabytePreflight(this).RunAsync(cancellationToken);
        return result.Select<IRunDiscovery>(discovery => new YugabyteDiscovered(Upgrade.Spec, discovery));
    }

    public Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        new YugabyteMembership(new YugabyteCluster(this)).FindMembershipAsync(instance, cancellationToken);

    public Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        new YugabyteMembership(new YugabyteCluster(this)).FindUnfitAsync(instance, cancellationToken);

    public Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        new YugabyteCleanup(this).CleanUpAsync(status, cancellationToken);

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
        WindowUnits.Declare(new YugabytePlanner(spec, discovery).Compile(), YugabytePlanTraits.BeginsInstance);

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        YugabyteStatus.Learn(status, discovery);
}
