namespace Drydock.Crds.Common;

/// <summary>A BackupSnapshot in the same namespace.</summary>
public sealed record SnapshotReference
{
    /// <summary>Name of the BackupSnapshot.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Uid of the BackupSnapshot. If it is set, another BackupSnapshot of the same name is refused.</summary>
    [Length(SchemaLimits.ShortName)]
    public string? Uid { get; init; }
}
