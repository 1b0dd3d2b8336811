namespace Drydock.Crds.Common;

/// <summary>
/// Messages about a spec that contradicts itself. Servers with CEL show them when the object is written; the operator
/// shows them on every server.
/// </summary>
public static class RuleMessages
{
    /// <summary>fromVersion and toVersion are one.</summary>
    public const string SameVersion = "toVersion must differ from fromVersion. Otherwise there is nothing to upgrade.";

    /// <summary>No node is named at all.</summary>
    public const string HostOrRegions =
        "Either hostIP or regions is needed. Set hostIP to the address of one node, and the others are found from "
        + "there.";

    /// <summary>Two nodes share a name.</summary>
    public const string NodeNames = "Node names must be unique in all regions, because step ids contain them.";

    /// <summary>Two nodes share an address.</summary>
    public const string HostIPs =
        "hostIP must be unique in all regions: every node is one host, as listed in cm_nodes of config.yaml.";

    /// <summary>The new container of a node has the name of the old one.</summary>
    public const string SameContainer =
        "newContainer must differ from currentContainer on every node, because the old container is kept for "
        + "a rollback.";

    /// <summary>tcp:// without TLS and without insecure.</summary>
    public const string TcpNeedsTls =
        "A tcp:// endpoint needs tlsSecretRef. Set insecure: true only if it has no TLS; anyone who can reach"
        + " it is then root on the host.";

    /// <summary>insecure where it has no meaning, or contradicts another field.</summary>
    public const string InsecureIsAlone =
        "insecure: true is only for a tcp:// endpoint without tlsSecretRef. Remove insecure or tlsSecretRef.";

    /// <summary>TLS material for an endpoint without TLS.</summary>
    public const string TlsIsForTcp = "tlsSecretRef is only for a tcp:// endpoint. Remove it.";

    /// <summary>ssh:// without a key, or a key without ssh://.</summary>
    public const string SshNeedsKey = "An ssh:// endpoint needs sshSecretRef, and any other endpoint must not have it.";

    /// <summary>sudo or a jump host for something that is not reached over ssh.</summary>
    public const string OnlyForSsh =
        "jump and become (engineBecome in access.docker) are only for an ssh:// endpoint. Remove them.";

    /// <summary>Braces in an endpoint that nothing fills in.</summary>
    public const string Placeholders =
        "endpoint can contain only the placeholders {hostIP} and {name}. Correct or remove any other braces.";

    /// <summary>A node without a way to reach it.</summary>
    public const string NodeNeedsDocker = "A node without docker needs spec.docker. Set one of them.";

    /// <summary>One endpoint for several nodes.</summary>
    public const string SharedEndpoint =
        "spec.docker.endpoint must contain {hostIP} or {name}, because more than one node uses it.";

    /// <summary>A label in Drydock's own name space.</summary>
    public const string OwnLabels =
        "container.labels must not begin with drydock.dev/, because the operator finds its containers by them.";

    /// <summary>A mount that OMS or spec.https already has.</summary>
    public const string OmsBinds =
        "container.binds must not replace config.yaml, logs, store and run of OMS, because the new version needs the "
        + "same ones, nor certificate and key: use spec.https.";

    /// <summary>Two mounts in one place.</summary>
    public const string SamePlace = "container.binds must not name one path in the container twice.";

    /// <summary>A line of /etc/hosts without an address.</summary>
    public const string HostAddress =
        "An entry of container.extraHosts must be a name, a colon, and an IP address or host-gateway, for instance "
        + "metadb.example:192.0.2.9.";

    /// <summary>One label, or one log option, with two values.</summary>
    public const string NamedTwice = "container.labels and container.logConfig.options must not give one name twice.";

    /// <summary>A variable with no value, or with two.</summary>
    public const string OneValue = "An entry of container.env needs exactly one of value and valueFrom.";

    /// <summary>A variable that the operator sets.</summary>
    public const string OwnVariables =
        "container.env must not set OMS_HOST_IP and IS_UPGRADE. The operator sets them: hostIP of the node, and true.";

    /// <summary>A limit that contradicts itself.</summary>
    public const string SoftLimit = "soft of a ulimit must not exceed hard; -1 means no limit.";

