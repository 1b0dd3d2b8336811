namespace Drydock.Clients.Snapshots;

/// <summary>Names of the objects of one database's dump.</summary>
internal sealed class DumpNames(string database, bool encrypted)
{
    private readonly string _stem = $"{StorageName.Encode(database)}.{StorageName.Unique()}";

    internal string Folder => _stem;

    internal string Of(DumpOutput output) => output.Part switch
    {
        SnapshotPart.Whole => $"{_stem}.sql{Ending}",
        SnapshotPart.Rows or SnapshotPart.Metadata => $"{_stem}/rows/{Encode(output.Name)}{Ending}",
        _ => $"{_stem}/{output.Name}{Ending}",
    };

    private string Ending => encrypted ? ".gz.age" : ".gz";

    // The dots stay: they separate database, table, number and extension.
    internal static string Encode(string fileName) => string.Join('.', fileName.Split('.').Select(StorageName.Encode));
}

/// <summary>Limits the memory for the names of tables in all files of one database's dump. Thread-safe.</summary>
/// <param name="limit">Bytes.</param>
internal sealed class NameBudget(long limit = SnapshotLimits.NamesOfDump)
{
    // Bytes of a dictionary entry besides the text.
    private const int PerName = 96;

    private long _taken;

    /// <summary>Reserves memory for a name.</summary>
    /// <exception cref="SnapshotException">The limit is exceeded.</exception>
    internal void Take(string name)
    {
        if (Interlocked.Add(ref _taken, PerName + (2L * name.Length)) > limit)
        {
            throw new SnapshotException(SnapshotFailure.Truncated, FormattableString.Invariant(
                $"The dump cannot be read: the names of its tables are longer than {limit} bytes in total."));
        }
    }
}
