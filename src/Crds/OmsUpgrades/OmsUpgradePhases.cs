using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>
/// Values of <c>status.phase</c> of an OmsUpgrade, in their order. Clients treat others as in progress.
/// </summary>
public static class OmsUpgradePhases
{
    /// <summary>Seen, nothing looked at yet, or waiting for the target (TargetBusy).</summary>
    public const string Pending = RunPhases.Pending;

    /// <summary>Everything is checked; nothing is changed.</summary>
    public const string Preflight = RunPhases.Preflight;

    /// <summary>The image is brought to every node.</summary>
    public const string PrepareImage = "PrepareImage";

    /// <summary>High availability is switched off.</summary>
    public const string DisableHA = "DisableHA";

    /// <summary>Projects that share a name get new ones.</summary>
    public const string RenameProjects = "RenameProjects";

    /// <summary>The old containers are stopped: the downtime begins.</summary>
    public const string StopOld = "StopOld";

    /// <summary>The metadata databases are dumped and the dumps verified.</summary>
    public const string Backup = "Backup";

    /// <summary>The new containers are created and started.</summary>
    public const string StartNew = "StartNew";

    /// <summary>The correction JAR runs.</summary>
    public const string CorrectMetadata = "CorrectMetadata";

    /// <summary>docker_init.sh runs.</summary>
    public const string InitMetadata = "InitMetadata";

    /// <summary>Components, hosts and projects are checked.</summary>
    public const string Verify = "Verify";

    /// <summary>High availability is switched on: the downtime ends.</summary>
    public const string EnableHA = "EnableHA";

    /// <summary>Stores and writers are watched to recover.</summary>
    public const string Settle = "Settle";

    /// <summary>
    /// Of the way back before T1: created containers and loaded images are removed, ha.config and names put back.
    /// </summary>
    public const string Undo = "Undo";

    /// <summary>Of the way back: high availability of the present system is switched off.</summary>
    public const string DisableNewHA = "DisableNewHA";

    /// <summary>Of the way back: the new containers are stopped.</summary>
    public const string StopNew = "StopNew";

    /// <summary>Of the way back: what the new version wrote is dumped before it is dropped.</summary>
    public const string BackupNew = "BackupNew";

    /// <summary>The databases are put back as the snapshot has them.</summary>
    public const string RestoreDatabases = "RestoreDatabases";

    /// <summary>Of the way back: the old containers are started, until components and hosts are healthy.</summary>
    public const string StartOld = "StartOld";

    /// <summary>Of the way back: high availability is as it was.</summary>
    public const string RestoreHA = "RestoreHA";

    /// <summary>Of the way back: what a person has to do is listed.</summary>
    public const string Report = "Report";

    /// <summary>After success: the old containers are removed.</summary>
    public const string Cleanup = "Cleanup";

    /// <summary>Ended: mode Plan, the plan is ready and nothing was changed.</summary>
    public const string Planned = RunPhases.Planned;

    /// <summary>Ended: the new version runs.</summary>
    public const string Succeeded = RunPhases.Succeeded;

    /// <summary>The way back is being taken, or its plan waits for approval.</summary>
    public const string RollingBack = RunPhases.RollingBack;

    /// <summary>Ended: the former version runs.</summary>
    public const string RolledBack = RunPhases.RolledBack;

    /// <summary>Stopped by a failure; goes on by a repair and a retry.</summary>
    public const string Failed = RunPhases.Failed;

    /// <summary>The phases of a plan, in their order.</summary>
    public static IReadOnlyList<string> OfPlan { get; } =
    [
        Preflight, PrepareImage, DisableHA, RenameProjects, StopOld, Backup, StartNew, CorrectMetadata, InitMetadata, Verify, EnableHA, Settle,
    ];

    /// <summary>The phases of the way back, in their order.</summary>
    public static IReadOnlyList<string> OfRollback { get; } = [Undo, DisableNewHA, StopNew, BackupNew, RestoreDatabases, StartOld, RestoreHA, Report];

    /// <summary>True when nothing of a run in this phase is left to do, so that identity fields may change.</summary>
    public static bool IsEnded(string? phase) => RunPhases.IsEnded(phase);
}
