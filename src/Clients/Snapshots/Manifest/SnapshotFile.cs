namespace Drydock.Clients.Snapshots;

/// <summary>One stored file of a dump, or all of them taken together.</summary>
/// <param name="Name">Object name in the storage, relative to the snapshot's folder.</param>
/// <param name="Compression"><c>gzip</c>.</param>
/// <param name="StoredBytes">Size as stored.</param>
/// <param name="RawBytes">Size of the SQL.</param>
/// <param name="Sha256">Of what is stored, lower-case hex.</param>
/// <param name="LargestStatementBytes">Longest statement; the server that loads it needs a larger
/// <c>max_allowed_packet</c>.</param>
/// <param name="Part">What it holds.</param>
/// <param name="ToolName">The name the tool gave it, where the object's differs by more than its endings.</param>
public sealed record SnapshotFile(
    string Name, string Compression, long StoredBytes, long RawBytes, string Sha256, long LargestStatementBytes, SnapshotPart Part = SnapshotPart.Whole, string? ToolName = null);
