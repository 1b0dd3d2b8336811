namespace Drydock.Clients.Snapshots;

/// <summary>
/// What a snapshot holds; written last, so a snapshot without one does not exist. Never holds a secret.
/// </summary>
public sealed record SnapshotManifest
{
    /// <summary>One plain file a database: what every reader understands.</summary>
    public const int FirstFormat = 1;

    /// <summary>Encryption, or many files a database.</summary>
    public const int CurrentFormat = 2;

    /// <summary>
    /// Version of this document: <see cref="FirstFormat"/> where that can say it, else <see cref="CurrentFormat"/>.
    /// </summary>
    public int Format { get; init; } = FirstFormat;

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

    /// <summary>How the files are encrypted; null: they are not.</summary>
    public SnapshotEncryption? Encryption { get; init; }

    /// <summary>The BackupSnapshot it was taken for; null: it does not say.</summary>
    public SnapshotOwner? Owner { get; init; }

    /// <summary>Which series it belongs to; null: none.</summary>
    public string? Series { get; init; }

    /// <summary>The databases, in the order asked for.</summary>
    public required IReadOnlyList<SnapshotDatabase> Databases { get; init; }

    /// <summary>Bytes stored, all files.</summary>
    public long StoredBytes => Databases.Sum(static d => d.File.StoredBytes);

    /// <summary>Bytes of SQL, all files.</summary>
    public long RawBytes => Databases.Sum(static d => d.File.RawBytes);
}