    /// <summary>Fewer processes than OMS needs.</summary>
    public const string ProcessLimit = "The ulimit nproc must be at least 65535, or -1, because OMS needs it.";

    /// <summary>A stop that is always cut off.</summary>
    public const string GraceInTime =
        "container.stopGrace must be shorter than timeouts.stopOld and timeouts.stopNew. Otherwise every stop that "
        + "needs it fails.";

    /// <summary>A window without length.</summary>
    public const string EmptyWindow = "window.end must differ from window.start. Otherwise the window never opens.";

    /// <summary>Neither or both storages.</summary>
    public const string OneStorage = "A storage needs exactly one of directory and s3.";

    /// <summary>An archive with neither or both sources.</summary>
    public const string OneArchiveSource =
        "An archive needs either storage and path, or hostPath (a file on every host), but not both.";

    /// <summary>More nodes than a plan in one object can hold.</summary>
    public const string TooManyNodes =
        "An upgrade can have at most 32 nodes in all regions together, because its plan must fit into one "
        + "object.";

    /// <summary>Neither or both sources of a restore.</summary>
    public const string SnapshotOrFiles = "A restore needs exactly one of snapshotRef and files.";

    /// <summary>http:// without insecure, or https:// with it.</summary>
    public const string HttpNeedsInsecure =
        "An http:// endpoint needs insecure: true, and an https:// endpoint must not have it. Over http, "
        + "dumps are transferred unencrypted.";

    /// <summary>A storage directory that leads elsewhere.</summary>
    public const string DirectoryPath = "path must not contain '..'. Give the directory itself.";

    /// <summary>A path below a storage that leads out of it.</summary>
    public const string ArchivePath = "path must not contain '..', because it is relative to the storage.";

    /// <summary>A prefix below a storage that leads out of it.</summary>
    public const string PathPrefix = "pathPrefix must not contain '..', because it is relative to the storage.";

    /// <summary>A prefix within a bucket that leads out of it.</summary>
    public const string BucketPrefix = "prefix must not contain '..', because all objects are stored below it.";

    /// <summary>Files without a server to restore to.</summary>
    public const string FilesNeedTarget =
        "A restore from files needs target, because there is no BackupSnapshot whose source could be used.";

    /// <summary>A restore test that cannot open what it tests.</summary>
    public const string RestoreTestNeedsIdentity =
        "verify: RestoreTest of encrypted dumps needs identitySecretRef, because the test opens the dumps.";

    /// <summary>An automatic rollback that cannot open the dumps.</summary>
    public const string OnFailureNeedsIdentity =
        "rollbackPolicy: OnFailure with backup.encryption needs backup.identitySecretRef, because the "
        + "rollback opens the dumps.";

    /// <summary>A snapshot of what belongs to the server itself.</summary>
    public const string SystemSchemas =
        "databases must not contain a system schema (mysql, information_schema, performance_schema, sys), "
        + "because a restore would drop it.";

    /// <summary>No access to the hosts, or two.</summary>
    public const string OneAccess = "access needs exactly one of ssh and docker.";

    /// <summary>becomeFor without become.</summary>
    public const string BecomeForNeedsSudo =
        "becomeFor: Units says what runs through sudo, but become is None. Set become: Sudo, or remove becomeFor.";

    /// <summary>A monitoring service on no host, or host and hosts together.</summary>
    public const string HostOrHosts = "A monitoring service needs either host or hosts.";

    /// <summary>Two monitoring services with one step id.</summary>
    public const string ServiceNamesDiffer =
        "Two monitoring services would have the same step: NAME-HOST of one is the name of another. Rename one.";

    /// <summary>Dashboards without a Grafana.</summary>
    public const string DashboardsNeedService =
        "tidb.dashboards.service must be the name of an entry of tidb.monitoring that has host.";

    /// <summary>Dashboards where hosts are containers.</summary>
    public const string DashboardsNeedSsh =
        "tidb.dashboards needs access.ssh: the login of Grafana is sent through ssh only. Import the dashboards by "
        + "hand where hosts are containers.";

    /// <summary>No control, or several.</summary>
    public const string OneControl = "A control needs exactly one of systemd, supervise, scripts and process.";

