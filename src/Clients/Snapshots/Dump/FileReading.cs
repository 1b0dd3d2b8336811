namespace Drydock.Clients.Snapshots;

/// <summary>Which file of a dump is read, and against what.</summary>
/// <param name="File">What the manifest says of it: no more bytes than that are read or opened.</param>
/// <param name="Database">The database that it is of.</param>
/// <param name="Names">How much the names of all objects may take, shared by all files of the database.</param>
internal sealed record FileReading(SnapshotFile File, string Database, NameBudget Names)
{
    /// <summary>A scanner for it.</summary>
    internal DumpScanner Scanner() => new(File.Part, Database, Names);

    /// <summary>What a statement that may not be there becomes.</summary>
    internal SnapshotException Refuse(RefusedStatement statement) =>
        new(SnapshotFailure.RefusedStatement, statement.Describe(File.Name));
}
