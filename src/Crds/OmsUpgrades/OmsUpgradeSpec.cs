namespace Drydock.Crds.OmsUpgrades;

/// <summary>What is upgraded, to which version, and how.</summary>
[ValidationRule("self.fromVersion != self.toVersion", SharedRules.SameVersion)]
[ValidationRule(
    "has(self.hostIP) || (has(self.regions) && self.regions.size() > 0)",
    "Either hostIP or regions is needed. Set hostIP to the address of one node, and the others are found from "
    + "there.")]
[ValidationRule(
    "!has(self.regions) || self.regions.all(r, r.nodes.all(n, self.regions.map(s, s.nodes.filter(m, m.name == "
    + "n.name).size()).sum() == 1))",
    "Node names must be unique in all regions, because step ids contain them.")]
[ValidationRule(
    "!has(self.regions) || self.regions.all(r, r.nodes.all(n, self.regions.map(s, s.nodes.filter(m, m.hostIP == "
    + "n.hostIP).size()).sum() == 1))",
    "hostIP must be unique in all regions: every node is one host, as listed in cm_nodes of config.yaml.")]
[ValidationRule(
    "(!has(self.hostIP) || !has(self.newContainer) || !has(self.currentContainer) || "
    + "self.newContainer != self.currentContainer) && "
    + "(!has(self.regions) || self.regions.all(r, r.nodes.all(n, "
    + "!(has(n.newContainer) || has(self.newContainer)) || !(has(n.currentContainer) || has(self.currentContainer)) || "
    + "(has(n.newContainer) ? n.newContainer : self.newContainer) != "
    + "(has(n.currentContainer) ? n.currentContainer : self.currentContainer))))",
    "newContainer must differ from currentContainer on every node, because the old container is kept for a "
    + "rollback.")]
[ValidationRule(
    "!has(self.regions) || self.regions.map(r, r.nodes.size()).sum() <= 32",
    "An upgrade can have at most 32 nodes in all regions together, because its plan must fit into one object.")]
[ValidationRule(
    "has(self.docker) || (!has(self.hostIP) && "
    + "(!has(self.regions) || self.regions.all(r, r.nodes.all(n, has(n.docker)))))",
    "A node without docker needs spec.docker. Set one of them.")]
[ValidationRule(
    "!(self.image.contains('@') && has(self.imageArchive)) && (!has(self.regions) || self.regions.all(r, "
    + "r.nodes.all(n, !((has(n.image) ? n.image : self.image).contains('@') && (has(n.imageArchive) || "
    + "has(self.imageArchive))))))",
    "An image with a digest (REPOSITORY@sha256:…) cannot come from imageArchive, because no archive has that name. "
    + "Set image to the repository and tag in the archive, or remove imageArchive.")]
[ValidationRule(
    "!has(self.docker) || self.docker.endpoint.contains('{hostIP}') || self.docker.endpoint.contains('{name}') || "
    + "!has(self.regions) || self.regions.map(r, r.nodes.filter(n, !has(n.docker)).size()).sum() <= 1",
    "spec.docker.endpoint must contain {hostIP} or {name}, because more than one node uses it.")]
[ValidationRule(
    "self.rollbackPolicy != 'OnFailure' || !has(self.backup.encryption) || has(self.backup.identitySecretRef)",
    "rollbackPolicy: OnFailure with backup.encryption needs backup.identitySecretRef, because the rollback "
    + "opens the dumps.")]
public sealed record OmsUpgradeSpec : RunSpec
{
    /// <summary>Edition of the installation.</summary>
    [FieldClass(FieldClass.Identity)]
    public OmsEdition Edition { get; init; }

