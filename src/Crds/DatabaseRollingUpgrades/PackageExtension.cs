using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

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
