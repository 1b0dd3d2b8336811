namespace Drydock.Clients.Snapshots;

/// <summary>How far one database of a snapshot is.</summary>
/// <param name="Database">Which.</param>
/// <param name="Stage">What is done with it.</param>
/// <param name="RawBytes">Bytes of SQL so far in this stage.</param>
/// <param name="StoredBytes">Bytes of compressed data so far in this stage.</param>
public sealed record SnapshotProgress(string Database, SnapshotStage Stage, long RawBytes, long StoredBytes);