    /// <summary>The version that runs now. Preflight compares it with the running containers.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(32, Minimum = 5)]
    [Pattern(Patterns.OmsVersion)]
    public string FromVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The version after the upgrade. Preflight refuses a version path that does not exist
    /// (VersionPathUnsupported).</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(32, Minimum = 5)]
    [Pattern(Patterns.OmsVersion)]
    public string ToVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The image of the new version, as dockerd knows it after a pull or load: repository and tag, or image
    /// ID.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(512, Minimum = 1)]
    [Pattern(Patterns.Image)]
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>An archive made by docker save (.tar, .tar.gz). The operator streams it into docker load on every node
    /// that does not have the image. Without it, the image must be present on every node or pullable.</summary>
    [FieldClass(FieldClass.Identity)]
    public OmsArchive? ImageArchive { get; init; }

    /// <summary>Credentials for pulling the image: a Secret of type kubernetes.io/dockerconfigjson.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys(".dockerconfigjson")]
    public SecretReference? ImagePullSecretRef { get; init; }

    /// <summary>True allows a version path that the vendor does not list; the plan notes it. Paths that are refused for
    /// other reasons stay refused.</summary>
    [FieldClass(FieldClass.Identity)]
    public bool AllowUnsupportedPath { get; init; }

    /// <summary>The address of one node, by which OMS knows it: OMS_HOST_IP and the entry in cm_nodes. From there
    /// preflight finds every node and region that spec.regions does not name; status.inventory shows them. Without it,
    /// spec.regions names all nodes.</summary>
    [FieldClass(FieldClass.Identity)]
    [Length(45, Minimum = 2)]
    [Pattern(Patterns.IPAddress)]
    public string? HostIP { get; init; }

    /// <summary>Name of the container that runs now, the same on every node unless the node names another. Without it,
    /// it is the running container of the node that has the config.yaml of OMS mounted.</summary>
    [FieldClass(FieldClass.Identity)]
    [ContainerName]
    public string? CurrentContainer { get; init; }

    /// <summary>Name of the container that the operator creates on every node. The old container is kept, stopped. The
    /// names must differ. Without it, the name follows from that of the current container and toVersion, for instance
    /// oms_422bp1.</summary>
    [FieldClass(FieldClass.Identity)]
    [ContainerName]
    public string? NewContainer { get; init; }

    /// <summary>What differs in the new containers. Every other option is taken over from the current container of the
    /// node.</summary>
    [FieldClass(FieldClass.Identity)]
    public ContainerSpec Container { get; init => field = value ?? new(); } = new();

    /// <summary>The regions, in the order in which they are upgraded. Together their nodes must be exactly the cm_nodes
    /// in the config.yaml of every node; otherwise preflight fails. With hostIP, only those need to be named that
    /// differ from the others or must come first; the others follow in the order of cm_location.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListMap("name")]
    [Items(SchemaLimits.Regions)]
    public List<OmsRegion> Regions { get; init => field = value ?? []; } = [];

    /// <summary>How the operator reaches the dockerd of every node that has no docker of its own. {hostIP} and {name}
    /// in its endpoint stand for those of the node.</summary>
    [FieldClass(FieldClass.Access)]
    public DockerAccess? Docker { get; init; }

    /// <summary>Certificate and key for a console that serves HTTPS. Without it, the mounts of the current container
    /// are kept.</summary>
    [FieldClass(FieldClass.Identity)]
    public HttpsSpec? Https { get; init; }

    /// <summary>How the operator reaches the metadata database. Without it, host, port, user and password are taken
    /// from the config.yaml of each region.</summary>
    [FieldClass(FieldClass.Access)]
    public MetadataDatabaseSpec? MetadataDatabase { get; init; }

    /// <summary>How the high availability of OMS (ha.config) is switched off before the upgrade and on after
    /// it.</summary>
    [FieldClass(FieldClass.Identity)]
    public HighAvailabilitySpec HighAvailability { get; init => field = value ?? new(); } = new();

    /// <summary>How long rollbackPolicy: OnFailure waits after a failure that you may accept (see accept), counted from
    /// the end of the failed step. The run is Held until then. 0s starts the rollback at once. A failure that cannot be
    /// accepted is not waited for.</summary>
    [FieldClass(FieldClass.Control)]
    [Duration]
    public string AcceptWithin { get; init => field = value ?? "15m"; } = "15m";

