namespace Drydock.Benchmarks;

/// <summary>Measurements of the large database, and the memory with a smaller one for comparison.</summary>
/// <param name="Bytes">Size of the database, data and indexes as the server counts them.</param>
/// <param name="RawBytes">Size of its SQL.</param>
/// <param name="StoredBytes">Size of that SQL compressed, as the operator stores it.</param>
/// <param name="Restores">Restores by all ways.</param>
/// <param name="Memory">The operator's memory with the smaller and with the large database.</param>
internal sealed record DumpsResult(
    long Bytes, long RawBytes, long StoredBytes, DumpContest MySqlDump, DumpContest MyDumper, DumpContest Restores,
    IReadOnlyList<DumpMemory> Memory);
