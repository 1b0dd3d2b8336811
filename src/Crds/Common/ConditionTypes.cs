namespace Drydock.Crds.Common;

/// <summary>The conditions of Drydock's kinds.</summary>
public static class ConditionTypes
{
    /// <summary>
    /// True when what the spec asks for is reached (for mode Plan: the plan is ready). False from the first write on.
    /// </summary>
    public const string Ready = "Ready";

    /// <summary>
    /// True while it works and while it waits (held, paused, busy); the reason says which. Never together with Stalled.
    /// </summary>
    public const string Reconciling = "Reconciling";

    /// <summary>True only when nothing goes on without a repair.</summary>
    public const string Stalled = "Stalled";

    /// <summary>True once the plan is stored.</summary>
    public const string Planned = "Planned";

    /// <summary>True while it waits for a person or a commit; the message says for which approval.</summary>
    public const string Held = "Held";

    /// <summary>True once the whole plan is done.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>True when it failed; goes back to False by a retry.</summary>
    public const string Failed = "Failed";

    /// <summary>True once the former state is back.</summary>
    public const string RolledBack = "RolledBack";

    /// <summary>
    /// Of a snapshot: True while databases can be restored from it, False before it is verified and once its files are
    /// removed.
    /// </summary>
    public const string Usable = "Usable";

    /// <summary>Milestone: preflight found nothing wrong.</summary>
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

    /// <summary>Milestone: the correction JAR has run where it must.</summary>
    public const string MetadataCorrected = "MetadataCorrected";

    /// <summary>Milestone: docker_init.sh has run where it must.</summary>
    public const string MetadataInitialized = "MetadataInitialized";

    /// <summary>Milestone: components and hosts are healthy.</summary>
    public const string Verified = "Verified";

    /// <summary>Milestone: projects are as before; Unknown when no API was given to compare by.</summary>
    public const string ProjectsVerified = "ProjectsVerified";

    /// <summary>Milestone: high availability is as the spec asks.</summary>
    public const string HighAvailabilityEnabled = "HighAvailabilityEnabled";

    /// <summary>Milestone of the way back: no new container runs.</summary>
    public const string NewStopped = "NewStopped";

    /// <summary>Milestone of the way back: the databases are as the snapshot has them.</summary>
    public const string DatabasesRestored = "DatabasesRestored";

    /// <summary>Milestone of the way back: the old containers run and are healthy.</summary>
    public const string OldStarted = "OldStarted";

    /// <summary>Milestone: stores and writers were watched to recover.</summary>
    public const string Settled = "Settled";

    /// <summary>Milestone: the new version is on every host, checked.</summary>
    public const string PackagePrepared = "PackagePrepared";

    /// <summary>Milestone: configuration files and PD's own configuration are saved.</summary>
    public const string ConfigurationSaved = "ConfigurationSaved";

    /// <summary>Milestone: the new configuration files are beside the old ones, accepted by the new programs.</summary>
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

    /// <summary>Milestone: the services of the monitoring are restarted.</summary>
    public const string MonitoringUpgraded = "MonitoringUpgraded";

    /// <summary>Milestone: Spark runs with the new JAR.</summary>
    public const string TiSparkUpgraded = "TiSparkUpgraded";

    /// <summary>Milestone: the schedule limits are at their final values.</summary>
    public const string SchedulingTuned = "SchedulingTuned";

    /// <summary>Milestone: replication is paused; False again once it goes on.</summary>
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
