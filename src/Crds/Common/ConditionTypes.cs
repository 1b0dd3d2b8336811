// Each is explained in docs/reference/conditions.md, the only text about it. A test compares both.
#pragma warning disable CS1591
namespace Drydock.Crds.Common;

/// <summary>The conditions of Drydock's kinds, which docs/reference/conditions.md explains.</summary>
public static class ConditionTypes
{
    // What kstatus reads.
    public const string Ready = "Ready";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";

    // What a run has reached.
    public const string Planned = "Planned";
    public const string Held = "Held";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
    public const string RolledBack = "RolledBack";
    public const string Usable = "Usable";

    // Milestones: each is True once its phase is finished.
    public const string PreflightPassed = "PreflightPassed";
    public const string ImagePrepared = "ImagePrepared";
    public const string HighAvailabilityDisabled = "HighAvailabilityDisabled";
    public const string OldStopped = "OldStopped";
    public const string BackedUp = "BackedUp";
    public const string NewStarted = "NewStarted";
    public const string MetadataCorrected = "MetadataCorrected";
    public const string MetadataInitialized = "MetadataInitialized";
    public const string Verified = "Verified";
    public const string ProjectsVerified = "ProjectsVerified";
    public const string HighAvailabilityEnabled = "HighAvailabilityEnabled";
    public const string NewStopped = "NewStopped";
    public const string DatabasesRestored = "DatabasesRestored";
    public const string OldStarted = "OldStarted";
    public const string Settled = "Settled";
    public const string PackagePrepared = "PackagePrepared";
    public const string ConfigurationSaved = "ConfigurationSaved";
    public const string ConfigurationMigrated = "ConfigurationMigrated";
    public const string PDUpgraded = "PDUpgraded";
    public const string TiKVUpgraded = "TiKVUpgraded";
    public const string PumpUpgraded = "PumpUpgraded";
    public const string TiDBUpgraded = "TiDBUpgraded";
    public const string MergingLimited = "MergingLimited";
    public const string DrainerUpgraded = "DrainerUpgraded";
    public const string MonitoringUpgraded = "MonitoringUpgraded";
    public const string TiSparkUpgraded = "TiSparkUpgraded";
    public const string SchedulingTuned = "SchedulingTuned";
    public const string ReplicationPaused = "ReplicationPaused";
    public const string MastersUpgraded = "MastersUpgraded";
    public const string TServersUpgraded = "TServersUpgraded";
    public const string FlagsPromoted = "FlagsPromoted";
    public const string CatalogUpgraded = "CatalogUpgraded";
}
