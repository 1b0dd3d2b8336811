namespace Drydock.Crds.Common;

/// <summary>
/// The reasons of all conditions, findings, events and action items: stable machine words, each with what it means and what to do.
/// Clients treat a reason they do not know as in progress.
/// </summary>
public static class Reasons
{
    /// <summary>Seen; nothing was looked at yet. Nothing to do.</summary>
    [ReasonGroup("Ready, Reconciling: progress and waiting")]
    public const string Pending = "Pending";

    /// <summary>Everything is being checked; nothing is changed.</summary>
    public const string Preflight = "Preflight";

    /// <summary>The plan is being carried out; status.step says where it is.</summary>
    public const string Running = "Running";

    /// <summary>A step runs; status.step says which.</summary>
    public const string StepRunning = "StepRunning";

    /// <summary>Nothing more is started, because an abort or a deletion asked for it; running steps finish.</summary>
    public const string Stopped = "Stopped";

    /// <summary>mode: Plan has ended: the plan is in status.plan and nothing was changed. Read it, then set mode: Apply, with approvedPlanHash if no other plan may run.</summary>
    public const string PlanReady = "PlanReady";

    /// <summary>It stops before the phase or step named in the message. Approve it by annotation, or remove the entry from spec.holdBefore.</summary>
    public const string Held = "Held";

    /// <summary>A person must change ha.config in the OMS console, as the message says; it goes on by itself once the row shows it.</summary>
    public const string AwaitingManualChange = "AwaitingManualChange";

    /// <summary>spec.paused is true: running steps finish and none is started. Set it to false to go on.</summary>
    public const string Paused = "Paused";

    /// <summary>Another object holds the target; the message names it. It goes on by itself when that one lets go.</summary>
    public const string TargetBusy = "TargetBusy";

    /// <summary>Deletion was asked for after the first old container was stopped: the plan goes on to its end first. The annotation drydock.dev/on-delete: Abandon lets go at once.</summary>
    public const string DeletionWaits = "DeletionWaits";

    /// <summary>Deletion or abort was asked for before the first old container was stopped: what was changed is being undone.</summary>
    public const string Undoing = "Undoing";

    /// <summary>The way back is being taken; status.step says where it is.</summary>
    public const string RollingBack = "RollingBack";

    /// <summary>It is outside spec.window, so no further phase is started; the message says when it opens. Change or remove spec.window to go on now.</summary>
    public const string OutsideWindow = "OutsideWindow";

    /// <summary>The Lease on the target belongs to an object that no longer exists. Look at the target, then set spec.adoptTarget: true to take it over.</summary>
    public const string HolderGone = "HolderGone";

    /// <summary>An identity field was changed while the stored plan runs: the stored plan goes on. Put the old value back, or create another object for the other target.</summary>
    public const string SpecChangeIgnored = "SpecChangeIgnored";

    /// <summary>An approval was for another plan than the stored one and was ignored. Read status.plan again and approve its hash.</summary>
    public const string ApprovalIgnored = "ApprovalIgnored";

    /// <summary>An abort token came when nothing ran: it is used up and stops nothing, now or later. To stop what runs later give another token then.</summary>
    public const string AbortIgnored = "AbortIgnored";

    /// <summary>The whole plan is done and verified. Nothing more is written or connected to.</summary>
    [ReasonGroup("Succeeded")]
    public const string Succeeded = "Succeeded";

    /// <summary>The whole plan is done; status.actionRequired lists what a person has to do.</summary>
    public const string SucceededWithActions = "SucceededWithActions";

    /// <summary>The former version runs again, as spec.desiredState asked. Another try is a new retry token with desiredState: Upgraded, or a new object.</summary>
    [ReasonGroup("RolledBack")]
    public const string RolledBack = "RolledBack";

    /// <summary>The upgrade failed and the former version runs again, as spec.rollbackPolicy asked. It stays so until a new retry token starts another attempt from preflight.</summary>
    public const string RolledBackAfterFailure = "RolledBackAfterFailure";

