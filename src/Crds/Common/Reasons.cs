// Each is explained in docs/reference/reasons.md, the only text about it. A test compares both.
#pragma warning disable CS1591
namespace Drydock.Crds.Common;

/// <summary>The reasons of all conditions, findings, Events and action items: stable machine-readable words, which
/// docs/reference/reasons.md explains. Clients treat an unknown reason as in progress.</summary>
public static class Reasons
{
    // Ready, Reconciling: progress and waiting, and the ends of a run.
    public const string Pending = "Pending";
    public const string Preflight = "Preflight";
    public const string Running = "Running";
    public const string StepRunning = "StepRunning";
    public const string Stopped = "Stopped";
    public const string PhaseStarted = "PhaseStarted";
    public const string PlanReady = "PlanReady";
    public const string PlanTooLarge = "PlanTooLarge";
    public const string Held = "Held";
    public const string AwaitingManualChange = "AwaitingManualChange";
    public const string Paused = "Paused";
    public const string TargetBusy = "TargetBusy";
    public const string DeletionWaits = "DeletionWaits";
    public const string Undoing = "Undoing";
    public const string RollingBack = "RollingBack";
    public const string OutsideWindow = "OutsideWindow";
    public const string HolderGone = "HolderGone";
    public const string SpecChangeIgnored = "SpecChangeIgnored";
    public const string ApprovalIgnored = "ApprovalIgnored";
    public const string RetryIgnored = "RetryIgnored";
    public const string AbortIgnored = "AbortIgnored";
    public const string Succeeded = "Succeeded";
    public const string SucceededWithActions = "SucceededWithActions";
    public const string RolledBack = "RolledBack";
    public const string RolledBackAfterFailure = "RolledBackAfterFailure";

    // Findings of preflight, and of a run that stalls before anything was changed.
    public const string PreflightFailed = "PreflightFailed";
    public const string InvalidSpec = "InvalidSpec";
    public const string VersionPathUnsupported = "VersionPathUnsupported";
    public const string ContainerFilesChanged = "ContainerFilesChanged";
    public const string ContainerFilesUnknown = "ContainerFilesUnknown";
    public const string VersionMismatch = "VersionMismatch";
    public const string AlreadyAtVersion = "AlreadyAtVersion";
    public const string SameRelease = "SameRelease";
    public const string VersionsMixed = "VersionsMixed";
    public const string ContainerAmbiguous = "ContainerAmbiguous";
    public const string HighAvailabilityMethodUnknown = "HighAvailabilityMethodUnknown";
    public const string NodesDiffer = "NodesDiffer";
    public const string RegionsInvalid = "RegionsInvalid";
    public const string HeartbeatDatabaseShared = "HeartbeatDatabaseShared";
    public const string ConfigUnreadable = "ConfigUnreadable";
    public const string MetadataDatabaseUnreachable = "MetadataDatabaseUnreachable";
    public const string AccessDenied = "AccessDenied";
    public const string MetadataUnreadable = "MetadataUnreadable";
    public const string SecretMissing = "SecretMissing";
    public const string HostUnreachable = "HostUnreachable";
    public const string DockerUnsupported = "DockerUnsupported";
    public const string ContainerNotFound = "ContainerNotFound";
    public const string ContainerNameTaken = "ContainerNameTaken";
    public const string MountsUnusable = "MountsUnusable";
    public const string DataShared = "DataShared";
    public const string ContainerRemovesItself = "ContainerRemovesItself";
    public const string ContainerOptionsRefused = "ContainerOptionsRefused";
    public const string PortTaken = "PortTaken";
    public const string ImageMissing = "ImageMissing";
    public const string ImageArchiveUnreadable = "ImageArchiveUnreadable";
    public const string ImageUnsuitable = "ImageUnsuitable";
    public const string ImageNameContradicts = "ImageNameContradicts";
    public const string ImagesDiffer = "ImagesDiffer";
    public const string JarMissing = "JarMissing";
    public const string JarArchiveUnreadable = "JarArchiveUnreadable";
    public const string DuplicateProjectNames = "DuplicateProjectNames";
    public const string CascadedWriters = "CascadedWriters";
    public const string HighAvailabilityUnknown = "HighAvailabilityUnknown";
    public const string HostsUnknown = "HostsUnknown";
    public const string MetadataServerUnconfirmed = "MetadataServerUnconfirmed";
    public const string MetadataServerReplica = "MetadataServerReplica";
    public const string SessionsHidden = "SessionsHidden";
    public const string ForeignKeysFromOutside = "ForeignKeysFromOutside";
    public const string ForwardSwitchoverUnknown = "ForwardSwitchoverUnknown";
    public const string ForwardSwitchoverUnderWay = "ForwardSwitchoverUnderWay";
    public const string ProjectsLagging = "ProjectsLagging";
    public const string ApiUnreachable = "ApiUnreachable";
    public const string ApiUntrusted = "ApiUntrusted";
    public const string ApiRefused = "ApiRefused";
    public const string SyncProjectsWithoutDbType = "SyncProjectsWithoutDbType";
    public const string NoSpace = "NoSpace";
    public const string StorageUnusable = "StorageUnusable";
    public const string ClockSkew = "ClockSkew";
    public const string LockUnavailable = "LockUnavailable";
    public const string TooLate = "TooLate";

