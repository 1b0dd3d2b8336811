namespace Drydock.Crds.SnapshotRestores;

/// <summary>Which databases are restored, to which server, and which existing databases may be dropped.</summary>
[ValidationRule("has(self.snapshotRef) != has(self.files)", "A restore needs exactly one of snapshotRef and files.")]
[ValidationRule(
    "!has(self.files) || has(self.target)",
    "A restore from files needs target, because there is no BackupSnapshot whose source could be used.")]
public sealed record SnapshotRestoreSpec
{
    /// <summary>Plan verifies the snapshot and reports which databases would be dropped and loaded. Apply
    /// restores.</summary>
    [FieldClass(FieldClass.Control)]
    public RunMode Mode { get; init; }

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

    /// <summary>Databases that may be dropped: every one that exists on the server and would be. Otherwise the restore
    /// ends with DropNotAllowed before anything is changed.</summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(SchemaLimits.Databases)]
    [DatabaseName(64)]
    public List<string> AllowDrop { get; init => field = value ?? []; } = [];

    /// <summary>A restore that has not dropped or loaded a database by this time, for instance 2026-03-01T04:00:00Z,
    /// becomes Stalled (TooLate); one that has begun continues. At most 7 days after metadata.creationTimestamp. Needed
    /// with mode Apply outside an upgrade, so that a manifest that is applied again drops nothing.</summary>
    [FieldClass(FieldClass.Control)]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>The age identity that opens an encrypted snapshot: a Secret with the key identity.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("identity")]
    public SecretReference? IdentitySecretRef { get; init; }

    /// <summary>Number of clients that load rows. Ignored for a snapshot taken by mysqldump.</summary>
    [FieldClass(FieldClass.Access)]
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>True finishes the present database and starts no other. False resumes.</summary>
    [FieldClass(FieldClass.Control)]
    public bool Paused { get; init; }

    /// <summary>Retry token. A new value resumes the restore once after a failure.</summary>
    [FieldClass(FieldClass.Control)]
    [Length(SchemaLimits.ShortName)]
    public string? Retry { get; init; }

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

/// <summary>Whether a run changes anything.</summary>
public enum RunMode
{
    /// <summary>Preflight and plan only. Nothing is changed.</summary>
    Plan,

    /// <summary>Preflight and plan, then execute the plan.</summary>
    Apply,
}
