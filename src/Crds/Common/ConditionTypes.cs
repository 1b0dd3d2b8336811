namespace Drydock.Crds.Common;

/// <summary>The conditions of Drydock's kinds.</summary>
public static class ConditionTypes
{
    /// <summary>True once the state that the spec asks for is reached (for mode Plan: the plan is ready). False
    /// before.</summary>
    public const string Ready = "Ready";

    /// <summary>True while the operator works or waits (held, paused, busy); the reason says which. Never together with
    /// Stalled.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>True only if nothing continues without a repair.</summary>
    public const string Stalled = "Stalled";

    /// <summary>True once the plan is stored.</summary>
    public const string Planned = "Planned";

    /// <summary>True while the run waits for you; the message says which approval is needed.</summary>
    public const string Held = "Held";

    /// <summary>True once the whole plan is finished.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>True after a failure. A retry sets it back to False.</summary>
    public const string Failed = "Failed";

    /// <summary>True once the previous version runs again.</summary>
    public const string RolledBack = "RolledBack";

    /// <summary>Of a snapshot: True while databases can be restored from it. False before it is verified and once its
    /// files are removed.</summary>
    public const string Usable = "Usable";

    /// <summary>Milestone: preflight passed.</summary>
    public const string PreflightPassed = "PreflightPassed";

    /// <summary>Milestone: the image is on every node, with one image ID.</summary>
    public const string ImagePrepared = "ImagePrepared";

    /// <summary>Milestone: high availability is off.</summary>
    public const string HighAvailabilityDisabled = "HighAvailabilityDisabled";

    /// <summary>Milestone: no old container runs.</summary>
    public const string OldStopped = "OldStopped";

    /// <summary>Milestone: every database is in a verified snapshot.</summary>
    public const string BackedUp = "BackedUp";

    /// <summary>Milestone: the new containers run.</summary>
    public const string NewStarted = "NewStarted";

    /// <summary>Milestone: the correction JAR has run on every node that needs it.</summary>
    public const string MetadataCorrected = "MetadataCorrected";

    /// <summary>Milestone: docker_init.sh has run on every node that needs it.</summary>
    public const string MetadataInitialized = "MetadataInitialized";

    /// <summary>Milestone: components and hosts are healthy.</summary>
    public const string Verified = "Verified";

    /// <summary>Milestone: projects are as before. Unknown if the spec names no credentials of the API to compare
    /// with.</summary>
    public const string ProjectsVerified = "ProjectsVerified";

    /// <summary>Milestone: high availability is in the state that the spec asks for.</summary>
    public const string HighAvailabilityEnabled = "HighAvailabilityEnabled";

    /// <summary>Milestone of a rollback: no new container runs.</summary>
    public const string NewStopped = "NewStopped";

    /// <summary>Milestone of a rollback: the databases are restored from the snapshot.</summary>
    public const string DatabasesRestored = "DatabasesRestored";

    /// <summary>Milestone of a rollback: the old containers run and are healthy.</summary>
    public const string OldStarted = "OldStarted";

    /// <summary>Milestone: the phase Settle is finished.</summary>
    public const string Settled = "Settled";

    /// <summary>Milestone: the new version is on every host and checked.</summary>
    public const string PackagePrepared = "PackagePrepared";

    /// <summary>Milestone: configuration files and PD's own configuration are saved.</summary>
    public const string ConfigurationSaved = "ConfigurationSaved";

    /// <summary>Milestone: the new configuration files are next to the old ones, and the new programs accept
    /// them.</summary>
    public const string ConfigurationMigrated = "ConfigurationMigrated";

    /// <summary>Milestone: every PD member runs the new version.</summary>
    public const string PDUpgraded = "PDUpgraded";

    /// <summary>Milestone: every TiKV runs the new version.</summary>
    public const string TiKVUpgraded = "TiKVUpgraded";

    /// <summary>Milestone: every pump runs the new version.</summary>
    public const string PumpUpgraded = "PumpUpgraded";

    /// <summary>Milestone: every TiDB runs the new version.</summary>
    public const string TiDBUpgraded = "TiDBUpgraded";

    /// <summary>Milestone: region merging is limited.</summary>
    public const string MergingLimited = "MergingLimited";

    /// <summary>Milestone: every drainer runs the new version.</summary>
    public const string DrainerUpgraded = "DrainerUpgraded";

    /// <summary>Milestone: the monitoring services are restarted.</summary>
    public const string MonitoringUpgraded = "MonitoringUpgraded";

    /// <summary>Milestone: Spark runs with the new JAR.</summary>
    public const string TiSparkUpgraded = "TiSparkUpgraded";

    /// <summary>Milestone: the schedule limits are at their final values.</summary>
    public const string SchedulingTuned = "SchedulingTuned";

    /// <summary>Milestone: replication is paused. False again once it is resumed.</summary>
    public const string ReplicationPaused = "ReplicationPaused";

    /// <summary>Milestone: every master runs the new version.</summary>
    public const string MastersUpgraded = "MastersUpgraded";

    /// <summary>Milestone: every tablet server runs the new version.</summary>
    public const string TServersUpgraded = "TServersUpgraded";

    /// <summary>Milestone: AutoFlags are promoted.</summary>
    public const string FlagsPromoted = "FlagsPromoted";

    /// <summary>Milestone: the SQL catalogue is upgraded.</summary>
    public const string CatalogUpgraded = "CatalogUpgraded";
}
