namespace Drydock.Crds.SnapshotRestores;

/// <summary>Which databases are restored, and to which server. The operator verifies the snapshot, says which existing
/// databases would be dropped, and waits for an approval of exactly that.</summary>
[ValidationRule("has(self.snapshotRef) != has(self.files)", "A restore needs exactly one of snapshotRef and files.")]
[ValidationRule(
    "!has(self.files) || has(self.target)",
    "A restore from files needs target, because there is no BackupSnapshot whose source could be used.")]
public sealed record SnapshotRestoreSpec
{
    /// <summary>The BackupSnapshot to restore, in the same namespace. Exactly one of snapshotRef and files is
    /// needed.</summary>
    [FieldClass(FieldClass.Identity)]
    public SnapshotReference? SnapshotRef { get; init; }

    /// <summary>The files of a snapshot whose BackupSnapshot no longer exists. It needs target.</summary>
    [FieldClass(FieldClass.Identity)]
    public SnapshotFiles? Files { get; init; }

    /// <summary>The server to restore to. Default: the source of the BackupSnapshot. Needed with files.</summary>
    [FieldClass(FieldClass.Access)]
    public DatabaseSource? Target { get; init; }

    /// <summary>Databases of the snapshot to restore. Empty restores all of them.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListSet]
    [Items(SchemaLimits.Databases)]
    [DatabaseName(64)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>What you approve: Restore@HASH.N as status.holds has it. It is bound to this object, the snapshot, the
    /// server and the databases that exist there. The annotation drydock.dev/approve does the same.</summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(SchemaLimits.History)]
    [Length(SchemaLimits.Reference, Minimum = 1)]
    [Pattern(Patterns.Word)]
    public List<string> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>A restore that has not dropped or loaded a database by this time, for instance 2026-03-01T04:00:00Z,
    /// becomes Stalled (TooLate); one that has begun continues. Default: a day after its approval.</summary>
    [FieldClass(FieldClass.Control)]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>The age identity that opens an encrypted snapshot: a Secret with the key identity.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("identity")]
    public SecretReference? AgeIdentitySecretRef { get; init; }

    /// <summary>Number of clients that load rows. Ignored for a snapshot taken by mysqldump.</summary>
    [FieldClass(FieldClass.Access)]
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>True finishes the present database and starts no other. False resumes.</summary>
    [FieldClass(FieldClass.Control)]
    public bool Paused { get; init; }

    /// <summary>How long one attempt may take; more than 49d counts as 49d. A longer attempt fails.</summary>
    [FieldClass(FieldClass.Timing)]
    [PositiveDuration]
    public string Timeout { get; init => field = value ?? "8h"; } = "8h";
}

/// <summary>The stored files of a snapshot whose object no longer exists.</summary>
[ValidationRule("!self.path.split('/').exists(s, s == '..')", SharedRules.ArchivePath)]
public sealed record SnapshotFiles
{
    /// <summary>The storage that holds the files.</summary>
    [Required]
    public StorageSpec Storage { get; init => field = value ?? new(); } = new();

    /// <summary>Directory of the snapshot below the storage: status.path of its BackupSnapshot.</summary>
    [Required]
    [RelativeDirectory(SchemaLimits.Path)]
    public string Path { get; init => field = value ?? ""; } = "";
}
