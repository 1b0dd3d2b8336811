namespace Drydock.Crds.Common;

/// <summary>
/// What a user reads whose spec contradicts itself: from the server where it has CEL, from the operator everywhere.
/// </summary>
public static class RuleMessages
{
    /// <summary>fromVersion and toVersion are one.</summary>
    public const string SameVersion = "toVersion must differ from fromVersion: there is nothing to upgrade otherwise";

    /// <summary>Two nodes share a name.</summary>
    public const string NodeNames = "node names must be unique across all regions: step ids are made of them";

    /// <summary>Two nodes share an address.</summary>
    public const string HostIPs = "hostIP must be unique across all regions: every node is one host, as cm_nodes of config.yaml lists it";

    /// <summary>A node's new container has the old one's name.</summary>
    public const string SameContainer = "newContainer must differ from currentContainer on every node: the old container stays, stopped, as the way back";

    /// <summary>tcp:// with neither TLS nor the word for none.</summary>
    public const string TcpNeedsTls =
        "a tcp:// endpoint needs tlsSecretRef, or insecure: true if it really has no TLS (whoever reaches it is root on the host)";

    /// <summary>insecure where it means nothing or contradicts.</summary>
    public const string InsecureIsAlone = "insecure: true is only for a tcp:// endpoint without tlsSecretRef: remove one of them";

    /// <summary>TLS material for an endpoint without TLS.</summary>
    public const string TlsIsForTcp = "tlsSecretRef is only for a tcp:// endpoint: remove it";

    /// <summary>ssh:// without a key, or a key without ssh://.</summary>
    public const string SshNeedsKey = "an ssh:// endpoint needs sshSecretRef, and no other endpoint may have one";

    /// <summary>A window without length.</summary>
    public const string EmptyWindow = "window.end must differ from window.start: a window without length never opens";

    /// <summary>Neither or both storages.</summary>
    public const string OneStorage = "a storage needs exactly one of directory and s3";

    /// <summary>An archive with neither or both sources.</summary>
    public const string OneArchiveSource = "an image archive needs either storage and path, or hostPath (a file on every host), and not both";

    /// <summary>More nodes than a plan in one object can hold.</summary>
    public const string TooManyNodes = "an upgrade may have at most 32 nodes in all its regions: its plan must fit one object";

    /// <summary>Neither or both sources of a restore.</summary>
    public const string SnapshotOrFiles = "a restore needs exactly one of snapshotRef and files";

    /// <summary>Plain http without the word for it.</summary>
    public const string HttpNeedsInsecure = "an http:// endpoint needs insecure: true (credentials are signed, but dumps travel readable), and https:// must not have it";

    /// <summary>A storage directory that leads elsewhere.</summary>
    public const string DirectoryPath = "path must not contain '..': name the directory itself";

    /// <summary>A path below a storage that leads out of it.</summary>
    public const string ArchivePath = "path must not contain '..': it is taken below the storage";

    /// <summary>A prefix below a storage that leads out of it.</summary>
    public const string PathPrefix = "pathPrefix must not contain '..': it is taken below the storage";

    /// <summary>A prefix within a bucket that leads out of it.</summary>
    public const string BucketPrefix = "prefix must not contain '..': everything is kept below it";

    /// <summary>Files without a server to restore to.</summary>
    public const string FilesNeedTarget = "a restore from files needs target: there is no BackupSnapshot whose source could be taken instead";

    /// <summary>A restore test that cannot open what it tests.</summary>
    public const string RestoreTestNeedsIdentity =
        "verify: RestoreTest of encrypted dumps needs identitySecretRef: they are opened to be loaded";

    /// <summary>A way back by itself that cannot open the dumps.</summary>
    public const string OnFailureNeedsIdentity =
        "rollbackPolicy: OnFailure with backup.encryption needs backup.identitySecretRef: the way back opens the dumps";

    /// <summary>A snapshot of what belongs to the server itself.</summary>
    public const string SystemSchemas =
        "databases must not name a system schema (mysql, information_schema, performance_schema, sys): a restore would drop it";

    /// <summary>No way onto the hosts, or two.</summary>
    public const string OneAccess = "access needs exactly one of ssh and docker";

    /// <summary>No control, or several.</summary>
    public const string OneControl = "a control needs exactly one of systemd, supervise, scripts and process";

    /// <summary>A way to swap programs where none is swapped.</summary>
    public const string SwapOfService = "control.swap is for the database's own processes: what of a service is replaced is said by its files; remove it";

    /// <summary>A plan that would not fit one object.</summary>
    public const string TooManySteps =
        "the plan would have too many steps for one object: three an instance, four a replication group, one a service of the monitoring or a host of Spark, at most 910 together; leave services or Spark hosts out and restart those by hand";

    /// <summary>An instance nobody says how to stop.</summary>
    public const string EveryInstanceHasControl = "every instance needs a control: its own, or one of its component in spec.control";

    /// <summary>A component of the other database.</summary>
    public const string ComponentOfEngine =
        "a component must be one of the engine's: Master and Tserver of YugabyteDB, PD, TiKV, Pump, TiDB and Drainer of TiDB";

    /// <summary>Settings of TiDB for another database.</summary>
    public const string TiDbSettings = "tidb is only for engine TiDB: remove it";

    /// <summary>Settings of YugabyteDB for another database.</summary>
    public const string YugabyteSettings = "yugabyte is only for engine YugabyteDB: remove it";

    /// <summary>Fields of the admin tool and of PostgreSQL for a database that has neither.</summary>
    public const string OnlyForYugabyte =
        "toolHost, tls.certsDirName and package.extensions are only for engine YugabyteDB: TiDB is asked over HTTP, and its programs are checked on their own hosts; remove them";

    /// <summary>A configuration file that nobody reads.</summary>
    public const string OnlyForTiDb = "configFile of an instance is only for engine TiDB: configuration of YugabyteDB is not changed; remove it";

    /// <summary>An archive of programs with neither or both sources.</summary>
    public const string OnePackageSource = "an archive needs either storage and path, or hostPath (a file on every host), and not both";

    /// <summary>A program of the package that is elsewhere.</summary>
    public const string BelowPackage = "postInstall must be a path below the package's directory, without '..'";

    /// <summary>Neither a backup nor the word for none.</summary>
    public const string BackupOrWaived =
        "tidb.backup needs storage, or waived: true where there is a full backup from elsewhere (there is no way back to 2.1 without one), and not both";

    /// <summary>A backup of nothing.</summary>
    public const string BackupNeedsDatabases = "tidb.backup needs databases: name those of the business";
}
