using Drydock.Abstractions.Entities;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Crds.SnapshotRestores;

/// <summary>What is restored, where to, and what may be dropped for it.</summary>
[ValidationRule("has(self.snapshotRef) != has(self.files)", RuleMessages.SnapshotOrFiles)]
[ValidationRule("!has(self.files) || has(self.target)", RuleMessages.FilesNeedTarget)]
public sealed record SnapshotRestoreSpec
{
    /// <summary>
    /// Apply restores; Plan verifies the snapshot and says what would be dropped and loaded, and changes nothing.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public RunMode Mode { get; init; }

    /// <summary>
    /// The BackupSnapshot to restore, in the same namespace; its uid too, if another one of the same name must not be
    /// taken for it.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    public SnapshotReference? SnapshotRef { get; init; }

    /// <summary>The files of a snapshot whose object does not exist any more.</summary>
    [FieldClass(FieldClass.Identity)]
    public SnapshotFiles? Files { get; init; }

    /// <summary>The server to restore to. Without it the source of the BackupSnapshot; needed with files.</summary>
    [FieldClass(FieldClass.Access)]
    public DatabaseSource? Target { get; init; }

    /// <summary>Databases of the snapshot to restore. Empty: all of them.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListSet]
    [Items(SchemaLimits.Databases)]
    [Length(64, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>
    /// The guard: every database that exists on the server and would be dropped must be named here; one that is not
    /// ends the restore before anything is changed (DropNotAllowed).
    /// </summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(SchemaLimits.Databases)]
    [Length(64, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public List<string> AllowDrop { get; init => field = value ?? []; } = [];

    /// <summary>
    /// No database is dropped or loaded first after this time (RFC 3339, for instance 2026-03-01T04:00:00Z); the
    /// restore is then Stalled with the reason TooLate. What has begun before continues to its end. Needed with mode
    /// Apply, unless the restore belongs to an upgrade: a manifest that is applied again, or an object whose status was
    /// lost, would otherwise drop the databases a second time.
    /// </summary>
    [FieldClass(FieldClass.Control)]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>The age identity that opens an encrypted snapshot: a Secret with the key identity.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("identity")]
    public SecretReference? IdentitySecretRef { get; init; }

    /// <summary>Threads of myloader; of no effect for a snapshot by mysqldump.</summary>
    [FieldClass(FieldClass.Access)]
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>True finishes the database that is being restored and begins no other.</summary>
    [FieldClass(FieldClass.Control)]
    public bool Paused { get; init; }

    /// <summary>A new value goes on after a failure, once.</summary>
    [FieldClass(FieldClass.Control)]
    [Length(SchemaLimits.ShortName)]
    public string? Retry { get; init; }

    /// <summary>
    /// How long one attempt of the whole restore may take. A duration, for instance 8h; more than 49d counts as 49d.
    /// </summary>
    [FieldClass(FieldClass.Timing)]
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Timeout { get; init => field = value ?? "8h"; } = "8h";
}

/// <summary>A snapshot by its place, without its object.</summary>
[ValidationRule("!self.path.split('/').exists(s, s == '..')", RuleMessages.ArchivePath)]
public sealed record SnapshotFiles
{
    /// <summary>Where the files are.</summary>
    [Required]
    public StorageSpec Storage { get; init => field = value ?? new(); } = new();

    /// <summary>Directory of the snapshot below the storage, as status.path of a BackupSnapshot has it.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string Path { get; init => field = value ?? ""; } = "";
}
