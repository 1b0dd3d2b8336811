namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TiDB cluster as preflight found it. A plan is compiled from this and the spec.</summary>
internal sealed record TiDbDiscovery : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public DatabaseRollingUpgradeSpec Spec { get; init; } = new();

    /// <summary>PD's cluster id, unsigned 64 bits.</summary>
    public required ulong ClusterId { get; init; }

    public required IReadOnlyList<TiDbInstance> Instances { get; init; }
    public required IReadOnlyDictionary<string, int> LeaderPriorities { get; init; }
    public required IReadOnlyDictionary<string, long> ScheduleLimits { get; init; }
    public required long MaxReplicas { get; init; }
    public IReadOnlyList<string> LocationLabels { get; init; } = [];
    public long? BootstrapVersion { get; init; }
    public IReadOnlyList<string> Notes { get; init; } = [];
    public string TargetIdentity => IdentityOf(ClusterId);
    public IReadOnlyList<string> TargetAddresses => ClusterAddresses.Of(Spec);

    public string TargetDescription => $"TiDB with {Count(DatabaseComponent.PD)} PD, {Count(DatabaseComponent.TiKV)} "
        + $"TiKV and {Count(DatabaseComponent.TiDB)} TiDB, cluster {ClusterId}";

    /// <summary>The name of a TiDB cluster in claims.</summary>
    public static string IdentityOf(ulong clusterId) => $"tidb:{clusterId}";

    public Plan Compile(DatabaseRollingUpgradeSpec spec) =>
        WindowUnits.Declare(new TiDbProcedure(spec, this).Compile(), DrainInstance.Is);

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) => status with
        {
            Estimate = KubernetesDuration.Format(TiDbProcedure.Estimate(spec)),
            Instances =
            [
                .. Instances.Select(
                    i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = i.Version }),
            ],
        };

    private int Count(DatabaseComponent component) => Instances.Count(i => i.Component == component);
}

/// <summary>An instance as preflight found it.</summary>
internal sealed record TiDbInstance
{
    public required string Name { get; init; }
    public required DatabaseComponent Component { get; init; }

    /// <summary>The version its process runs, by the right source for its component
    /// (docs/project/research/tidb.md#rules).</summary>
    public required string Version { get; init; }

    public string? Unit { get; init; }

    /// <summary>Of a TiKV: its store, unsigned 64 bits.</summary>
    public ulong? Store { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public string? ConfigurationFrom { get; init; }
    public string? ConfigurationTo { get; init; }
    public IReadOnlyList<ConfigurationChange> Changes { get; init; } = [];
    public IReadOnlyList<string> Remarks { get; init; } = [];
    public TikvSettings? Settings { get; init; }
}
