namespace Drydock.Crds.OmsUpgrades;

/// <summary>What is upgraded, to which version, and how.</summary>
[ValidationRule("!has(self.fromVersion) || self.fromVersion != self.toVersion", SharedRules.SameVersion)]
[ValidationRule(
    "has(self.discoverFrom) || (has(self.regions) && self.regions.size() > 0)",
    "Either discoverFrom or regions is needed. Set discoverFrom to the address of one node, and the others are found "
    + "from there.")]
[ValidationRule(
    "!has(self.regions) || self.regions.all(r, r.nodes.all(n, self.regions.map(s, s.nodes.filter(m, m.name == "
    + "n.name).size()).sum() == 1))",
    "Node names must be unique in all regions, because step ids contain them.")]
[ValidationRule(
    "!has(self.regions) || self.regions.all(r, r.nodes.all(n, self.regions.map(s, s.nodes.filter(m, m.hostIP == "
    + "n.hostIP).size()).sum() == 1))",
    "hostIP must be unique in all regions: every node is one host, as listed in cm_nodes of config.yaml.")]
[ValidationRule(
    "(!has(self.discoverFrom) || !has(self.newContainer) || !has(self.currentContainer) || "
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
    "has(self.docker) || (!has(self.discoverFrom) && "
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
    "!has(self.rollbackPolicy) || self.rollbackPolicy != 'OnFailure' || !has(self.backup) || "
    + "!has(self.backup.encryption) || has(self.backup.ageIdentitySecretRef)",
    "rollbackPolicy: OnFailure with backup.encryption needs backup.ageIdentitySecretRef, because the rollback "
    + "opens the dumps.")]
public sealed record OmsUpgradeSpec : RunSpec
{
    /// <summary>Edition of the installation. Default: found by preflight, which asks if both are possible.</summary>
    [FieldClass(FieldClass.Identity)]
    public OmsEdition? Edition { get; init; }

    /// <summary>The version that runs now. Preflight compares it with the running containers. Default: the version
    /// that these have (status.fromVersion).</summary>
    [FieldClass(FieldClass.Identity)]
    [Length(32, Minimum = 5)]
    [Pattern(Patterns.OmsVersion)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string FromVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The version after the upgrade. A path that does not exist is refused
    /// (VersionPathUnsupported).</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(32, Minimum = 5)]
    [Pattern(Patterns.OmsVersion)]
    public string ToVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The new image, as dockerd knows it after a pull or load: repository and tag, or image ID.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(512, Minimum = 1)]
    [Pattern(Patterns.Image)]
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>An archive made by docker save (.tar, .tar.gz). It is loaded on every node that lacks the image.
    /// Without it, the image must be present or pullable.</summary>
    [FieldClass(FieldClass.Identity)]
    public OmsArchive? ImageArchive { get; init; }

    /// <summary>Credentials for pulling the image: a Secret of type kubernetes.io/dockerconfigjson.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys(".dockerconfigjson")]
    public SecretReference? ImagePullSecretRef { get; init; }

    /// <summary>The address of one node, by which OMS knows it: OMS_HOST_IP and the entry in cm_nodes. From there
    /// preflight finds the nodes and regions that spec.regions does not name (status.nodes). Without it,
    /// spec.regions names all.</summary>
    [FieldClass(FieldClass.Identity)]
    [Length(45, Minimum = 2)]
    [Pattern(Patterns.IPAddress)]
    public string? DiscoverFrom { get; init; }

    /// <summary>The container that runs now, the same on every node unless the node names another. Default: the one
    /// that has the config.yaml of OMS mounted.</summary>
    [FieldClass(FieldClass.Identity)]
    [ContainerName]
    public string? CurrentContainer { get; init; }

    /// <summary>The container that the operator creates on every node, under another name; the old one is kept,
    /// stopped. Default: made from the current name and toVersion, for instance oms_422bp1.</summary>
    [FieldClass(FieldClass.Identity)]
    [ContainerName]
    public string? NewContainer { get; init; }

    /// <summary>What differs in the new containers. Everything else is as in the current container of the
    /// node.</summary>
    [FieldClass(FieldClass.Identity)]
    public ContainerSpec Container { get; init => field = value ?? new(); } = new();

