using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>Where and how the metadata databases are backed up.</summary>
public sealed record BackupSpec
{
    /// <summary>Where the dumps go. It must outlive the operator's pod.</summary>
    [Required]
    public StorageSpec Storage { get; init => field = value ?? new(); } = new();

    /// <summary>What dumps.</summary>
    public DumpTool Tool { get; init; }

    /// <summary>True cuts heatbeat_sequence to its last row before the dump, as the runbook does. False leaves the table as it is.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool TrimHeartbeatSequence { get; set; } = true;
}
