using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>A docker archive (docker save), streamed by the operator into docker load.</summary>
[ValidationRule("!has(self.path) || !self.path.split('/').exists(s, s == '..')", RuleMessages.ArchivePath)]
[ValidationRule("has(self.storage) != has(self.hostPath) && has(self.storage) == has(self.path)", RuleMessages.OneArchiveSource)]
public sealed record ImageArchive
{
    /// <summary>Where the archive is kept, with path.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>Path of the archive below the storage; .tar or .tar.gz.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string? Path { get; init; }

    /// <summary>Absolute path of the archive on each host, instead of storage and path.</summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? HostPath { get; init; }

    /// <summary>SHA-256 of the file, 64 hex digits. Without it preflight computes it and the plan names it.</summary>
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string? Sha256 { get; init; }
}