    /// <summary>Preflight found more than one thing wrong; status.findings lists all of them. Repair them; preflight looks again by itself.</summary>
    [ReasonGroup("Stalled: preflight, before anything was changed; it looks again by itself")]
    public const string PreflightFailed = "PreflightFailed";

    /// <summary>The spec contradicts itself in a way the schema cannot refuse; the message names the fields.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>There is no supported way from fromVersion to toVersion in one step; the message names the way there is.</summary>
    public const string VersionPathUnsupported = "VersionPathUnsupported";

    /// <summary>The running container is not of fromVersion. Correct fromVersion, or the container's name.</summary>
    public const string VersionMismatch = "VersionMismatch";

    /// <summary>The nodes of the spec are not exactly the cm_nodes of every node's config.yaml. Correct the one that is wrong.</summary>
    public const string NodesDiffer = "NodesDiffer";

    /// <summary>The regions of the config.yaml files contradict each other: two or no cm_is_default, a cm_location twice, or another metadata database.</summary>
    public const string RegionsInvalid = "RegionsInvalid";

    /// <summary>Two regions name the same drc_cm_heartbeat_db. Every region needs its own.</summary>
    public const string HeartbeatDatabaseShared = "HeartbeatDatabaseShared";

    /// <summary>config.yaml of a node cannot be read, or lacks a key; the message names the node and the key.</summary>
    public const string ConfigUnreadable = "ConfigUnreadable";

    /// <summary>The metadata database cannot be reached. Check host, port and network, or give spec.metadataDatabase.</summary>
    public const string MetadataDatabaseUnreachable = "MetadataDatabaseUnreachable";

    /// <summary>A login was refused, or a privilege is missing that the work or the way back needs; the message says which.</summary>
    public const string AccessDenied = "AccessDenied";

    /// <summary>The metadata database lacks a table or column this version should have; the message names it.</summary>
    public const string MetadataUnreadable = "MetadataUnreadable";

    /// <summary>A Secret that the spec refers to does not exist, or lacks a key; the message names it.</summary>
    public const string SecretMissing = "SecretMissing";

    /// <summary>A host or its dockerd cannot be reached, or refused the certificate or key, or the container that is the host does not run; the message names it.</summary>
    public const string HostUnreachable = "HostUnreachable";

    /// <summary>A dockerd is too old for what is needed; the message names the node and the versions.</summary>
    public const string DockerUnsupported = "DockerUnsupported";

    /// <summary>The current container is not on a node, or does not run. Correct currentContainer, or start it.</summary>
    public const string ContainerNotFound = "ContainerNotFound";

    /// <summary>A container with the name of the new one exists and is not ours. Remove it, or choose another newContainer.</summary>
    public const string ContainerNameTaken = "ContainerNameTaken";

    /// <summary>The current container lacks one of OMS's mounts (config.yaml, logs, store, run), or a source is missing on the host.</summary>
    public const string MountsUnusable = "MountsUnusable";

    /// <summary>Something else than OMS listens on a port that OMS needs on a host; the message names both. Stop it, or choose another port in config.yaml.</summary>
    public const string PortTaken = "PortTaken";

    /// <summary>The image is neither present nor pullable on a node and no archive was given. Give spec.imageArchive, or load it.</summary>
    public const string ImageMissing = "ImageMissing";

    /// <summary>The image archive cannot be read, or its checksum is another. Correct path or sha256, or copy the file again.</summary>
    public const string ImageArchiveUnreadable = "ImageArchiveUnreadable";

    /// <summary>The image lacks what the upgrade runs (docker_init.sh, supervisord); it is not an OMS image, or not this version's.</summary>
    public const string ImageUnsuitable = "ImageUnsuitable";

    /// <summary>The image has another ID on another node. Load the same archive on all nodes.</summary>
    public const string ImagesDiffer = "ImagesDiffer";

    /// <summary>The correction JAR is not at spec.correction.jarPath in the image. Find it in the image and correct the path.</summary>
    public const string JarMissing = "JarMissing";

    /// <summary>Projects share a name; the message lists ids. Rename them in the console first.</summary>
    public const string DuplicateProjectNames = "DuplicateProjectNames";

