using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.BackupSnapshots;

/// <summary>What is dumped, and where to.</summary>
[ValidationRule(
    "!self.databases.exists(d, d.lowerAscii() in ['mysql', 'information_schema', 'performance_schema', 'sys'])",
    RuleMessages.SystemSchemas)]
[ValidationRule(StorageRules.RestoreTestCanOpen, RuleMessages.RestoreTestNeedsIdentity)]
public sealed record BackupSnapshotSpec
{
    /// <summary>The server to dump from.</summary>
    [FieldClass(FieldClass.Access)]
    [Required]
    public DatabaseSource Source { get; init => field = value ?? new(); } = new();

    /// <summary>Names of the databases to dump.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [ListSet]
    [Items(SchemaLimits.Databases, Minimum = 1)]
    [Length(64, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>Where the files go. It must outlive the operator's pod.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public StorageSpec Storage { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// Directory below the storage in which the snapshot gets a directory of its own. Without it: namespace and name of
    /// this object.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    [Length(512, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    [ValidationRule("!self.split('/').exists(s, s == '..')", RuleMessages.PathPrefix)]
    public string? PathPrefix { get; init; }

    /// <summary>What dumps.</summary>
    [FieldClass(FieldClass.Identity)]
    public DumpTool Tool { get; init; }

    /// <summary>Threads of mydumper; of no effect with mysqldump.</summary>
    [FieldClass(FieldClass.Identity)]
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>
    /// ReadBack, or RestoreTest: also loaded into a scratch database on the same server, compared and dropped.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    public SnapshotVerification Verify { get; init; }

    /// <summary>Encrypts the dumps at rest.</summary>
    [FieldClass(FieldClass.Identity)]
    public EncryptionSpec? Encryption { get; init; }

    /// <summary>
    /// The age identity for verify: RestoreTest of an encrypted snapshot: a Secret with the key identity.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("identity")]
    public SecretReference? IdentitySecretRef { get; init; }

    /// <summary>
    /// Groups snapshots for retention within one storage path. Without it: server identity and database names.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern("^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
    public string? Series { get; init; }

    /// <summary>Which older snapshots of the series go once this one is verified. Without it none.</summary>
    [FieldClass(FieldClass.Control)]
    public RetentionSpec? Retention { get; init; }

    /// <summary>
    /// What becomes of the files when this object is deleted. Delete waits while an upgrade that is not ended refers to
    /// the snapshot.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public DeletionPolicy DeletionPolicy { get; init; }

    /// <summary>
    /// How long one attempt of the whole snapshot may take. A duration, for instance 4h; more than 49d counts as 49d.
    /// </summary>
    [FieldClass(FieldClass.Timing)]
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Timeout { get; init => field = value ?? "4h"; } = "4h";

    /// <summary>A new value dumps again after a failure, once.</summary>
    [FieldClass(FieldClass.Control)]
    [Length(SchemaLimits.ShortName)]
    public string? Retry { get; init; }
}

/// <summary>What becomes of the files of a snapshot whose object is deleted.</summary>
public enum DeletionPolicy
{
    /// <summary>They stay.</summary>
    Retain,

    /// <summary>They are deleted.</summary>
    Delete,
}