    // A run that stalls or fails while its plan runs.
    public const string StepFailed = "StepFailed";
    public const string StepTimeout = "StepTimeout";
    public const string OutcomeUnknown = "OutcomeUnknown";
    public const string RestoreRequired = "RestoreRequired";
    public const string JarNotStarted = "JarNotStarted";
    public const string JarReportedErrors = "JarReportedErrors";
    public const string CommandRunsElsewhere = "CommandRunsElsewhere";
    public const string AlreadyInitialized = "AlreadyInitialized";
    public const string Aborted = "Aborted";
    public const string RollbackFailed = "RollbackFailed";
    public const string RollbackUnavailable = "RollbackUnavailable";
    public const string TargetChanged = "TargetChanged";
    public const string StatusOutdated = "StatusOutdated";
    public const string StatusUnreadable = "StatusUnreadable";
    public const string TargetClaimLost = "TargetClaimLost";
    public const string StorageLost = "StorageLost";
    public const string SnapshotFailed = "SnapshotFailed";
    public const string SnapshotInvalid = "SnapshotInvalid";
    public const string SnapshotMissing = "SnapshotMissing";
    public const string ForeignSnapshot = "ForeignSnapshot";
    public const string DumpFailed = "DumpFailed";
    public const string DumpLosesDigits = "DumpLosesDigits";
    public const string ObjectsHidden = "ObjectsHidden";
    public const string MarkerMissing = "MarkerMissing";
    public const string ComponentsUnhealthy = "ComponentsUnhealthy";
    public const string Abandoned = "Abandoned";
    public const string InternalError = "InternalError";

    // Of DatabaseRollingUpgrade.
    public const string InstancesDiffer = "InstancesDiffer";
    public const string ClusterUnhealthy = "ClusterUnhealthy";
    public const string InstanceDown = "InstanceDown";
    public const string NoLeader = "NoLeader";
    public const string QuorumAtRisk = "QuorumAtRisk";
    public const string LeadersKeptAway = "LeadersKeptAway";
    public const string QuorumTooSmall = "QuorumTooSmall";
    public const string DdlRunning = "DdlRunning";
    public const string PackageMissing = "PackageMissing";
    public const string PackageCorrupt = "PackageCorrupt";
    public const string ExtensionMissing = "ExtensionMissing";
    public const string ExtensionsUnreadable = "ExtensionsUnreadable";
    public const string ConfigurationInvalid = "ConfigurationInvalid";
    public const string ControlMismatch = "ControlMismatch";
    public const string HostKeyRefused = "HostKeyRefused";
    public const string SudoRefused = "SudoRefused";
    public const string AnswerUnusable = "AnswerUnusable";
    public const string DrainTimeout = "DrainTimeout";
    public const string ProcessLivesOn = "ProcessLivesOn";
    public const string InstanceUnhealthy = "InstanceUnhealthy";
    public const string AdminToolFailed = "AdminToolFailed";
    public const string PeerNotUpgraded = "PeerNotUpgraded";
    public const string ReplicationPaused = "ReplicationPaused";
    public const string ReplicationDiffers = "ReplicationDiffers";
    public const string RetentionTooShort = "RetentionTooShort";
    public const string ReplicationBroken = "ReplicationBroken";
    public const string LeaderBlacklisted = "LeaderBlacklisted";
    public const string RestartRequired = "RestartRequired";
    public const string BinlogSkipped = "BinlogSkipped";
    public const string ReviewDashboards = "ReviewDashboards";
    public const string ScheduleLimits = "ScheduleLimits";
    public const string CheckBootScripts = "CheckBootScripts";
    public const string InstanceSkipped = "InstanceSkipped";

    // Of BackupSnapshot and SnapshotRestore.
    public const string Dumping = "Dumping";
    public const string Verifying = "Verifying";
    public const string DatabaseNotFound = "DatabaseNotFound";
    public const string FilesInUse = "FilesInUse";
    public const string FilesRetained = "FilesRetained";
    public const string FilesDeleted = "FilesDeleted";
    public const string Expiring = "Expiring";
    public const string Expired = "Expired";
    public const string RetentionKept = "RetentionKept";
    public const string Restoring = "Restoring";
    public const string DropNotAllowed = "DropNotAllowed";
    public const string SessionsOpen = "SessionsOpen";
    public const string ServerUnreachable = "ServerUnreachable";
    public const string RestoreFailed = "RestoreFailed";

    // The projects of OMS after the upgrade.
    public const string Done = "Done";
    public const string ProjectsDiffer = "ProjectsDiffer";
    public const string Unverifiable = "Unverifiable";

    // Events, and entries of actionRequired.
    public const string StepRetried = "StepRetried";
    public const string CleanupAnnounced = "CleanupAnnounced";
    public const string ResultAccepted = "ResultAccepted";
    public const string ServerUnverified = "ServerUnverified";
    public const string InitializedWithWarning = "InitializedWithWarning";
    public const string VersionAdvice = "VersionAdvice";
    public const string ReviewProject = "ReviewProject";
    public const string ProjectNotResumed = "ProjectNotResumed";
    public const string HighAvailabilityOff = "HighAvailabilityOff";
    public const string RemoveNewContainers = "RemoveNewContainers";
    public const string ReviewSnapshot = "ReviewSnapshot";
    public const string RemoveOldContainers = "RemoveOldContainers";
    public const string WritesNotTaken = "WritesNotTaken";
    public const string StatusShortened = "StatusShortened";
}