    /// <summary>What preflight does with findings that you may judge differently.</summary>
    [FieldClass(FieldClass.Control)]
    public PreflightSpec Preflight { get; init => field = value ?? new(); } = new();

    /// <summary>The correction JAR. It runs only in an upgrade of the Enterprise edition from a version before 4.0.1 to
    /// 4.0.1 or later.</summary>
    [FieldClass(FieldClass.Identity)]
    public CorrectionSpec Correction { get; init => field = value ?? new(); } = new();

    /// <summary>How the result of docker_init.sh is judged.</summary>
    [FieldClass(FieldClass.Identity)]
    public InitMetadataSpec InitMetadata { get; init => field = value ?? new(); } = new();

    /// <summary>How the metadata databases are backed up while OMS is stopped, and where the backup is
    /// stored.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public BackupSpec Backup { get; init => field = value ?? new(); } = new();

    /// <summary>When the old containers are removed after success. Default: never.</summary>
    [FieldClass(FieldClass.Control)]
    public CleanupSpec Cleanup { get; init => field = value ?? new(); } = new();

    /// <summary>How long one attempt of a step may take, by phase. A step that takes longer fails with
    /// StepTimeout.</summary>
    [FieldClass(FieldClass.Timing)]
    public OmsUpgradeTimeouts Timeouts { get; init => field = value ?? new(); } = new();
}

/// <summary>Editions of OceanBase Migration Service.</summary>
public enum OmsEdition
{
    /// <summary>The enterprise edition.</summary>
    Enterprise,

    /// <summary>The community edition.</summary>
    Community,
}

/// <summary>Certificate and key with which the console serves HTTPS only. The operator mounts them where OMS expects
/// them.</summary>
public sealed record HttpsSpec
{
    /// <summary>Absolute path of the certificate on every host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern("^/[^:\\s]+$")]
    public string CertificateHostPath { get; init => field = value ?? ""; } = "";

    /// <summary>Absolute path of the key on every host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern("^/[^:\\s]+$")]
    public string KeyHostPath { get; init => field = value ?? ""; } = "";
}

/// <summary>When the old containers are removed. Without accepted and after they are kept. Once they are removed, a
/// rollback is impossible.</summary>
public sealed record CleanupSpec
{
    /// <summary>True accepts the upgrade: the old containers are removed immediately after Succeeded.</summary>
    public bool Accepted { get; init; }

    /// <summary>How long after Succeeded the old containers are removed automatically, as a duration, for instance
    /// 168h. It is announced at least a day before (status.cleanupAt).</summary>
    [PositiveDuration]
    public string? After { get; init; }

    /// <summary>True also removes the old image on hosts where no other container uses it.</summary>
    public bool RemoveImages { get; init; }
}

/// <summary>How the initialisation of the metadata is judged.</summary>
public sealed record InitMetadataSpec
{
    /// <summary>The end of the line that a successful docker_init.sh prints last, without a full stop behind it. Set it
    /// only if your image prints another line than the version data say.</summary>
    [Length(SchemaLimits.Name, Minimum = 4)]
    [Pattern(@"^\S(.*\S)?$")]
    public string? SuccessMarker { get; init; }
}

/// <summary>How the operator reaches the metadata database where that differs from config.yaml.</summary>
public sealed record MetadataDatabaseSpec
{
    /// <summary>Login at the database: a Secret with the keys username and password, and optionally host, port and
    /// ca.crt. Default: user and password of config.yaml.</summary>
    [SecretKeys("username", "password", "host", "port", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }

    /// <summary>Host name or address that the operator connects to. Default: the key host of the Secret, otherwise
    /// oms_meta_host of config.yaml.</summary>
    [Host(SchemaLimits.Name)]
    public string? Host { get; init; }

    /// <summary>Port that the operator connects to. Default: the key port of the Secret, otherwise oms_meta_port of
    /// config.yaml.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>TLS of the connection to the database.</summary>
    public DatabaseTls Tls { get; init => field = value ?? new(); } = new();
}
