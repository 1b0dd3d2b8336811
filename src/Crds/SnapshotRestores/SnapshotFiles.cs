using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.SnapshotRestores;

/// <summary>A snapshot by its place, without its object.</summary>
[ValidationRule("!self.path.split('/').exists(s, s == '..')", RuleMessages.ArchivePath)]
public sealed record SnapshotFiles
{
    /// <summary>Where the files are.</summary>
    [Required]
    public StorageSpec Storage { get; init => field = value ?? new(); } = new();

    /// <summary>Directory of the snapshot below the storage, as status.path of a BackupSnapshot has it.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.RelativePath)]
    public string Path { get; init => field = value ?? ""; } = "";
}