    /// <summary>Writers carry a blackRegionNo of another region; the message lists them. If the cascade is in use, ask the vendor's support before upgrading.</summary>
    public const string CascadedWriters = "CascadedWriters";

    /// <summary>Whether a forward switchover is under way cannot be read. Make sure none is, and put NoForwardSwitchover into spec.preflight.acknowledge.</summary>
    public const string ForwardSwitchoverUnacknowledged = "ForwardSwitchoverUnacknowledged";

    /// <summary>A forward switchover is under way; the message lists the projects. Finish it in the console: it must not be carried on by another version.</summary>
    public const string ForwardSwitchoverUnderWay = "ForwardSwitchoverUnderWay";

    /// <summary>Running projects are further behind than spec.preflight.maxProjectLag; the message lists project, lag and limit. Let them catch up, or suspend them.</summary>
    public const string ProjectsLagging = "ProjectsLagging";

    /// <summary>The API of the OMS console does not answer. Check port, network and certificate, or the key url of spec.preflight.apiCredentialsSecretRef.</summary>
    public const string ApiUnreachable = "ApiUnreachable";

    /// <summary>The API of the OMS console refused the login or the request, or is none; the message has its words. Correct the Secret of spec.preflight.apiCredentialsSecretRef, or leave that empty.</summary>
    public const string ApiRefused = "ApiRefused";

    /// <summary>Synchronisation projects with DDL have no dbType on their source; the message lists them. Repair them, or acknowledge.</summary>
    public const string SyncProjectsWithoutDbType = "SyncProjectsWithoutDbType";

    /// <summary>Too little room for dumps or image; the message says where, how much there is and how much is needed.</summary>
    public const string NoSpace = "NoSpace";

    /// <summary>The storage for dumps cannot be written, or what is written cannot be read back. Check the path and the volume.</summary>
    public const string StorageUnusable = "StorageUnusable";

    /// <summary>Clock or time zone of a host and the metadata database differ too much; heartbeats would look stale. Repair NTP or the time zone.</summary>
    public const string ClockSkew = "ClockSkew";

    /// <summary>The metadata database offers neither a named lock nor a replacement for it, so destructive statements could not be fenced.</summary>
    public const string LockUnavailable = "LockUnavailable";

    /// <summary>The plan that compiles now is not the approved one; the message shows the differences. Approve the new hash, or put back what changed.</summary>
    public const string PlanChanged = "PlanChanged";

    /// <summary>The time of spec.notAfter has passed and nothing was begun. Set a later time if it is still wanted, or delete the object.</summary>
    public const string TooLate = "TooLate";

    /// <summary>A step failed and no automatic attempt is left; the message names step, node, cause and what to do. Repair it, then give a new retry token.</summary>
    [ReasonGroup("Stalled, Failed: while the plan runs")]
    public const string StepFailed = "StepFailed";

    /// <summary>A step took longer than its phase's timeout. Find out why, raise spec.timeouts if need be, then give a new retry token.</summary>
    public const string StepTimeout = "StepTimeout";

    /// <summary>Whether a step that must run once has run cannot be read, so nothing runs again on that data. The message says what was looked at and the way on.</summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    /// <summary>A run-once step failed on data it may have changed: it may run again only on the restored snapshot.</summary>
    public const string RestoreRequired = "RestoreRequired";

    /// <summary>The annotation drydock.dev/abort stopped the run; running steps finished and nothing more is started. Go on with a new retry token, or back with desiredState: RolledBack.</summary>
    public const string Aborted = "Aborted";

    /// <summary>A step of the way back failed; everything is kept and nothing more is started. Repair the cause the message names, then give a new retry token: it goes on from there.</summary>
    public const string RollbackFailed = "RollbackFailed";

    /// <summary>The way back that was asked for does not exist; the message says why.</summary>
    public const string RollbackUnavailable = "RollbackUnavailable";

    /// <summary>Something that must stay true is not: somebody changed the target by hand; the message says what and when. Making it true again goes on by itself.</summary>
    public const string TargetChanged = "TargetChanged";

