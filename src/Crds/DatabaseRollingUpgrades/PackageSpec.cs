namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The programs of the new version on the hosts. The old programs are kept.</summary>
public sealed record PackageSpec
{
    /// <summary>The directory of the new version on every host, for instance /opt/tidb-v3.0.9; its programs are in bin
    /// there. Archives are unpacked into it.</summary>
    [Required]
    [AbsolutePath]
    public string Directory { get; init => field = value ?? ""; } = "";

    /// <summary>Archives (.tar.gz) that are unpacked on every host with one of their components. Without archives, the
    /// directory must already be there.</summary>
    [ListMap("name")]
    [Items(16)]
    public List<PackageArchive> Archives { get; init => field = value ?? []; } = [];

    /// <summary>Checksums of files below the directory, checked on every host before anything is stopped. Recommended
    /// without archives.</summary>
    [ListMap("path")]
    [Items(64)]
    public List<PackageFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>A program below the directory that runs once on every host after unpacking; empty runs none. Default
    /// for YugabyteDB and BMDB: bin/post_install.sh if the package has it, where it has not run, also in directories
    /// that you unpacked.</summary>
    [Length(SchemaLimits.Path)]
    [ValidationRule(
        "!self.split('/').exists(s, s == '..') && !self.startsWith('/')",
        "postInstall must be a path relative to the directory of the package, without '..'.")]
    public string? PostInstall { get; init; }

    /// <summary>YugabyteDB and BMDB only: PostgreSQL extensions that are copied into the new version before the first
    /// server is stopped.</summary>
    [ListMap("name")]
    [Items(64)]
    public List<PackageExtension> Extensions { get; init => field = value ?? []; } = [];
}

/// <summary>An archive of programs.</summary>
[ValidationRule(SharedRules.OneSource, SharedRules.OneArchiveSource)]
[ValidationRule(SharedRules.PathStays, SharedRules.ArchivePath)]
public sealed record PackageArchive
{
    /// <summary>A short name, unique in the list.</summary>
    [Required]
    [Label]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The components whose programs are in the archive. Empty means all.</summary>
    [ListSet]
    [Items(16)]
    public List<DatabaseComponent> Components { get; init => field = value ?? []; } = [];

    /// <summary>The storage of the archive. Needs path.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>Path below the storage.</summary>
    [RelativePath(SchemaLimits.Path)]
    public string? Path { get; init; }

    /// <summary>Absolute path on every host, instead of storage and path.</summary>
    [AbsolutePath]
    public string? HostPath { get; init; }

    /// <summary>SHA-256 of the archive. Another one is refused.</summary>
    [Required]
    [Sha256]
    public string Sha256 { get; init => field = value ?? ""; } = "";

    /// <summary>How many leading path components are removed, as by tar --strip-components.</summary>
    [Range(0, 8)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int StripComponents { get; set; } = 1;
}

/// <summary>A file below the directory of the package, and its checksum.</summary>
public sealed record PackageFile
{
    /// <summary>Path relative to the directory, for instance bin/tikv-server.</summary>
    [Required]
    [RelativePath(SchemaLimits.Path)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the file, 64 hex digits.</summary>
    [Required]
    [Sha256]
    public string Sha256 { get; init => field = value ?? ""; } = "";
}

/// <summary>A PostgreSQL extension and its files.</summary>
public sealed record PackageExtension
{
    /// <summary>Name of the extension as in pg_extension.</summary>
    [Required]
    [DatabaseName(SchemaLimits.ShortName)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its files. They are copied on every host with a Tserver.</summary>
    [ListMap("to")]
    [Items(64)]
    public List<ExtensionFile> Files { get; init => field = value ?? []; } = [];
}

/// <summary>A file of an extension that is already on the hosts.</summary>
public sealed record ExtensionFile
{
    /// <summary>Absolute path on the host, for instance in the old version's directory.</summary>
    [Required]
    [AbsolutePath]
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>Path relative to the directory of the new version, for instance
    /// postgres/share/extension/hll.control.</summary>
    [Required]
    [RelativePath(SchemaLimits.Path)]
    public string To { get; init => field = value ?? ""; } = "";
}
