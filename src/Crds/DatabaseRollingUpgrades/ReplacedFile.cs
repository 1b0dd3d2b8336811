using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A file that is replaced.</summary>
public sealed record ReplacedFile
{
    /// <summary>Absolute path of the new file on the host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>Path of the file below deployDir.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string To { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the new file, 64 hex digits.</summary>
    [Required]
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string Sha256 { get; init => field = value ?? ""; } = "";
}
