namespace Drydock.Crds.BackupSnapshots;

/// <summary>Which databases are dumped, and where the dumps are stored.</summary>
[ValidationRule(
    "!self.databases.exists(d, d.lowerAscii() in ['mysql', 'information_schema', 'performance_schema', 'sys'])",
    "databases must not contain a system schema (mysql, information_schema, performance_schema, sys), because "
    + "a restore would drop it.")]
[ValidationRule(SharedRules.RestoreTestCanOpen, SharedRules.RestoreTestNeedsIdentity)]
public sealed record BackupSnapshotSpec
{
    /// <summary>The server to dump from.</summary>
    [FieldClass(FieldClass.Access)]
    [Required]
    public DatabaseSource Source { get; init => field = value ?? new(); } = new();

    /// <summary>Names of the databases to dump. System schemas are refused.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [ListSet]
    [Items(SchemaLimits.Databases, Minimum = 1)]
    [DatabaseName(64)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>What the snapshot has of the databases.</summary>
    [FieldClass(FieldClass.Identity)]
    public SnapshotContents Contents { get; init; }

    /// <summary>Where the files are stored. It must outlive the operator's pod. Default: the operator's first
    /// --storage-root.</summary>
    [FieldClass(FieldClass.Identity)]
    public StorageSpec? Storage { get; init; }

    /// <summary>Directory below the storage in which the snapshot gets its own one. Default: namespace and name of this
    /// object.</summary>
    [FieldClass(FieldClass.Identity)]
    [RelativePath(512)]
    [ValidationRule(
        "!self.split('/').exists(s, s == '..')",
        "pathPrefix must not contain '..', because it is relative to the storage.")]
    public string? PathPrefix { get; init; }

    /// <summary>The program that dumps.</summary>
    [FieldClass(FieldClass.Identity)]
    public DumpTool Tool { get; init; }

    /// <summary>Number of threads of mydumper. Ignored for mysqldump.</summary>
    [FieldClass(FieldClass.Identity)]
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>How the snapshot is verified. ReadBack reads the stored files back. Schema also loads the definitions
    /// into a scratch database on the same server, compares and drops it. RestoreTest loads the stored files
    /// there.</summary>
    [FieldClass(FieldClass.Identity)]
    public SnapshotVerification Verify { get; init; }

    /// <summary>status.definitionsSha256 of a snapshot with contents: Definitions, for verify: Schema. Nothing is
    /// loaded; with other definitions the snapshot is only verified: ReadBack.</summary>
    [FieldClass(FieldClass.Identity)]
    [Length(64)]
    public string? TestedDefinitions { get; init; }

    /// <summary>Encrypts the stored dumps. Default: not encrypted.</summary>
    [FieldClass(FieldClass.Identity)]
    public EncryptionSpec? Encryption { get; init; }

    /// <summary>The age identity for verify: RestoreTest of an encrypted snapshot: a Secret with the key
    /// identity.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("identity")]
    public SecretReference? AgeIdentitySecretRef { get; init; }

    /// <summary>Groups snapshots of one storage path for retention. Default: server identity and database
    /// names.</summary>
    [FieldClass(FieldClass.Identity)]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern("^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
    public string? Series { get; init; }

    /// <summary>Which older snapshots of the series are removed once this one is verified. Default: none.</summary>
    [FieldClass(FieldClass.Control)]
    public RetentionSpec? Retention { get; init; }

    /// <summary>What happens to the files when this object is deleted. Delete waits while an unfinished restore, an
    /// OmsUpgrade whose old containers still exist, or a DatabaseRollingUpgrade needs the snapshot.</summary>
    [FieldClass(FieldClass.Control)]
    public DeletionPolicy DeletionPolicy { get; init; }

    /// <summary>How long one attempt may take; more than 49d counts as 49d. A longer attempt fails.</summary>
    [FieldClass(FieldClass.Timing)]
    [PositiveDuration]
    public string Timeout { get; init => field = value ?? "4h"; } = "4h";

    /// <summary>What you accept that the dump loses or may lack: DumpLosesDigits/DB.TABLE.COLUMN or ObjectsHidden/DB,
    /// as the failure names it, or the reason alone for all.</summary>
    [FieldClass(FieldClass.Control)]
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference, Minimum = 3)]
    [Pattern("^[A-Za-z]+(/[^\\s,]+)?$")]
    public List<string> Acknowledge { get; init => field = value ?? []; } = [];

}

/// <summary>What a snapshot has of its databases.</summary>
public enum SnapshotContents
{
    /// <summary>Definitions and rows.</summary>
    All,

    /// <summary>Nothing: the definitions are only loaded into a scratch database on the same server, compared and
    /// dropped.</summary>
    Definitions,
}

/// <summary>What happens to the files of a snapshot whose object is deleted.</summary>
public enum DeletionPolicy
{
    /// <summary>The files are kept.</summary>
    Retain,

    /// <summary>The files are deleted.</summary>
    Delete,
}

/// <summary>A MySQL-protocol server and how the operator reaches it.</summary>
public sealed record DatabaseSource
{
    /// <summary>Login: a Secret with the keys username and password, and optionally host, port and ca.crt.</summary>
    [Required]
    [SecretKeys("username", "password", "host", "port", "ca.crt")]
    public SecretReference CredentialsSecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>Host name or address of the server. Default: the key host of the Secret.</summary>
    [Host(SchemaLimits.Name)]
    public string? Host { get; init; }

    /// <summary>Port of the server. Default: the key port of the Secret, otherwise 3306.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>TLS of the connection to the server.</summary>
    public DatabaseTls Tls { get; init => field = value ?? new(); } = new();
}
