namespace Drydock.Clients.Snapshots;

/// <summary>One stored dump.</summary>
/// <param name="Name">Object name in the storage, relative to the snapshot's folder.</param>
/// <param name="Compression"><c>gzip</c>.</param>
/// <param name="StoredBytes">Size as stored.</param>
/// <param name="RawBytes">Size of the SQL.</param>
/// <param name="Sha256">Of what is stored, lower-case hex.</param>
/// <param name="LargestStatementBytes">Longest statement; the server that loads it needs a larger <c>max_allowed_packet</c>.</param>
public sealed record SnapshotFile(string Name, string Compression, long StoredBytes, long RawBytes, string Sha256, long LargestStatementBytes);
