namespace Drydock.Crds.Common;

/// <content>Reasons of DatabaseRollingUpgrade.</content>
public static partial class Reasons
{
    /// <summary>The database reports a process that the spec does not list, or does not report one that it lists. The
    /// message names it. Correct spec.instances, or remove the process.</summary>
    [ReasonGroup(9, "DatabaseRollingUpgrade")]
    public const string InstancesDiffer = "InstancesDiffer";

    /// <summary>The database is not healthy enough to stop any of its processes. In a step the message lists every
    /// problem, with what to do about it; nothing was stopped. Preflight has words of their own for most causes
    /// (InstanceDown, NoLeader, QuorumAtRisk, LeadersKeptAway).</summary>
    public const string ClusterUnhealthy = "ClusterUnhealthy";

    /// <summary>A process of the database does not run, does not answer on its port, or its cluster does not count it
    /// as alive. The message names instance and host. Start it, or correct its port in spec.instances.</summary>
    public const string InstanceDown = "InstanceDown";

    /// <summary>No member leads PD or the masters, or more than one reports that it does. The message has what the
    /// members answered. Start the members that do not run, and check network and clocks between them.</summary>
    public const string NoLeader = "NoLeader";

    /// <summary>Regions or tablets have too few replicas that are up to date, or no leader. The message names some.
    /// Start the processes that have the other replicas, or wait until the database has repaired them.</summary>
    public const string QuorumAtRisk = "QuorumAtRisk";

    /// <summary>An evict-leader-scheduler or an entry of the leader blacklist keeps leaders away from a process, and
    /// does not belong to this upgrade. Remove it with the command in the message.</summary>
    public const string LeadersKeptAway = "LeadersKeptAway";

    /// <summary>There are fewer than three voters, or the replication factor is below three, so stopping one process
    /// causes an outage. Add members, or accept the outage with spec.allowUnavailability: true.</summary>
    public const string QuorumTooSmall = "QuorumTooSmall";

    /// <summary>A DDL job is running or queued, and DDL must not run during the upgrade. The message has its id and
    /// statement. Let it finish or cancel it.</summary>
    public const string DdlRunning = "DdlRunning";

    /// <summary>Programs of the new version are missing on a host. The message names host and file. Copy them there, or
    /// set spec.package.archives.</summary>
    public const string PackageMissing = "PackageMissing";

    /// <summary>The checksum of an archive or a program differs from the spec. The message names host, file and both
    /// checksums. Copy the file again, or correct the checksum. For YugabyteDB and BMDB also: a program of the package
    /// does not run on a host; the message has what it said.</summary>
    public const string PackageCorrupt = "PackageCorrupt";

    /// <summary>The new version lacks a PostgreSQL extension that is in use. Add its files to
    /// spec.package.extensions.</summary>
    public const string ExtensionMissing = "ExtensionMissing";

    /// <summary>The operator cannot read which PostgreSQL extensions are in use. The message says what it asked. Set
    /// spec.yugabyte.sql.credentialsSecretRef, or list the extensions in spec.yugabyte.sql.extensionsInUse.</summary>
    public const string ExtensionsUnreadable = "ExtensionsUnreadable";

    /// <summary>A configuration file cannot be migrated to the new version, or the new program refuses it, or labels of
    /// the stores contradict the location-labels of PD. The message says which and why, and quotes the output of a
    /// program that refuses its file.</summary>
    public const string ConfigurationInvalid = "ConfigurationInvalid";

    /// <summary>The operator cannot determine how a process is started and stopped, or spec.control is wrong. The
    /// message says what was checked.</summary>
    public const string ControlMismatch = "ControlMismatch";

    /// <summary>The key of the host is unknown or has changed. If the host was reinstalled, put its new key into the
    /// Secret of spec.access.ssh.knownHostsSecretRef (for a dockerd: its certificate authority into that of
    /// spec.access.docker.tlsSecretRef). Otherwise find out which machine answers.</summary>
    public const string HostKeyRefused = "HostKeyRefused";

