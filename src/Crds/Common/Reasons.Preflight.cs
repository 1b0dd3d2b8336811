namespace Drydock.Crds.Common;

/// <content>Reasons of a run that stalls before anything was changed.</content>
public static partial class Reasons
{
    /// <summary>Preflight found several problems; status.findings lists all of them. Repair them. Preflight is repeated
    /// automatically.</summary>
    [ReasonGroup(4, "Stalled: preflight, nothing was changed; preflight is repeated automatically")]
    public const string PreflightFailed = "PreflightFailed";

    /// <summary>The spec contradicts itself in a way that the schema cannot refuse. Correct the fields that the message
    /// names.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>There is no supported path from fromVersion to toVersion in one step. The message names the supported
    /// path.</summary>
    public const string VersionPathUnsupported = "VersionPathUnsupported";

    /// <summary>Files that the current container has changed against its image do not come into the new one. Mount
    /// them, or repeat the change after the upgrade.</summary>
    public const string ContainerFilesChanged = "ContainerFilesChanged";

    /// <summary>dockerd did not list in time which files the current container has changed against its image. Check
    /// with docker diff that nothing in it is needed, then acknowledge it.</summary>
    public const string ContainerFilesUnknown = "ContainerFilesUnknown";

    /// <summary>The running container reports another version than fromVersion. Correct fromVersion or the name of the
    /// container. In status.actionRequired: the new container reports another version than toVersion.</summary>
    public const string VersionMismatch = "VersionMismatch";

    /// <summary>Every node runs toVersion or the image of spec already. A second upgrade would repeat docker_init.sh on
    /// initialised metadata, so this cannot be acknowledged. Correct toVersion and image, or delete the
    /// object.</summary>
    public const string AlreadyAtVersion = "AlreadyAtVersion";

    /// <summary>A node runs the release of toVersion, and its bugfix pack cannot be read. If it is toVersion already,
    /// delete the object; if it is an older patch or another build, acknowledge this.</summary>
    public const string SameRelease = "SameRelease";

    /// <summary>Some nodes run toVersion already and others do not: an upgrade stopped half way. Retry it or roll it
    /// back; if its object was lost, bring all nodes to one version manually first.</summary>
    public const string VersionsMixed = "VersionsMixed";

    /// <summary>Several running containers of a node have the config.yaml of OMS mounted. Name the one that is upgraded
    /// in currentContainer.</summary>
    public const string ContainerAmbiguous = "ContainerAmbiguous";

    /// <summary>The spec does not say who changes ha.config, and ha.config is not as expected for fromVersion. Set
    /// highAvailability.method.</summary>
    public const string HighAvailabilityMethodUnknown = "HighAvailabilityMethodUnknown";

    /// <summary>The nodes of the spec are not exactly the cm_nodes of every node's config.yaml. Correct the one that is
    /// wrong.</summary>
    public const string NodesDiffer = "NodesDiffer";

    /// <summary>The regions of the config.yaml files contradict each other: two or no cm_is_default, a cm_location
    /// twice, or another metadata database.</summary>
    public const string RegionsInvalid = "RegionsInvalid";

    /// <summary>Two regions name the same drc_cm_heartbeat_db. Give every region its own.</summary>
    public const string HeartbeatDatabaseShared = "HeartbeatDatabaseShared";

    /// <summary>config.yaml of a node cannot be read or lacks a key. The message names the node and the key.</summary>
    public const string ConfigUnreadable = "ConfigUnreadable";

    /// <summary>The operator cannot connect to the metadata database. Check host, port and network, or set
    /// spec.metadataDatabase.</summary>
    public const string MetadataDatabaseUnreachable = "MetadataDatabaseUnreachable";

    /// <summary>A login was refused, or a privilege is missing that the upgrade or its rollback needs. The message says
    /// which.</summary>
    public const string AccessDenied = "AccessDenied";

    /// <summary>The metadata database lacks a table or column that this version should have. The message names
    /// it.</summary>
    public const string MetadataUnreadable = "MetadataUnreadable";

