namespace Drydock.Clients.Snapshots;

/// <summary>What reading a stored dump to its end showed.</summary>
/// <param name="StoredBytes">Bytes in the storage.</param>
/// <param name="Sha256">Their hash.</param>
/// <param name="Summary">What the SQL holds; not complete where decompression failed.</param>
/// <param name="Damage">Why it could not be decompressed to the end, null if it could.</param>
internal sealed record StoredDump(long StoredBytes, string Sha256, DumpSummary Summary, string? Damage);
