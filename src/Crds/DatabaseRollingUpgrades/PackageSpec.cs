using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The new version's programs on the hosts, beside the old ones.</summary>
public sealed record PackageSpec
{
    /// <summary>
    /// Where the new version is on every host, or is unpacked to: /home/yugabyte/software-2.18.0, /opt/tidb-v3.0.9.
    /// Programs are in bin below it.
    /// </summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string Directory { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Archives that are unpacked there (.tar.gz), on every host with a component of theirs. None: the directory is on
    /// the hosts already.
    /// </summary>
    [ListMap("name")]
    [Items(16)]
    public List<PackageArchive> Archives { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Checksums of files below the directory that are checked on every host before anything is stopped; sensible where
    /// there are no archives.
    /// </summary>
    [ListMap("path")]
    [Items(64)]
    public List<PackageFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>
    /// A program below the directory that is run once on every host after unpacking: bin/post_install.sh for YugabyteDB
    /// and BMDB. Empty runs none.
    /// </summary>
    [Length(SchemaLimits.Path)]
    [ValidationRule("!self.split('/').exists(s, s == '..') && !self.startsWith('/')", RuleMessages.BelowPackage)]
    public string? PostInstall { get; init; }

    /// <summary>
    /// YugabyteDB and BMDB only: PostgreSQL extensions that are put into the new version before the first server is
    /// stopped.
    /// </summary>
    [ListMap("name")]
    [Items(64)]
    public List<PackageExtension> Extensions { get; init => field = value ?? []; } = [];
}

/// <summary>An archive of programs.</summary>
[ValidationRule("has(self.storage) != has(self.hostPath) && has(self.storage) == has(self.path)", RuleMessages.OnePackageSource)]
[ValidationRule("!has(self.path) || !self.path.split('/').exists(s, s == '..')", RuleMessages.ArchivePath)]
public sealed record PackageArchive
{
    /// <summary>A short name.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.Label)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The components whose programs are in it; none means all.</summary>
    [ListSet]
    [Items(16)]
    public List<DatabaseComponent> Components { get; init => field = value ?? []; } = [];

    /// <summary>Where the archive is kept, with path.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>Path of the archive below the storage.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string? Path { get; init; }

    /// <summary>Absolute path of the archive on each host, instead of storage and path.</summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? HostPath { get; init; }

    /// <summary>SHA-256 of the archive, 64 hex digits.</summary>
    [Required]
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string Sha256 { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// How many leading parts of the names in the archive are dropped when it is unpacked, as tar's --strip-components.
    /// </summary>
    [Range(0, 8)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int StripComponents { get; set; } = 1;
}

/// <summary>A file below the package's directory and what it must be.</summary>
public sealed record PackageFile
{
    /// <summary>Path below the directory: bin/tikv-server.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the file, 64 hex digits.</summary>
    [Required]
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string Sha256 { get; init => field = value ?? ""; } = "";
}

/// <summary>A PostgreSQL extension and the files it is made of.</summary>
public sealed record PackageExtension
{
    /// <summary>Its name, as pg_extension has it.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its files, copied on every host with a Tserver.</summary>
    [ListMap("to")]
    [Items(64)]
    public List<ExtensionFile> Files { get; init => field = value ?? []; } = [];
}

/// <summary>A file of an extension, on the hosts already.</summary>
public sealed record ExtensionFile
{
    /// <summary>Absolute path on the host, for instance in the old version's directory.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>Path below the new version's directory: postgres/share/extension/hll.control.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string To { get; init => field = value ?? ""; } = "";
}