    /// <summary>A swap method for a service.</summary>
    public const string SwapOfService =
        "control.swap and control.link are only for processes of the database. Remove them: the files of the "
        + "service say what is replaced.";

    /// <summary>A swap method that leaves libraries of another version.</summary>
    public const string SwapOfYugabyte =
        "swap: ReplaceBinary is not for YugabyteDB and BMDB: the new program would run with the libraries of the old "
        + "version. Use SwitchLink (with link, if deployDir is not the link), or NewDirectory with process.";

    /// <summary>A link that nothing switches.</summary>
    public const string LinkIsSwitched =
        "link is only for swap: SwitchLink. Remove link, or set swap: SwitchLink.";

    /// <summary>A skipped instance that does not exist.</summary>
    public const string SkipIsInstance =
        "skip must name instances of spec.instances. Correct the name, and keep the instance in spec.instances.";

    /// <summary>An added instance that exists already.</summary>
    public const string AddedIsNew =
        "added must not repeat a name of spec.instances. Give the new instance a name of its own.";

    /// <summary>A plan that would not fit one object.</summary>
    public const string TooManySteps =
        "The plan would have too many steps for one object: 3 for each instance, 4 for each replication "
        + "group, 1 for each monitoring service on each of its hosts, 1 for each Spark host and 1 for dashboards, at "
        + "most 910 together. Leave out monitoring services or Spark hosts and restart those by hand.";

    /// <summary>Neither where to look for the processes nor the processes.</summary>
    public const string SeedOrInstances =
        "The processes are not known. Set seed to the address of one PD member or one master, or list every process in "
        + "instances (at least 3).";

    /// <summary>An entry without a setting.</summary>
    public const string SomeSetting =
        "The entry sets nothing. Set control or deployDir, or remove the entry.";

    /// <summary>An instance without control, and none was found.</summary>
    public const string EveryInstanceHasControl =
        "Every instance needs a control: its own, the one of its component in spec.control, or spec.defaults.control.";

    /// <summary>A component of the other database.</summary>
    public const string ComponentOfEngine =
        "A component must belong to the engine: Master and Tserver to YugabyteDB; PD, TiKV, Pump, TiDB and "
        + "Drainer to TiDB.";

    /// <summary>Settings of TiDB for another database.</summary>
    public const string TiDbSettings = "tidb is only for engine TiDB. Remove it.";

    /// <summary>Settings of YugabyteDB for another database.</summary>
    public const string YugabyteSettings = "yugabyte is only for engine YugabyteDB. Remove it.";

    /// <summary>Fields of the admin tool and of PostgreSQL for a database that has neither.</summary>
    public const string OnlyForYugabyte =
        "toolHost, package.extensions, and tls.web, tls.certsDirName and tls.clientNodeName are only for engine "
        + "YugabyteDB. Remove them.";

    /// <summary>TLS of no interface.</summary>
    public const string SomeTls =
        "tls needs secretRef for TLS of the HTTP interfaces (for YugabyteDB also web.secretRef), or certsDirName for "
        + "TLS of RPC. Set one of them, or remove tls.";

    /// <summary>The web pages' TLS twice.</summary>
    public const string OneWebTls =
        "tls.secretRef and tls.web are two forms of the same setting. Remove one of them.";

    /// <summary>A certificate without its directory.</summary>
    public const string ClientNodeNeedsCerts =
        "tls.clientNodeName names a certificate in tls.certsDirName. Set certsDirName too, or remove clientNodeName.";

    /// <summary>A configuration file that the engine does not read.</summary>
    public const string OnlyForTiDb = "configFile of an instance is only for engine TiDB. Remove it.";

    /// <summary>A program of the package that is elsewhere.</summary>
    public const string BelowPackage =
        "postInstall must be a path relative to the directory of the package, without '..'.";

    /// <summary>Neither a backup nor a waiver, or both.</summary>
    public const string BackupOrWaived =
        "tidb.backup needs either storage, or waived: true if you have a full backup from elsewhere. Without "
        + "a full backup, version 2.1 cannot be restored.";

    /// <summary>A backup of nothing.</summary>
    public const string BackupNeedsDatabases = "tidb.backup needs databases. List the databases of your applications.";
}
