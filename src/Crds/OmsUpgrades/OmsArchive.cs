namespace Drydock.Crds.OmsUpgrades;

/// <summary>A file that the operator brings into docker: it needs either storage and path, or hostPath.</summary>
[ValidationRule(SharedRules.PathStays, SharedRules.ArchivePath)]
[ValidationRule(SharedRules.OneSource, SharedRules.OneArchiveSource)]
public sealed record OmsArchive
{
    /// <summary>The storage that holds the file. Needs path.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>Path of the file below the storage. It must not contain '..'.</summary>
    [RelativePath(SchemaLimits.Path)]
    public string? Path { get; init; }

    /// <summary>Absolute path of the file on every host, instead of storage and path.</summary>
    [AbsolutePath]
    public string? HostPath { get; init; }

    /// <summary>SHA-256 of the file, 64 hex digits. A file with another checksum is refused. Without it, preflight
    /// computes the value and the plan shows it.</summary>
    [Sha256]
    public string? Sha256 { get; init; }
}
