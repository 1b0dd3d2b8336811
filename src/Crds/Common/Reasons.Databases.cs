namespace Drydock.Crds.Common;

/// <content>Reasons of DatabaseRollingUpgrade.</content>
public static partial class Reasons
{
    /// <summary>
    /// The database reports a process that the spec does not list, or lacks one that it lists; the message names it.
    /// Correct spec.instances, or remove the process.
    /// </summary>
    [ReasonGroup(9, "DatabaseRollingUpgrade")]
    public const string InstancesDiffer = "InstancesDiffer";

    /// <summary>
    /// The database is not healthy enough to stop any of its processes: a process is down, a leader is missing, data is
    /// under-replicated; the message lists what. Heal it first.
    /// </summary>
    public const string ClusterUnhealthy = "ClusterUnhealthy";

    /// <summary>
    /// Fewer than three voters, or a replication factor below three: stopping one process is an outage. Add members, or
    /// accept it with spec.allowUnavailability: true.
    /// </summary>
    public const string QuorumTooSmall = "QuorumTooSmall";

    /// <summary>
    /// A DDL job runs or waits, and DDL must not happen during the upgrade; the message has its id and statement. Let
    /// it finish or cancel it.
    /// </summary>
    public const string DdlRunning = "DdlRunning";

    /// <summary>
    /// The new version's programs are not on a host, or not all of them; the message names host and file. Copy them
    /// there, or give spec.package.archives.
    /// </summary>
    public const string PackageMissing = "PackageMissing";

    /// <summary>
    /// An archive or a program has another checksum than announced; the message names host, file and both. Copy it
    /// again, or correct the checksum.
    /// </summary>
    public const string PackageCorrupt = "PackageCorrupt";

    /// <summary>
    /// A PostgreSQL extension is in use that the new version would lack. Give its files in spec.package.extensions.
    /// </summary>
    public const string ExtensionMissing = "ExtensionMissing";

    /// <summary>
    /// Which PostgreSQL extensions are in use cannot be read; the message says what was asked. Give
    /// spec.yugabyte.sql.credentialsSecretRef, or say it in spec.yugabyte.sql.extensionsInUse.
    /// </summary>
    public const string ExtensionsUnreadable = "ExtensionsUnreadable";

    /// <summary>
    /// A configuration file cannot be carried to the new version, or the new program refuses it, or labels of the
    /// stores contradict PD's location-labels; the message says which and why. If the new program refuses a file, the
    /// message quotes what it printed.
    /// </summary>
    public const string ConfigurationInvalid = "ConfigurationInvalid";

    /// <summary>
    /// How a process is started and stopped cannot be found out, or is not as spec.control says; the message says what
    /// was looked at.
    /// </summary>
    public const string ControlMismatch = "ControlMismatch";

    /// <summary>
    /// The host's key is unknown or has changed. If the host was reinstalled put its new key into the Secret of
    /// spec.access.ssh.knownHostsSecretRef (of a dockerd: its authority into that of spec.access.docker.tlsSecretRef);
    /// otherwise find out who answers.
    /// </summary>
    public const string HostKeyRefused = "HostKeyRefused";

    /// <summary>
    /// sudo on the host does not let the login user run a command without a password. Allow it (NOPASSWD in sudoers),
    /// or set spec.access.ssh.become: None.
    /// </summary>
    public const string SudoRefused = "SudoRefused";

    /// <summary>
    /// The database answered in a way that is none (an error page with status 200, a missing key); the message says
    /// what was asked and what is wrong with the answer. It quotes the beginning of an answer with an error status or
    /// without an expected key, and nothing of an answer that is no JSON or no text. It is never taken for a good
    /// answer.
    /// </summary>
    public const string AnswerUnusable = "AnswerUnusable";

    /// <summary>
    /// Leaders did not leave an instance within spec.drain.timeout. Find out why they stay, raise the timeout, or
    /// accept it with spec.drain.onTimeout: Proceed.
    /// </summary>
    public const string DrainTimeout = "DrainTimeout";

    /// <summary>
    /// A process does not end, or another of the same instance lives that its supervisor does not know; the message
    /// names pid and program. End it, then retry.
    /// </summary>
    public const string ProcessLivesOn = "ProcessLivesOn";

    /// <summary>
    /// A started instance did not become healthy: it keeps restarting, runs the wrong program, or its cluster does not
    /// take it; the message says which.
    /// </summary>
    public const string InstanceUnhealthy = "InstanceUnhealthy";

    /// <summary>
    /// The admin tool failed or printed something else than it should; the message has the end of its output.
    /// </summary>
    public const string AdminToolFailed = "AdminToolFailed";

    /// <summary>
    /// Processes of the cluster at the other end of replication are not on the target version yet; the message lists
    /// them. It goes on by itself once they are.
    /// </summary>
    public const string PeerNotUpgraded = "PeerNotUpgraded";

    /// <summary>
    /// Entry of actionRequired: a replication group is paused and this upgrade does not resume it any more. Resume it
    /// with the command in the message.
    /// </summary>
    public const string ReplicationPaused = "ReplicationPaused";

    /// <summary>
    /// Replication groups of the database and those of spec.yugabyte.replication.groups are not the same; the message
    /// names them. Correct the list.
    /// </summary>
    public const string ReplicationDiffers = "ReplicationDiffers";

    /// <summary>
    /// Entry of actionRequired: a tablet server is kept without leaders and this upgrade does not give them back any
    /// more. Take it out of the leader blacklist with the command in the message.
    /// </summary>
    public const string LeaderBlacklisted = "LeaderBlacklisted";

    /// <summary>
    /// Entry of actionRequired: AutoFlags were promoted that only a restart of every process applies. Restart them one
    /// at a time.
    /// </summary>
    public const string RestartRequired = "RestartRequired";

    /// <summary>Entry of actionRequired: pages to look at after the upgrade, which only a person can judge.</summary>
    public const string ReviewDashboards = "ReviewDashboards";

    /// <summary>
    /// Entry of actionRequired: schedule limits are not at their final values; the message has them and the command
    /// that sets them.
    /// </summary>
    public const string ScheduleLimits = "ScheduleLimits";
}
