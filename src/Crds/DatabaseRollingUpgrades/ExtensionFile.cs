using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

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