    /// <summary>The Lease that holds the target is gone or another's. Nothing more is started; the message names the holder.</summary>
    public const string TargetClaimLost = "TargetClaimLost";

    /// <summary>The storage no longer shows the mark that was left in it: another volume, or none, is mounted. Mount the right one.</summary>
    public const string StorageLost = "StorageLost";

    /// <summary>The BackupSnapshot of the upgrade failed; its own message says why. The upgrade does not pass Backup.</summary>
    public const string SnapshotFailed = "SnapshotFailed";

    /// <summary>What was stored does not verify: trailer, checksum, tables or row counts differ. The dump is not used; retry makes a new one.</summary>
    public const string SnapshotInvalid = "SnapshotInvalid";

    /// <summary>The snapshot that the run relies on is gone, or another one of the same name.</summary>
    public const string SnapshotMissing = "SnapshotMissing";

    /// <summary>The snapshot belongs to another namespace, or does not say to which. Create the object in that namespace, or take a new snapshot.</summary>
    public const string ForeignSnapshot = "ForeignSnapshot";

    /// <summary>The dump tool failed; the message holds the end of its output.</summary>
    public const string DumpFailed = "DumpFailed";

    /// <summary>docker_init.sh ended without its success marker; its output is in the Secret named in status.plan.steps. Repair the cause, then retry.</summary>
    public const string MarkerMissing = "MarkerMissing";

    /// <summary>Components or hosts did not become healthy within the timeout; the message lists them.</summary>
    public const string ComponentsUnhealthy = "ComponentsUnhealthy";

    /// <summary>Deletion with the annotation drydock.dev/on-delete: Abandon: the object goes and the message says what was left where.</summary>
    public const string Abandoned = "Abandoned";

    /// <summary>The operator failed in a way it does not know; the log has the details. It tries again with back-off.</summary>
    public const string InternalError = "InternalError";

    /// <summary>The milestone is reached.</summary>
    [ReasonGroup("Milestones and others")]
    public const string Done = "Done";

    /// <summary>The milestone is not reached yet.</summary>
    public const string NotYet = "NotYet";

    /// <summary>This upgrade does not need the milestone's phase.</summary>
    public const string NotNeeded = "NotNeeded";

    /// <summary>Nothing waits for an approval.</summary>
    public const string NotHeld = "NotHeld";

    /// <summary>Nothing has failed.</summary>
    public const string NotFailed = "NotFailed";

    /// <summary>Projects are not as before the upgrade; status.actionRequired lists them. Look at each in the console.</summary>
    public const string ProjectsDiffer = "ProjectsDiffer";

    /// <summary>Nothing was given to compare by; the list for a person is in status.actionRequired.</summary>
    public const string Unverifiable = "Unverifiable";

    /// <summary>The databases are being dumped.</summary>
    [ReasonGroup("BackupSnapshot")]
    public const string Dumping = "Dumping";

    /// <summary>What was stored is being read back and compared.</summary>
    public const string Verifying = "Verifying";

    /// <summary>A database to dump does not exist on the server; the message names it.</summary>
    public const string DatabaseNotFound = "DatabaseNotFound";

    /// <summary>The files of a deleted snapshot stay until the upgrade that refers to them has ended.</summary>
    public const string FilesInUse = "FilesInUse";

    /// <summary>The object goes and its files stay, as deletionPolicy says.</summary>
    public const string FilesRetained = "FilesRetained";

    /// <summary>The object goes and its files were deleted, as deletionPolicy says.</summary>
    public const string FilesDeleted = "FilesDeleted";

    /// <summary>spec.retention gave this snapshot up: its files are being removed, and nothing is restored from it any more.</summary>
    public const string Expiring = "Expiring";

    /// <summary>spec.retention removed the files of this snapshot. Nothing to do; delete the object when it is not wanted for the record.</summary>
    public const string Expired = "Expired";

    /// <summary>Event: a snapshot that spec.retention would remove is kept; the message says why.</summary>
    public const string RetentionKept = "RetentionKept";

