namespace Drydock.Clients.Snapshots;

/// <summary>What reading a stored object to its end showed.</summary>
/// <param name="StoredBytes">Bytes in the storage.</param>
/// <param name="Sha256">Their hash.</param>
/// <param name="RawBytes">Bytes of SQL; 0 where it was not opened.</param>
/// <param name="Summary">What the SQL holds; null where that was not asked for.</param>
/// <param name="Damage">Why it could not be decrypted or decompressed to the end, null if it could.</param>
internal sealed record StoredDump(long StoredBytes, string Sha256, long RawBytes, DumpSummary? Summary, string? Damage);
