using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What preflight learned of an installation: everything the planner needs, and no secrets.</summary>
internal sealed record OmsDiscovery
{
    /// <summary>The upgrade path.</summary>
    public required UpgradePath.Allowed Path { get; init; }

    /// <summary>What was found because the spec leaves it out; null if the spec says everything.</summary>
    public OmsInventory? Inventory { get; init; }

    /// <summary>The nodes, in the order of the spec.</summary>
    public required IReadOnlyList<DiscoveredNode> Nodes { get; init; }

    /// <summary>The regions, in the order of the spec.</summary>
    public required IReadOnlyList<DiscoveredRegion> Regions { get; init; }

    /// <summary>The metadata database.</summary>
    public required DiscoveredMetadata Metadata { get; init; }

    /// <summary>ha.config as it was.</summary>
    public required DiscoveredHighAvailability HighAvailability { get; init; }

    /// <summary>The projects as the API or the tables list them.</summary>
    public required IReadOnlyList<OmsProject> Projects { get; init; }

    /// <summary>Projects that get another name before the downtime, because they share theirs.</summary>
    public IReadOnlyList<ProjectRename> Renames { get; init; } = [];

    /// <summary>The hosts as the metadata database has them.</summary>
    public IReadOnlyList<HostBaseline> Hosts { get; init; } = [];

    /// <summary>Whether the projects were listed; if not, an empty list means nothing.</summary>
    public bool ProjectsAreKnown { get; init; } = true;

    /// <summary>What the reader of the plan should know, found on the way.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One region as the config.yaml files of its nodes have it.</summary>
internal sealed record DiscoveredRegion
{
    /// <summary>Name in the spec.</summary>
    public required string Name { get; init; }

    /// <summary>cm_location.</summary>
    public required int Location { get; init; }

    /// <summary>drc_cm_heartbeat_db.</summary>
    public required string HeartbeatDatabase { get; init; }

    /// <summary>Names of its nodes, in the order of the spec.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>
    /// The keys of config.yaml whose values differ between its nodes. Empty: docker_init.sh runs once in the region,
    /// otherwise on each node (docs/research/oms.md#initialisation).
    /// </summary>
    public required IReadOnlyList<string> DifferentKeys { get; init; }

    /// <summary>Whether its nodes have the same config.yaml.</summary>
    public bool SameConfiguration => DifferentKeys.Count == 0;
}

/// <summary>The metadata database.</summary>
internal sealed record DiscoveredMetadata
{
    /// <summary>The identity that the server reports: its uuid, or its host and port.</summary>
    public required string ServerIdentity { get; init; }

    /// <summary>Where it was reached, in the words of claims.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Kind and version, for messages.</summary>
    public required string Server { get; init; }

    /// <summary>drc_rm_db.</summary>
    public required string RmDatabase { get; init; }

    /// <summary>drc_cm_db.</summary>
    public required string CmDatabase { get; init; }

    /// <summary>The heartbeat databases of all regions, in order.</summary>
    public required IReadOnlyList<string> HeartbeatDatabases { get; init; }

    /// <summary>The account of OMS, as the server names it.</summary>
    public string Account { get; init; } = "";

    /// <summary>All of them: rm, cm, heartbeat databases.</summary>
    public IReadOnlyList<string> Databases => [RmDatabase, CmDatabase, .. HeartbeatDatabases];
}

/// <summary>ha.config before the upgrade.</summary>
/// <param name="Present">Whether the row exists.</param>
/// <param name="Enabled">Whether it says enable: true.</param>
/// <param name="Raw">Its text, byte for byte; null if absent. It holds no secret.</param>
internal sealed record DiscoveredHighAvailability(bool Present, bool Enabled, string? Raw);
