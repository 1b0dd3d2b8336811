namespace Drydock.Crds.Common;

/// <content>Reasons of a run that stalls before anything was changed.</content>
public static partial class Reasons
{
    /// <summary>
    /// Preflight found more than one thing wrong; status.findings lists all of them. Repair them; preflight looks again
    /// by itself.
    /// </summary>
    [ReasonGroup(4, "Stalled: preflight, before anything was changed; it looks again by itself")]
    public const string PreflightFailed = "PreflightFailed";

    /// <summary>The spec contradicts itself in a way the schema cannot refuse; the message names the fields.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>
    /// There is no supported way from fromVersion to toVersion in one step; the message names the way there is.
    /// </summary>
    public const string VersionPathUnsupported = "VersionPathUnsupported";

    /// <summary>The running container is not of fromVersion. Correct fromVersion, or the container's name.</summary>
    public const string VersionMismatch = "VersionMismatch";

    /// <summary>
    /// The nodes of the spec are not exactly the cm_nodes of every node's config.yaml. Correct the one that is wrong.
    /// </summary>
    public const string NodesDiffer = "NodesDiffer";

    /// <summary>
    /// The regions of the config.yaml files contradict each other: two or no cm_is_default, a cm_location twice, or
    /// another metadata database.
    /// </summary>
    public const string RegionsInvalid = "RegionsInvalid";

    /// <summary>Two regions name the same drc_cm_heartbeat_db. Every region needs its own.</summary>
    public const string HeartbeatDatabaseShared = "HeartbeatDatabaseShared";

    /// <summary>config.yaml of a node cannot be read, or lacks a key; the message names the node and the key.</summary>
    public const string ConfigUnreadable = "ConfigUnreadable";

    /// <summary>
    /// The metadata database cannot be reached. Check host, port and network, or give spec.metadataDatabase.
    /// </summary>
    public const string MetadataDatabaseUnreachable = "MetadataDatabaseUnreachable";

    /// <summary>
    /// A login was refused, or a privilege is missing that the work or the way back needs; the message says which.
    /// </summary>
    public const string AccessDenied = "AccessDenied";

    /// <summary>The metadata database lacks a table or column this version should have; the message names it.</summary>
    public const string MetadataUnreadable = "MetadataUnreadable";

    /// <summary>A Secret that the spec refers to does not exist, or lacks a key; the message names it.</summary>
    public const string SecretMissing = "SecretMissing";

    /// <summary>
    /// A host or its dockerd cannot be reached, or refused the certificate or key, or the container that is the host
    /// does not run; the message names it.
    /// </summary>
    public const string HostUnreachable = "HostUnreachable";

    /// <summary>A dockerd is too old for what is needed; the message names the node and the versions.</summary>
    public const string DockerUnsupported = "DockerUnsupported";

    /// <summary>
    /// The current container is not on a node, or does not run. Correct currentContainer, or start it.
    /// </summary>
    public const string ContainerNotFound = "ContainerNotFound";

    /// <summary>
    /// A container with the name of the new one exists and is not ours. Remove it, or choose another newContainer.
    /// </summary>
    public const string ContainerNameTaken = "ContainerNameTaken";

    /// <summary>
    /// The current container lacks one of OMS's mounts (config.yaml, logs, store, run), or a source is missing on the
    /// host.
    /// </summary>
    public const string MountsUnusable = "MountsUnusable";

    /// <summary>
    /// Something else than OMS listens on a port that OMS needs on a host; the message names both. Stop it, or choose
    /// another port in config.yaml.
    /// </summary>
    public const string PortTaken = "PortTaken";

    /// <summary>
    /// The image is neither present nor pullable on a node and no archive was given. Give spec.imageArchive, or load
    /// it.
    /// </summary>
    public const string ImageMissing = "ImageMissing";

    /// <summary>
    /// The image archive cannot be read, or its checksum is another. Correct path or sha256, or copy the file again.
    /// </summary>
    public const string ImageArchiveUnreadable = "ImageArchiveUnreadable";

    /// <summary>
    /// The image lacks what the upgrade runs (docker_init.sh, supervisord); it is not an OMS image, or not this
    /// version's.
    /// </summary>
    public const string ImageUnsuitable = "ImageUnsuitable";

    /// <summary>The image has another ID on another node. Load the same archive on all nodes.</summary>
    public const string ImagesDiffer = "ImagesDiffer";

    /// <summary>
    /// The correction JAR is not at spec.correction.jarPath in the image. Find it in the image and correct the path.
    /// </summary>
    public const string JarMissing = "JarMissing";

    /// <summary>Projects share a name; the message lists ids. Rename them in the console first.</summary>
    public const string DuplicateProjectNames = "DuplicateProjectNames";

    /// <summary>
    /// Writers carry a blackRegionNo of another region; the message lists them. If the cascade is in use, ask the
    /// vendor's support before upgrading.
    /// </summary>
    public const string CascadedWriters = "CascadedWriters";

    /// <summary>
    /// Whether a forward switchover is under way cannot be read. Make sure none is, and put NoForwardSwitchover into
    /// spec.preflight.acknowledge.
    /// </summary>
    public const string ForwardSwitchoverUnacknowledged = "ForwardSwitchoverUnacknowledged";

    /// <summary>
    /// A forward switchover is under way; the message lists the projects. Finish it in the console: it must not be
    /// carried on by another version.
    /// </summary>
    public const string ForwardSwitchoverUnderWay = "ForwardSwitchoverUnderWay";

    /// <summary>
    /// Running projects are further behind than spec.preflight.maxProjectLag; the message lists project, lag and limit.
    /// Let them catch up, or suspend them.
    /// </summary>
    public const string ProjectsLagging = "ProjectsLagging";

    /// <summary>
    /// The API of the OMS console does not answer. Check port, network and certificate, or the key url of
    /// spec.preflight.apiCredentialsSecretRef.
    /// </summary>
    public const string ApiUnreachable = "ApiUnreachable";

    /// <summary>
    /// The API of the OMS console refused the login or the request, or is none; the message says what it answered.
    /// Correct the Secret of spec.preflight.apiCredentialsSecretRef, or leave that empty.
    /// </summary>
    public const string ApiRefused = "ApiRefused";

    /// <summary>
    /// Synchronisation projects with DDL have no dbType on their source; the message lists them. Repair them, or
    /// acknowledge.
    /// </summary>
    public const string SyncProjectsWithoutDbType = "SyncProjectsWithoutDbType";

    /// <summary>
    /// Too little room for dumps or image; the message says where, how much there is and how much is needed.
    /// </summary>
    public const string NoSpace = "NoSpace";

    /// <summary>
    /// The storage for dumps cannot be written, or what is written cannot be read back. Check the path and the volume.
    /// </summary>
    public const string StorageUnusable = "StorageUnusable";

    /// <summary>
    /// Clock or time zone of a host and the metadata database differ too much; heartbeats would look stale. Repair NTP
    /// or the time zone.
    /// </summary>
    public const string ClockSkew = "ClockSkew";

    /// <summary>
    /// The metadata database offers neither a named lock nor a replacement for it, so destructive statements could not
    /// be fenced.
    /// </summary>
    public const string LockUnavailable = "LockUnavailable";

    /// <summary>
    /// The plan that compiles now is not the approved one; the message shows the differences. Approve the new hash, or
    /// put back what changed.
    /// </summary>
    public const string PlanChanged = "PlanChanged";

    /// <summary>
    /// The time of spec.notAfter has passed and nothing was begun. Set a later time if it is still wanted, or delete
    /// the object.
    /// </summary>
    public const string TooLate = "TooLate";
}
