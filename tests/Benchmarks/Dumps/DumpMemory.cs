namespace Drydock.Benchmarks;

/// <summary>Resident memory of one operator process, in MiB.</summary>
/// <param name="Bytes">Size of the database.</param>
/// <param name="Rest">At rest after the start.</param>
/// <param name="After">At rest after all runs.</param>
/// <param name="Runs">The runs of each task, with the name of the task.</param>
internal sealed record DumpMemory(
    long Bytes, double Rest, double After, IReadOnlyList<(string What, IReadOnlyList<DumpRun> Runs)> Runs);
