using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>Where and how the metadata databases are backed up.</summary>
[ValidationRule(StorageRules.RestoreTestCanOpen, RuleMessages.RestoreTestNeedsIdentity)]
public sealed record BackupSpec
{
    /// <summary>Where the dumps go. It must outlive the operator's pod.</summary>
    [Required]
    public StorageSpec Storage { get; init => field = value ?? new(); } = new();

    /// <summary>What dumps.</summary>
    public DumpTool Tool { get; init; }

    /// <summary>Threads of mydumper and myloader; of no effect with mysqldump.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>
    /// ReadBack, or RestoreTest: also loaded into a scratch database, compared and dropped. The latter lengthens the
    /// downtime.
    /// </summary>
    public SnapshotVerification Verify { get; init; }

    /// <summary>Encrypts the dumps at rest. The way back then needs identitySecretRef.</summary>
    public EncryptionSpec? Encryption { get; init; }

    /// <summary>
    /// The age identity that opens encrypted dumps: a Secret with the key identity. Only a restore reads it.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("identity")]
    public SecretReference? IdentitySecretRef { get; init; }

    /// <summary>
    /// True cuts heatbeat_sequence to its last row before the dump, which makes the dump small. False leaves the table
    /// as it is.
    /// </summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool TrimHeartbeatSequence { get; set; } = true;
}
