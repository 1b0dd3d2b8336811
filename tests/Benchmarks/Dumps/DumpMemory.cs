namespace Drydock.Benchmarks;

/// <summary>Resident memory of one operator process, in MiB.</summary>
/// <param name="Bytes">Size of the database.</param>
/// <param name="Rest">At rest after its start.</param>
/// <param name="After">At rest after everything.</param>
/// <param name="Runs">What it did, and all runs of that.</param>
internal sealed record DumpMemory(
    long Bytes, double Rest, double After, IReadOnlyList<(string What, IReadOnlyList<DumpRun> Runs)> Runs);
