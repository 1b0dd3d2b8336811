namespace Drydock.Clients.Snapshots;

/// <summary>
/// Bounds the memory that the names in all files of one database's dump take. For any number of threads.
/// </summary>
/// <param name="limit">Bytes.</param>
internal sealed class NameBudget(long limit = SnapshotLimits.NamesOfDump)
{
    // What a table's entry in the dictionaries costs beside its text.
    private const int PerName = 96;

    private long _taken;

    /// <summary>Why no more names are taken; null: there is room.</summary>
    internal string? Refusal => Interlocked.Read(ref _taken) > limit
        ? FormattableString.Invariant($"the names of the objects in the dump take more than {limit} bytes")
        : null;

    /// <summary>Takes room for a name; false: there is none.</summary>
    internal bool Take(string name) => Interlocked.Add(ref _taken, PerName + (2L * name.Length)) <= limit;
}