    /// <summary>Databases are dropped, created, loaded and compared.</summary>
    [ReasonGroup("SnapshotRestore")]
    public const string Restoring = "Restoring";

    /// <summary>A database that would be dropped exists and is not named in spec.allowDrop; nothing was changed. Add it if its present contents may be lost.</summary>
    public const string DropNotAllowed = "DropNotAllowed";

    /// <summary>Sessions of others use a database that would be dropped; the message names them. It goes on by itself when they are closed.</summary>
    public const string SessionsOpen = "SessionsOpen";

    /// <summary>The server to restore to cannot be reached. Check host, port, network and TLS; it is tried again.</summary>
    public const string ServerUnreachable = "ServerUnreachable";

    /// <summary>A restore failed; status.databases says which databases are whole. After the repair a new retry token goes on with the others.</summary>
    public const string RestoreFailed = "RestoreFailed";

    /// <summary>The database reports a process that the spec does not list, or lacks one that it lists; the message names it. Correct spec.instances, or remove the process.</summary>
    [ReasonGroup("DatabaseRollingUpgrade")]
    public const string InstancesDiffer = "InstancesDiffer";

    /// <summary>The database is not healthy enough to stop any of its processes: a process is down, a leader is missing, data is under-replicated; the message lists what. Heal it first.</summary>
    public const string ClusterUnhealthy = "ClusterUnhealthy";

    /// <summary>Fewer than three voters, or a replication factor below three: stopping one process is an outage. Add members, or accept it with spec.allowUnavailability: true.</summary>
    public const string QuorumTooSmall = "QuorumTooSmall";

    /// <summary>A DDL job runs or waits, and DDL must not happen during the upgrade; the message has its id and statement. Let it finish or cancel it.</summary>
    public const string DdlRunning = "DdlRunning";

    /// <summary>The new version's programs are not on a host, or not all of them; the message names host and file. Copy them there, or give spec.package.archives.</summary>
    public const string PackageMissing = "PackageMissing";

    /// <summary>An archive or a program has another checksum than announced; the message names host, file and both. Copy it again, or correct the checksum.</summary>
    public const string PackageCorrupt = "PackageCorrupt";

    /// <summary>A PostgreSQL extension is in use that the new version would lack. Give its files in spec.package.extensions.</summary>
    public const string ExtensionMissing = "ExtensionMissing";

    /// <summary>Which PostgreSQL extensions are in use cannot be read; the message says what was asked. Give spec.yugabyte.sql.credentialsSecretRef, or say it in spec.yugabyte.sql.extensionsInUse.</summary>
    public const string ExtensionsUnreadable = "ExtensionsUnreadable";

    /// <summary>A configuration file cannot be carried to the new version, or the new program refuses it; the message has its words.</summary>
    public const string ConfigurationInvalid = "ConfigurationInvalid";

    /// <summary>How a process is started and stopped cannot be found out, or is not as spec.control says; the message says what was looked at.</summary>
    public const string ControlMismatch = "ControlMismatch";

    /// <summary>The host's key is unknown or has changed. If the host was reinstalled put its new key into the Secret of spec.access.ssh.knownHostsSecretRef (of a dockerd: its authority into that of spec.access.docker.tlsSecretRef); otherwise find out who answers.</summary>
    public const string HostKeyRefused = "HostKeyRefused";

    /// <summary>sudo on the host does not let the login user run a command without a password. Allow it (NOPASSWD in sudoers), or set spec.access.ssh.become: None.</summary>
    public const string SudoRefused = "SudoRefused";

    /// <summary>The database answered in a way that is none (an error page with status 200, a missing key); the message has its words. It is never taken for a good answer.</summary>
    public const string AnswerUnusable = "AnswerUnusable";

    /// <summary>Leaders did not leave an instance within spec.drain.timeout. Find out why they stay, raise the timeout, or accept it with spec.drain.onTimeout: Proceed.</summary>
    public const string DrainTimeout = "DrainTimeout";

