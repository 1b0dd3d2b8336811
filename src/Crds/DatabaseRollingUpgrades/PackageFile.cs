using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

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
