namespace Drydock.Reconcilers.Oms;

/// <summary>What preflight learned of an installation: everything the planner needs, and no secrets.</summary>
internal sealed record OmsDiscovery
{
    public required UpgradePath.Allowed Path { get; init; }

    /// <summary>What was found because the spec leaves it out; null if the spec says everything.</summary>
    public OmsInventory? Inventory { get; init; }

    public required IReadOnlyList<DiscoveredNode> Nodes { get; init; }

    public required IReadOnlyList<DiscoveredRegion> Regions { get; init; }

    public required DiscoveredMetadata Metadata { get; init; }

    public required DiscoveredHighAvailability HighAvailability { get; init; }

    public required IReadOnlyList<OmsProject> Projects { get; init; }

    /// <summary>Projects that get another name before the downtime, because they share theirs.</summary>
    public IReadOnlyList<ProjectRename> Renames { get; init; } = [];

    public IReadOnlyList<HostBaseline> Hosts { get; init; } = [];

    /// <summary>Whether the projects were listed; if not, an empty list means nothing.</summary>
    public bool ProjectsAreKnown { get; init; } = true;

    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One region as the config.yaml files of its nodes have it.</summary>
internal sealed record DiscoveredRegion
{
    public required string Name { get; init; }

    public required int Location { get; init; }

    /// <summary>drc_cm_heartbeat_db.</summary>
    public required string HeartbeatDatabase { get; init; }

    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>The keys of config.yaml whose values differ between its nodes. Empty: docker_init.sh runs once in the
    /// region, otherwise on each node (docs/research/oms.md#initialisation).</summary>
    public required IReadOnlyList<string> DifferentKeys { get; init; }

    public bool SameConfiguration => DifferentKeys.Count == 0;
}

/// <summary>The metadata database.</summary>
internal sealed record DiscoveredMetadata
{
    public required string ServerIdentity { get; init; }

    public IReadOnlyList<string> Addresses { get; init; } = [];

    public required string Server { get; init; }

    public required string RmDatabase { get; init; }

    public required string CmDatabase { get; init; }

    public required IReadOnlyList<string> HeartbeatDatabases { get; init; }

    public string Account { get; init; } = "";

    public IReadOnlyList<string> Databases => [RmDatabase, CmDatabase, .. HeartbeatDatabases];
}

/// <summary>ha.config before the upgrade.</summary>
/// <param name="Present">Whether the row exists.</param>
/// <param name="Enabled">Whether it says enable: true.</param>
/// <param name="Raw">Its text, byte for byte; null if absent. It holds no secret.</param>
internal sealed record DiscoveredHighAvailability(bool Present, bool Enabled, string? Raw);
