namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TiDB cluster as preflight found it. A plan is compiled from this and the spec.</summary>
internal sealed record TiDbDiscovery
{
    /// <summary>PD's cluster id, unsigned 64 bits.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>Every instance, in the order of the spec.</summary>
    public required IReadOnlyList<DiscoveredInstance> Instances { get; init; }

    /// <summary>The PD instance that leads; null where none of the spec does.</summary>
    public string? PdLeader { get; init; }

    /// <summary>leader_priority of the PD members that have one, by their own names.</summary>
    public required IReadOnlyDictionary<string, int> LeaderPriorities { get; init; }

    /// <summary>PD's schedule limits, by name.</summary>
    public required IReadOnlyDictionary<string, long> ScheduleLimits { get; init; }

    /// <summary>max-replicas.</summary>
    public required long MaxReplicas { get; init; }

    /// <summary>location-labels of PD, the outermost first.</summary>
    public IReadOnlyList<string> LocationLabels { get; init; } = [];

    /// <summary>
    /// tidb_server_version; null where a TiDB of the new version runs already, so that its raise cannot be seen any
    /// more.
    /// </summary>
    public long? BootstrapVersion { get; init; }

    /// <summary>Notes for the reader of the plan.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