    /// <summary>A Secret that the spec refers to does not exist or lacks a key. Create the Secret or the key that the
    /// message names.</summary>
    public const string SecretMissing = "SecretMissing";

    /// <summary>A host or its dockerd cannot be reached, or it refused the certificate or key, or the container that
    /// counts as the host does not run. The message names it.</summary>
    public const string HostUnreachable = "HostUnreachable";

    /// <summary>A dockerd is too old, or podman answers in its place. The message names the node, its version and what
    /// is needed.</summary>
    public const string DockerUnsupported = "DockerUnsupported";

    /// <summary>The current container does not exist on a node, or it does not run. Correct currentContainer, or start
    /// the container.</summary>
    public const string ContainerNotFound = "ContainerNotFound";

    /// <summary>A container with the name of the new container already exists, and this upgrade did not create it.
    /// Remove it, or choose another newContainer.</summary>
    public const string ContainerNameTaken = "ContainerNameTaken";

    /// <summary>The current container lacks one of OMS's mounts (config.yaml, logs, store, run), or a source is missing
    /// on the host.</summary>
    public const string MountsUnusable = "MountsUnusable";

    /// <summary>Another container may write to the data of OMS (config.yaml, logs, store, run). Mount them
    /// read-only in it or stop it; if it only reads them, acknowledge this.</summary>
    public const string DataShared = "DataShared";

    /// <summary>The current container was started with --rm: dockerd removes it when it stops, and a rollback needs it.
    /// Start it again without --rm.</summary>
    public const string ContainerRemovesItself = "ContainerRemovesItself";

    /// <summary>dockerd refuses the options of the new container, or the host lacks what they name. The message says
    /// which. Correct spec.container or the host.</summary>
    public const string ContainerOptionsRefused = "ContainerOptionsRefused";

    /// <summary>Another program listens on a port that OMS needs. The message names host and port. Stop the program, or
    /// choose another port in config.yaml.</summary>
    public const string PortTaken = "PortTaken";

    /// <summary>The image is neither present nor pullable on a node, and the spec names no archive. Set
    /// spec.imageArchive, or load the image.</summary>
    public const string ImageMissing = "ImageMissing";

    /// <summary>The image archive cannot be read, or its checksum differs. Correct path or sha256, or copy the file
    /// again.</summary>
    public const string ImageArchiveUnreadable = "ImageArchiveUnreadable";

    /// <summary>The image lacks a file that the upgrade runs (docker_init.sh, supervisord). It is not an OMS image, or
    /// not an image of this version.</summary>
    public const string ImageUnsuitable = "ImageUnsuitable";

    /// <summary>The new image is named after another version or edition than toVersion. Correct the image or
    /// toVersion.</summary>
    public const string ImageNameContradicts = "ImageNameContradicts";

    /// <summary>The image ID differs between nodes. Load the same archive on all nodes.</summary>
    public const string ImagesDiffer = "ImagesDiffer";

    /// <summary>The correction JAR is not at spec.correction.jarPath in the image. Find it in the image and correct the
    /// path.</summary>
    public const string JarMissing = "JarMissing";

    /// <summary>The file of spec.correction.archive is missing, unreadable, no JAR, or another than its checksum
    /// says.</summary>
    public const string JarArchiveUnreadable = "JarArchiveUnreadable";

    /// <summary>Projects share a name. The message lists their ids. Rename them in the console first.</summary>
    public const string DuplicateProjectNames = "DuplicateProjectNames";

    /// <summary>Writers have a blackRegionNo of another region. The message lists them. If the cascade is in use, ask
    /// the vendor's support before you upgrade.</summary>
    public const string CascadedWriters = "CascadedWriters";

    /// <summary>The version has high availability, but its setting was not found. Check in the console that it is off,
    /// then add HighAvailabilityUnknown to spec.preflight.acknowledge, or set highAvailability.method:
    /// Manual.</summary>
    public const string HighAvailabilityUnknown = "HighAvailabilityUnknown";

