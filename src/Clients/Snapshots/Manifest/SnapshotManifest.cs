namespace Drydock.Clients.Snapshots;

/// <summary>What a snapshot holds; written last, so a snapshot without one does not exist. Never holds a secret.</summary>
public sealed record SnapshotManifest
{
    /// <summary>The only format this code writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of this document.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The snapshot's id.</summary>
    public required string Id { get; init; }

    /// <summary>When the attempt that made it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When everything was verified.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The server it was taken from.</summary>
    public required SnapshotServer Server { get; init; }

    /// <summary>The tool and its flags.</summary>
    public required SnapshotTool Tool { get; init; }

    /// <summary>The databases, in the order asked for.</summary>
    public required IReadOnlyList<SnapshotDatabase> Databases { get; init; }

    /// <summary>Bytes stored, all files.</summary>
    public long StoredBytes => Databases.Sum(static d => d.File.StoredBytes);

    /// <summary>Bytes of SQL, all files.</summary>
    public long RawBytes => Databases.Sum(static d => d.File.RawBytes);
}