    /// <summary>The regions, in the order in which they are upgraded. Their nodes must be exactly the cm_nodes in every
    /// config.yaml. With discoverFrom, only those that differ or come first; the others follow in the order of
    /// cm_location.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListMap("name")]
    [Items(SchemaLimits.Regions)]
    public List<OmsRegion> Regions { get; init => field = value ?? []; } = [];

    /// <summary>How the operator reaches the dockerd of nodes without a docker of their own.</summary>
    [FieldClass(FieldClass.Access)]
    public DockerAccess? Docker { get; init; }

    /// <summary>Certificate and key for a console with HTTPS. Default: the mounts of the current container.</summary>
    [FieldClass(FieldClass.Identity)]
    public HttpsSpec? Https { get; init; }

    /// <summary>How the operator reaches the metadata database. Default: host, port, user and password of
    /// config.yaml.</summary>
    [FieldClass(FieldClass.Access)]
    public MetadataDatabaseSpec? MetadataDatabase { get; init; }

    /// <summary>How high availability (ha.config) is switched off before the upgrade and on after it.</summary>
    [FieldClass(FieldClass.Identity)]
    public HighAvailabilitySpec HighAvailability { get; init => field = value ?? new(); } = new();

    /// <summary>What preflight does with findings that you may judge differently.</summary>
    [FieldClass(FieldClass.Control)]
    public PreflightSpec Preflight { get; init => field = value ?? new(); } = new();

    /// <summary>The correction JAR: only in Enterprise upgrades from before 4.0.1 to 4.0.1 or later.</summary>
    [FieldClass(FieldClass.Identity)]
    public CorrectionSpec Correction { get; init => field = value ?? new(); } = new();

    /// <summary>How the result of docker_init.sh is judged.</summary>
    [FieldClass(FieldClass.Identity)]
    public InitMetadataSpec InitMetadata { get; init => field = value ?? new(); } = new();

    /// <summary>How the metadata databases are backed up while OMS is stopped, and where to.</summary>
    [FieldClass(FieldClass.Identity)]
    public BackupSpec Backup { get; init => field = value ?? new(); } = new();

    /// <summary>When the old containers are removed after success. Default: never.</summary>
    [FieldClass(FieldClass.Control)]
    public CleanupSpec Cleanup { get; init => field = value ?? new(); } = new();

    /// <summary>How long one attempt of a step may take, by phase; then it fails with StepTimeout.</summary>
    [FieldClass(FieldClass.Timing)]
    public OmsUpgradeTimeouts Timeouts { get; init => field = value ?? new(); } = new();

    /// <inheritdoc/>
    public override string PreflightLimit() => Timeouts.Preflight;

    /// <inheritdoc/>
    public override TimeSpan AcceptanceWait() => TimeSpan.FromMinutes(15);
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

/// <summary>When the old containers are removed. Without after they are kept until you approve it
/// (RemoveOldContainers@HASH.N). Once they are removed, a rollback is impossible.</summary>
public sealed record CleanupSpec
{
    /// <summary>How long after Succeeded they are removed, for instance 168h. Announced at least a day before
    /// (status.cleanupAt).</summary>
    [PositiveDuration]
    public string? After { get; init; }

    /// <summary>True also removes the old image where no other container uses it.</summary>
    public bool RemoveImages { get; init; }
}

/// <summary>How the initialisation of the metadata is judged.</summary>
public sealed record InitMetadataSpec
{
    /// <summary>The end of the last line of a successful docker_init.sh, without the full stop. Set it only if your
    /// image prints another line than the version data say.</summary>
    [Length(SchemaLimits.Name, Minimum = 4)]
    [Pattern(@"^\S(.*\S)?$")]
    public string? SuccessMarker { get; init; }
}

/// <summary>How the operator reaches the metadata database where that differs from config.yaml.</summary>
public sealed record MetadataDatabaseSpec
{
    /// <summary>Login: a Secret with the keys username and password, and optionally host, port and ca.crt. Default:
    /// user and password of config.yaml.</summary>
    [SecretKeys("username", "password", "host", "port", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }

    /// <summary>Host that the operator connects to. Default: the key host of the Secret, otherwise oms_meta_host of
    /// config.yaml.</summary>
    [Host(SchemaLimits.Name)]
    public string? Host { get; init; }

    /// <summary>Its port. Default: the key port of the Secret, otherwise oms_meta_port of config.yaml.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>TLS of the connection to the database.</summary>
    public DatabaseTls Tls { get; init => field = value ?? new(); } = new();
}
