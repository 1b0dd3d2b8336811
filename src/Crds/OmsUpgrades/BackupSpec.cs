namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the metadata databases are backed up, and where the backup is stored.</summary>
[ValidationRule(SharedRules.RestoreTestCanOpen, SharedRules.RestoreTestNeedsIdentity)]
public sealed record BackupSpec
{
    /// <summary>Where the dumps are stored. It must outlive the operator's pod; otherwise a rollback cannot restore the
    /// databases. Default: the operator's first --storage-root.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>The program that dumps.</summary>
    public DumpTool Tool { get; init; }

    /// <summary>Threads of mydumper, and clients that load its rows. Ignored for mysqldump.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>How the backup is verified. ReadBack reads the stored files back. Schema also loads the definitions
    /// into a scratch database before anything is changed, if the account may create one. RestoreTest does that, and in
    /// the downtime loads the stored files there and compares the contents.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public SnapshotVerification Verify { get; set; } = SnapshotVerification.Schema;

    /// <summary>Encrypts the stored dumps. A rollback then needs ageIdentitySecretRef. Default: not
    /// encrypted.</summary>
    public EncryptionSpec? Encryption { get; init; }

    /// <summary>The age identity for a restore or a restore test of encrypted dumps: a Secret with the key
    /// identity.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("identity")]
    public SecretReference? AgeIdentitySecretRef { get; init; }

    /// <summary>True replaces heatbeat_sequence by a table with only its last row before the dump, which keeps the dump
    /// small. False leaves it.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool TrimHeartbeatSequence { get; set; } = true;

    /// <summary>What happens with sessions that still use the metadata databases 30 seconds after OMS was stopped.
    /// OmsAccount ends those of the account in config.yaml and records them. Those of other accounts are never ended:
    /// the operator names them and waits (timeouts.noSessions).</summary>
    public EndSessionsPolicy EndSessions { get; init; }
}

/// <summary>Which sessions on the metadata databases the operator ends before the dump.</summary>
public enum EndSessionsPolicy
{
    /// <summary>None.</summary>
    Never,

    /// <summary>Those of the account with which OMS connects.</summary>
    OmsAccount,
}
