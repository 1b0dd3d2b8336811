namespace Drydock.Benchmarks;

/// <summary>What was measured with the large database, and the memory with a smaller one for comparison.</summary>
/// <param name="Bytes">Size of the database, data and indexes as the server counts them.</param>
/// <param name="RawBytes">Its SQL.</param>
/// <param name="StoredBytes">That compressed, as the operator stores it.</param>
/// <param name="MySqlDump">Backups by mysqldump.</param>
/// <param name="MyDumper">Backups by mydumper.</param>
/// <param name="Restores">Restores of all kinds.</param>
/// <param name="Memory">The operator's memory with the smaller and with the large database.</param>
internal sealed record DumpsResult(
    long Bytes, long RawBytes, long StoredBytes, DumpContest MySqlDump, DumpContest MyDumper, DumpContest Restores, IReadOnlyList<DumpMemory> Memory);
