namespace Drydock.Clients.Snapshots;

/// <summary>The progress of one database of a snapshot.</summary>
/// <param name="Database">Which.</param>
/// <param name="Stage">What is done with it.</param>
/// <param name="RawBytes">Bytes of SQL so far in this stage.</param>
/// <param name="StoredBytes">Bytes as they are stored, compressed and possibly encrypted, so far in this stage.</param>
/// <param name="BytesPerSecond">SQL bytes per second over the last five seconds; 0 if unknown.</param>
public sealed record SnapshotProgress(
    string Database, SnapshotStage Stage, long RawBytes, long StoredBytes, double BytesPerSecond = 0)
{
    /// <summary>As a text: <c>Dumping 1.5 GiB, 48.2 MiB/s</c>.</summary>
    public string Describe() =>
        BytesPerSecond >= 1
            ? $"{Stage} {ByteSize.Format(RawBytes)}, {ByteSize.Format(BytesPerSecond)}/s"
            : $"{Stage} {ByteSize.Format(RawBytes)}";
}

/// <summary>Stages of a database in a snapshot or a load.</summary>
public enum SnapshotStage
{
    Dumping,

    Verifying,

    Published,

    Loading,

    Comparing,

    Loaded,
}
