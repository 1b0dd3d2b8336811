namespace Drydock.Crds.OmsUpgrades;

/// <summary>A file that the operator brings into docker: it needs either storage and path, or hostPath.</summary>
[ValidationRule(SharedRules.PathStays, SharedRules.ArchivePath)]
[ValidationRule(SharedRules.OneSource, SharedRules.OneArchiveSource)]
public sealed record OmsArchive
{
    /// <summary>The storage of the file. Needs path.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>Path below the storage.</summary>
    [RelativePath(SchemaLimits.Path)]
    public string? Path { get; init; }

    /// <summary>Absolute path on every host, instead of storage and path.</summary>
    [AbsolutePath]
    public string? HostPath { get; init; }

    /// <summary>SHA-256 of the file; another one is refused. Default: preflight computes it and the plan shows
    /// it.</summary>
    [Sha256]
    public string? Sha256 { get; init; }
}
