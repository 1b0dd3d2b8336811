namespace Drydock.Clients.Snapshots;

/// <summary>What was written into the storage, and what was in it before it was compressed and encrypted.</summary>
internal sealed record WrittenObject(long RawBytes, long StoredBytes, string Sha256, DumpSummary Summary);
