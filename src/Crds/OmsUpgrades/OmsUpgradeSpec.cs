using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What is upgraded, to what, and how.</summary>
[ValidationRule("self.fromVersion != self.toVersion", RuleMessages.SameVersion)]
[ValidationRule(
    "self.regions.all(r, r.nodes.all(n, self.regions.map(s, s.nodes.filter(m, m.name == n.name).size()).sum() == 1))",
    RuleMessages.NodeNames)]
[ValidationRule(
    "self.regions.all(r, r.nodes.all(n, self.regions.map(s, s.nodes.filter(m, m.hostIP == n.hostIP).size()).sum() == 1))",
    RuleMessages.HostIPs)]
[ValidationRule(
    "self.regions.all(r, r.nodes.all(n, (has(n.newContainer) ? n.newContainer : self.newContainer) != (has(n.currentContainer) ? n.currentContainer : self.currentContainer)))",
    RuleMessages.SameContainer)]
[ValidationRule("self.regions.map(r, r.nodes.size()).sum() <= 32", RuleMessages.TooManyNodes)]
[ValidationRule("self.rollbackPolicy != 'OnFailure' || !has(self.backup.encryption) || has(self.backup.identitySecretRef)", RuleMessages.OnFailureNeedsIdentity)]
public sealed record OmsUpgradeSpec : RunSpec
{
    /// <summary>Edition of the installation.</summary>
    [FieldClass(FieldClass.Identity)]
    public OmsEdition Edition { get; init; }

    /// <summary>The version that runs now; checked against the running containers.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(32, Minimum = 5)]
    [Pattern(Patterns.OmsVersion)]
    public string FromVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The version to go to. Which paths exist is checked in preflight (VersionPathUnsupported).</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(32, Minimum = 5)]
    [Pattern(Patterns.OmsVersion)]
    public string ToVersion { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The image of the new version, as docker knows it after a pull or load: repository and tag, or image ID.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(512, Minimum = 1)]
    [Pattern(Patterns.Image)]
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// A docker archive that is loaded on every node without the image. Without it the image must be present or
    /// pullable.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    public ImageArchive? ImageArchive { get; init; }

    /// <summary>Credentials for pulling the image: a Secret of type kubernetes.io/dockerconfigjson.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys(".dockerconfigjson")]
    public SecretReference? ImagePullSecretRef { get; init; }

    /// <summary>
    /// True lets a version path through that the vendor does not list; the plan says so. What is refused for other
    /// reasons stays refused.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    public bool AllowUnsupportedPath { get; init; }

    /// <summary>Name of the container that runs now, on every node.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(128, Minimum = 2)]
    [Pattern(Patterns.ContainerName)]
    public string CurrentContainer { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the container to create, on every node. The old one stays, stopped.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(128, Minimum = 2)]
    [Pattern(Patterns.ContainerName)]
    public string NewContainer { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The regions, in the order in which they are upgraded. Their nodes together must be exactly the cm_nodes of every
    /// node's config.yaml.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [ListMap("name")]
    [Items(SchemaLimits.Regions, Minimum = 1)]
    public List<OmsRegion> Regions { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Certificate and key for an HTTPS console. Without it the mounts of the current container are kept.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    public HttpsSpec? Https { get; init; }

    /// <summary>
    /// How the operator reaches the metadata database. Without it host, port, user and password are those of each
    /// region's config.yaml.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    public MetadataDatabaseSpec? MetadataDatabase { get; init; }

    /// <summary>What is done with OMS's high availability (ha.config) around the upgrade.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public HighAvailabilitySpec HighAvailability { get; init => field = value ?? new(); } = new();

    /// <summary>What preflight does with findings that a person may judge differently.</summary>
    [FieldClass(FieldClass.Control)]
    public PreflightSpec Preflight { get; init => field = value ?? new(); } = new();

    /// <summary>The correction JAR, which runs only from a version before 4.0.1 to 4.0.1 or later.</summary>
    [FieldClass(FieldClass.Identity)]
    public CorrectionSpec Correction { get; init => field = value ?? new(); } = new();

    /// <summary>Where and how the metadata databases are backed up while OMS is stopped.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public BackupSpec Backup { get; init => field = value ?? new(); } = new();

    /// <summary>Removes the old containers after success; off by default.</summary>
    [FieldClass(FieldClass.Control)]
    public CleanupSpec Cleanup { get; init => field = value ?? new(); } = new();

    /// <summary>How long one attempt of a step may take, by phase.</summary>
    [FieldClass(FieldClass.Timing)]
    public OmsUpgradeTimeouts Timeouts { get; init => field = value ?? new(); } = new();
}

/// <summary>Editions of OMS.</summary>
public enum OmsEdition
{
    /// <summary>The enterprise edition.</summary>
    Enterprise,

    /// <summary>The community edition.</summary>
    Community,
}

/// <summary>Certificate and key with which the console serves HTTPS only; mounted where OMS expects them.</summary>
public sealed record HttpsSpec
{
    /// <summary>Path of the certificate on every host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern("^/[^:\\s]+$")]
    public string CertificateHostPath { get; init => field = value ?? ""; } = "";

    /// <summary>Path of the key on every host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern("^/[^:\\s]+$")]
    public string KeyHostPath { get; init => field = value ?? ""; } = "";
}

/// <summary>
/// When the old containers go. Without accepted and after they stay. Once they are gone there is no way back any more.
/// </summary>
public sealed record CleanupSpec
{
    /// <summary>True: the upgrade is accepted; the old containers go at once after Succeeded.</summary>
    public bool Accepted { get; init; }

    /// <summary>How long after Succeeded they go without a word. A duration, for instance 168h.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string? After { get; init; }

    /// <summary>True removes the old image as well, on hosts where no other container uses it.</summary>
    public bool RemoveImages { get; init; }
}