    /// <summary>sudo on the host requires a password from the login user. Allow sudo without one (NOPASSWD in sudoers;
    /// for docker the message contains the line), or set become: None.</summary>
    public const string SudoRefused = "SudoRefused";

    /// <summary>The database gave an invalid answer (an error page with status 200, a missing key). The message says
    /// what was asked and what is wrong with the answer. It quotes the beginning of an answer with an error status or
    /// without an expected key, and nothing of an answer that is not JSON or not text. Such an answer is never
    /// accepted.</summary>
    public const string AnswerUnusable = "AnswerUnusable";

    /// <summary>Leaders did not leave an instance: none for spec.drain.stalledFor, or not all within
    /// spec.drain.timeout. Find the cause, raise the limit, or accept it with spec.drain.onTimeout: Proceed.</summary>
    public const string DrainTimeout = "DrainTimeout";

    /// <summary>A process does not stop, or the instance has a second process that its supervisor does not know. The
    /// message names pid and program. Stop that process, then retry.</summary>
    public const string ProcessLivesOn = "ProcessLivesOn";

    /// <summary>A started instance did not become healthy: it keeps restarting, runs the wrong program, or its cluster
    /// does not accept it. The message says which.</summary>
    public const string InstanceUnhealthy = "InstanceUnhealthy";

    /// <summary>The admin tool failed or printed unexpected output. The message has the end of it.</summary>
    public const string AdminToolFailed = "AdminToolFailed";

    /// <summary>Processes of the peer cluster of replication do not run the new version yet. The message lists them.
    /// Upgrade them, then the run continues automatically.</summary>
    public const string PeerNotUpgraded = "PeerNotUpgraded";

    /// <summary>Entry of actionRequired: a replication group is paused and this upgrade no longer resumes it. Resume it
    /// with the command in the message.</summary>
    public const string ReplicationPaused = "ReplicationPaused";

    /// <summary>The replication groups of the database differ from spec.yugabyte.replication.groups. The message names
    /// them. Correct the list.</summary>
    public const string ReplicationDiffers = "ReplicationDiffers";

    /// <summary>The source of a replication group keeps its log for a shorter time than the upgrade takes while the
    /// group is paused. Raise the flags that the message names at the source, or choose replication.mode:
    /// TargetFirst.</summary>
    public const string RetentionTooShort = "RetentionTooShort";

    /// <summary>A replication group reported errors after it was resumed: check it with get_replication_status, and if
    /// the errors stay, bootstrap its target again. In preflight: its source uses AutoFlags that this universe has not
    /// promoted, so it does not replicate now; pause it until this universe is final.</summary>
    public const string ReplicationBroken = "ReplicationBroken";

    /// <summary>Entry of actionRequired: a tablet server is still in the leader blacklist and this upgrade no longer
    /// removes it. Remove it with the command in the message.</summary>
    public const string LeaderBlacklisted = "LeaderBlacklisted";

    /// <summary>Entry of actionRequired: promoted AutoFlags take effect only after every process was restarted. Restart
    /// the processes one at a time.</summary>
    public const string RestartRequired = "RestartRequired";

    /// <summary>Entry of actionRequired: a TiDB server writes no binlog since a write to the pumps failed, so the
    /// replica downstream lacks changes. Compare it with the source and load what is missing.</summary>
    public const string BinlogSkipped = "BinlogSkipped";

    /// <summary>Entry of actionRequired: pages that you should check after the upgrade.</summary>
    public const string ReviewDashboards = "ReviewDashboards";

    /// <summary>Entry of actionRequired: schedule limits of PD, or flags of masters that limit moves of leaders, are
    /// not at their final values. The message has the values and the command that sets them.</summary>
    public const string ScheduleLimits = "ScheduleLimits";

    /// <summary>What starts plain processes at boot still names the directory of the old version. Correct it on the
    /// hosts.</summary>
    public const string CheckBootScripts = "CheckBootScripts";

    /// <summary>Event: a step of an instance in spec.skip was counted as done, because the database no longer knows the
    /// instance. Entry of actionRequired: what must not be started if its host comes back.</summary>
    public const string InstanceSkipped = "InstanceSkipped";
}
