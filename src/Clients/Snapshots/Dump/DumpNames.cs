namespace Drydock.Clients.Snapshots;

/// <summary>Names of the objects of one database's dump.</summary>
internal sealed class DumpNames(string database, bool encrypted)
{
    private readonly string _stem = $"{StorageName.Encode(database)}.{StorageName.Unique()}";

    /// <summary>The folder of all files, where there are many.</summary>
    internal string Folder => _stem;

    /// <summary>The object for an output of a tool.</summary>
    internal string Of(DumpOutput output) => output.Part switch
    {
        SnapshotPart.Whole => $"{_stem}.sql{Ending}",
        SnapshotPart.Rows or SnapshotPart.Metadata => $"{_stem}/rows/{Encode(output.Name)}{Ending}",
        _ => $"{_stem}/{output.Name}{Ending}",
    };

    private string Ending => encrypted ? ".gz.age" : ".gz";

    // Its dots stay: they part database, table, number and ending.
    internal static string Encode(string fileName) => string.Join('.', fileName.Split('.').Select(StorageName.Encode));
}