    /// <summary>Hosts or heartbeats cannot be read in the metadata database. Check that it is that of a running OMS. If
    /// it is, add HostsUnknown to spec.preflight.acknowledge; they are not compared then.</summary>
    public const string HostsUnknown = "HostsUnknown";

    /// <summary>The config.yaml files of two nodes name different metadata servers, and the operator cannot tell
    /// whether they are one. If they are, add MetadataServerUnconfirmed to spec.preflight.acknowledge.</summary>
    public const string MetadataServerUnconfirmed = "MetadataServerUnconfirmed";

    /// <summary>The metadata server is a replica of another one. Connect to the primary server. If OMS itself uses this
    /// server, add MetadataServerReplica to spec.preflight.acknowledge.</summary>
    public const string MetadataServerReplica = "MetadataServerReplica";

    /// <summary>The account on the metadata server lacks PROCESS, so sessions of other accounts are hidden. Grant it,
    /// or add SessionsHidden to spec.preflight.acknowledge.</summary>
    public const string SessionsHidden = "SessionsHidden";

    /// <summary>Foreign keys lead from other databases into those that a rollback drops and restores. Remove them, or
    /// add ForeignKeysFromOutside/DB.TABLE to spec.preflight.acknowledge.</summary>
    public const string ForeignKeysFromOutside = "ForeignKeysFromOutside";

    /// <summary>The operator cannot read whether a forward switchover is in progress. Make sure that none is, then add
    /// ForwardSwitchoverUnknown to spec.preflight.acknowledge.</summary>
    public const string ForwardSwitchoverUnknown = "ForwardSwitchoverUnknown";

    /// <summary>A forward switchover is in progress. The message lists the projects. Finish it in the console: another
    /// version must not continue it.</summary>
    public const string ForwardSwitchoverUnderWay = "ForwardSwitchoverUnderWay";

    /// <summary>Running projects lag behind by more than spec.preflight.maxProjectLag. The message lists project, lag
    /// and limit. Let them catch up, or suspend them.</summary>
    public const string ProjectsLagging = "ProjectsLagging";

    /// <summary>The API of the OMS console does not answer. Check port and network, or the key url of
    /// spec.preflight.apiCredentialsSecretRef.</summary>
    public const string ApiUnreachable = "ApiUnreachable";

    /// <summary>The certificate of the OMS console is not trusted, so nothing was sent to it. Put its authority, or the
    /// self-signed certificate itself, into the key ca.crt of spec.preflight.apiCredentialsSecretRef.</summary>
    public const string ApiUntrusted = "ApiUntrusted";

    /// <summary>The API of the OMS console refused the login or the request, or something else answers there. The
    /// message quotes the answer. Correct the Secret of spec.preflight.apiCredentialsSecretRef, or leave that field
    /// empty.</summary>
    public const string ApiRefused = "ApiRefused";

    /// <summary>Synchronisation projects with DDL have no dbType on their source. The message lists them. Repair them,
    /// or acknowledge them in spec.preflight.acknowledge.</summary>
    public const string SyncProjectsWithoutDbType = "SyncProjectsWithoutDbType";

    /// <summary>There is too little space for dumps or image. The message says where, how much is free and how much is
    /// needed.</summary>
    public const string NoSpace = "NoSpace";

    /// <summary>The operator cannot write to the storage for dumps, or cannot read back what it wrote. Check the path
    /// and the volume.</summary>
    public const string StorageUnusable = "StorageUnusable";

    /// <summary>The clocks of a host and of the metadata database, or of the operator and of most of them, differ too
    /// much, so heartbeats may look stale. Repair NTP.</summary>
    public const string ClockSkew = "ClockSkew";

    /// <summary>Another session holds the lock that protects destructive statements on the metadata database against a
    /// second writer.</summary>
    public const string LockUnavailable = "LockUnavailable";

    /// <summary>The plan differs from the approved one. The message shows the differences. Approve the new hash, or
    /// revert what changed.</summary>
    public const string PlanChanged = "PlanChanged";

    /// <summary>The time of spec.notAfter has passed and nothing was started. Set a later time if you still want the
    /// run, or delete the object.</summary>
    public const string TooLate = "TooLate";
}
