using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

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
