using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The clients of one YugabyteDB upgrade.</summary>
internal sealed class YugabyteTargets : IYugabyteTargets, IEngineTargets
{
    private readonly IEngineContext _context;
    private readonly Dictionary<string, IServiceHttp> _peers = new(StringComparer.Ordinal);

    /// <summary>Binds them; nothing is connected yet.</summary>
    public YugabyteTargets(IEngineContext context)
    {
        _context = context;
        Catalog = StepCatalog.Of<IYugabyteTargets>(this);
    }

    /// <inheritdoc />
    public IStepCatalog Catalog { get; }

    /// <inheritdoc />
    public DatabaseRollingUpgrade Upgrade => _context.Upgrade;

    /// <inheritdoc />
    public SqlLogin? Sql => _context.Secrets.Sql;

    /// <inheritdoc />
    public IReadOnlyList<Finding> SecretProblems => _context.Secrets.Problems;

    /// <inheritdoc />
    public IReadOnlyList<Finding> StorageProblems => [.. DatabaseStorages.Refusals(_context.Storages, Upgrade)];

    /// <inheritdoc />
    public IDatabaseHosts Hosts => _context.Hosts;

    /// <inheritdoc />
    public IServiceHttp Http => _context.Http;

    /// <inheritdoc />
    public TimeProvider Time => _context.Time;

    /// <inheritdoc />
    public string Redact(string text) => _context.Redact(text);

    /// <inheritdoc />
    public void EnsureMayAct() => _context.EnsureMayAct();

    /// <inheritdoc />
    public IServiceHttp Peer(string group)
    {
        lock (_peers)
        {
            if (!_peers.TryGetValue(group, out var http))
            {
                _ = Upgrade.Spec.Yugabyte?.Replication.Groups.Find(g => g.Name == group)
                    ?? throw new KeyNotFoundException($"spec.yugabyte.replication.groups has no '{group}' any more; put it back until the upgrade has ended");
                _peers[group] = http = _context.Connect(_context.Secrets.Peers.GetValueOrDefault(group));
            }

            return http;
        }
    }

    /// <inheritdoc />
    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var result = await new YugabytePreflight(this).RunAsync(cancellationToken);
        return result.Select<IRunDiscovery>(discovery => new YugabyteDiscovered(Upgrade.Spec, discovery));
    }

    /// <inheritdoc />
    public Task<ParkedStateResult> CleanUpAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        new YugabyteCleanup(this).CleanUpAsync(status, cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
