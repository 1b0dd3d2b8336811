using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>
/// The file of the correction JAR. The operator copies it into the new containers as docker cp does. It needs either
/// storage and path, or hostPath.
/// </summary>
[ValidationRule(SharedRules.PathStays, SharedRules.ArchivePath)]
[ValidationRule(SharedRules.OneSource, SharedRules.OneArchiveSource)]
public sealed record JarArchive
{
    /// <summary>The storage that holds the JAR. Needs path.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>Path of the JAR below the storage. It must not contain '..'.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string? Path { get; init; }

    /// <summary>Absolute path of the JAR on every host, instead of storage and path.</summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? HostPath { get; init; }

    /// <summary>
    /// SHA-256 of the JAR, 64 hex digits. A file with another checksum is refused. Without it, preflight computes the
    /// value and the plan shows it.
    /// </summary>
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string? Sha256 { get; init; }
}
