using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What preflight found out about an installation: everything the planner needs and nothing secret.</summary>
internal sealed record OmsDiscovery
{
    /// <summary>The way from the old to the new version.</summary>
    public required UpgradePath.Allowed Path { get; init; }

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

    /// <summary>Whether anything listed them; an empty list says nothing otherwise.</summary>
    public bool ProjectsAreKnown { get; init; } = true;

    /// <summary>What the reader of the plan should know, found on the way.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
