using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The full backup by mydumper, or the word that none is wanted.</summary>
[ValidationRule("self.waived != has(self.storage)", RuleMessages.BackupOrWaived)]
[ValidationRule("self.waived || size(self.databases) > 0", RuleMessages.BackupNeedsDatabases)]
public sealed record TiDbBackupSpec
{
    /// <summary>True goes without: there is one from elsewhere. The plan says so.</summary>
    public bool Waived { get; init; }

    /// <summary>Where the dumps and the saved configuration go.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>The databases.</summary>
    [ListSet]
    [Items(SchemaLimits.Databases)]
    [Length(64, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>Threads of mydumper.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>Encrypts the dumps at rest.</summary>
    public EncryptionSpec? Encryption { get; init; }
}