    /// <summary>A process does not end, or another of the same instance lives that its supervisor does not know; the message names pid and program. End it, then retry.</summary>
    public const string ProcessLivesOn = "ProcessLivesOn";

    /// <summary>A started instance did not become healthy: it keeps restarting, runs the wrong program, or its cluster does not take it; the message says which.</summary>
    public const string InstanceUnhealthy = "InstanceUnhealthy";

    /// <summary>The admin tool failed or printed something else than it should; the message has the end of its output.</summary>
    public const string AdminToolFailed = "AdminToolFailed";

    /// <summary>Processes of the cluster at the other end of replication are not on the target version yet; the message lists them. It goes on by itself once they are.</summary>
    public const string PeerNotUpgraded = "PeerNotUpgraded";

    /// <summary>Entry of actionRequired: a replication group is paused and this upgrade does not resume it any more. Resume it with the command in the message.</summary>
    public const string ReplicationPaused = "ReplicationPaused";

    /// <summary>Replication groups of the database and those of spec.yugabyte.replication.groups are not the same; the message names them. Correct the list.</summary>
    public const string ReplicationDiffers = "ReplicationDiffers";

    /// <summary>Entry of actionRequired: a tablet server is kept without leaders and this upgrade does not give them back any more. Take it out of the leader blacklist with the command in the message.</summary>
    public const string LeaderBlacklisted = "LeaderBlacklisted";

    /// <summary>Entry of actionRequired: AutoFlags were promoted that only a restart of every process applies. Restart them one at a time.</summary>
    public const string RestartRequired = "RestartRequired";

    /// <summary>Entry of actionRequired: pages to look at after the upgrade, which only a person can judge.</summary>
    public const string ReviewDashboards = "ReviewDashboards";

    /// <summary>Entry of actionRequired: schedule limits are not at their final values; the message has them and the command that sets them.</summary>
    public const string ScheduleLimits = "ScheduleLimits";

    /// <summary>Event: a step began.</summary>
    [ReasonGroup("Events and entries of actionRequired")]
    public const string StepStarted = "StepStarted";

    /// <summary>Event: a step is done.</summary>
    public const string StepSucceeded = "StepSucceeded";

    /// <summary>Event: an idempotent step is tried again.</summary>
    public const string StepRetried = "StepRetried";

    /// <summary>Event: a newer operator wrote this status, so this operator leaves the object alone. Install the newer operator again.</summary>
    public const string OperatorTooOld = "OperatorTooOld";

    /// <summary>docker_init.sh printed its success marker and ended with an exit code other than 0; Verify decides.</summary>
    public const string InitializedWithWarning = "InitializedWithWarning";

    /// <summary>Action: a project needs a look after the upgrade, as the message says.</summary>
    public const string ReviewProject = "ReviewProject";

    /// <summary>Action: a project that ran before the upgrade is stopped and was not resumed, as the message says. Resume it in the console.</summary>
    public const string ProjectNotResumed = "ProjectNotResumed";

    /// <summary>Action: high availability stays off as afterUpgrade says; links named in the message stay abnormal until started.</summary>
    public const string HighAvailabilityOff = "HighAvailabilityOff";

    /// <summary>Action: the new containers stay after the way back, stopped; remove them once nobody wants to look into them.</summary>
    public const string RemoveNewContainers = "RemoveNewContainers";

    /// <summary>Action: the way back dumped what it dropped into the BackupSnapshot named in the message, or could not; look at it, and delete it once it is not wanted any more.</summary>
    public const string ReviewSnapshot = "ReviewSnapshot";

    /// <summary>Action: the old containers stay, stopped; remove them once the upgrade is accepted.</summary>
    public const string RemoveOldContainers = "RemoveOldContainers";

    /// <summary>Event: five looks at this object in a row could not write what they decided. The message has the last answer of the API server. What runs on the targets is not stopped, nothing is started, and the operator retries with growing pauses.</summary>
    public const string WritesNotTaken = "WritesNotTaken";

    /// <summary>Event: the API server refused a status for its size or one of its texts; it was written with shortened texts.</summary>
    public const string StatusShortened = "StatusShortened";
}
