using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What the operator reports of an upgrade.</summary>
public sealed record OmsUpgradeStatus : RunStatus
{
    /// <summary>The moments that matter for downtime and data.</summary>
    public UpgradeTimes? Times { get; init; }

    /// <summary>The BackupSnapshot of this upgrade, in the same namespace.</summary>
    public SnapshotReference? SnapshotRef { get; init; }

    /// <summary>The BackupSnapshot that the way back took of the databases before it dropped them.</summary>
    public SnapshotReference? RollbackSnapshotRef { get; init; }

    /// <summary>Removal of the old containers after success, where spec.cleanup asks for it.</summary>
    public Plan? CleanupPlan { get; init; }

    /// <summary>When the old containers go, where spec.cleanup.after asks for it.</summary>
    public DateTimeOffset? CleanupAt { get; init; }

    /// <summary>Projects that were renamed because they shared a name.</summary>
    [Items(SchemaLimits.Projects)]
    public List<RenamedProject> RenamedProjects { get; init => field = value ?? []; } = [];

    /// <summary>The projects as recorded before the upgrade.</summary>
    public ProjectsStatus? Projects { get; init; }

    /// <summary>High availability as found before the upgrade.</summary>
    public HighAvailabilityStatus? HighAvailability { get; init; }

    /// <summary>What runs on every node now.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.AllNodes)]
    public List<OmsNodeStatus> Nodes { get; init => field = value ?? []; } = [];
}
