using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What the operator reports of an upgrade.</summary>
public sealed record OmsUpgradeStatus : RunStatus
{
    /// <summary>The moments that matter for downtime and data.</summary>
    public UpgradeTimes? Times { get; init; }

    /// <summary>The BackupSnapshot of this upgrade, in the same namespace.</summary>
    public SnapshotReference? SnapshotRef { get; init; }

    /// <summary>The projects as recorded before the upgrade.</summary>
    public ProjectsStatus? Projects { get; init; }

    /// <summary>High availability as found before the upgrade.</summary>
    public HighAvailabilityStatus? HighAvailability { get; init; }

    /// <summary>What runs on every node now.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Nodes)]
    public List<OmsNodeStatus> Nodes { get; init => field = value ?? []; } = [];
}
