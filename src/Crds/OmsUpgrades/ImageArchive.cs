using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>A docker archive (docker save), streamed by the operator into docker load: the runbook's scp and docker load.</summary>
[ValidationRule(StorageRules.NoParentInPath, RuleMessages.ArchivePath)]
public sealed record ImageArchive
{
    /// <summary>Where the archive is kept.</summary>
    [Required]
    public StorageSpec Storage { get; init => field = value ?? new(); } = new();

    /// <summary>Path of the archive below the storage; .tar or .tar.gz.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the file, 64 hex digits. Without it preflight computes it and the plan names it.</summary>
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string? Sha256 { get; init; }
}
