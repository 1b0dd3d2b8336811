namespace Drydock.Clients.Snapshots;

/// <summary>Limits for data from storages and dumps, which are not trusted. Each is far above the needs of a snapshot
/// and small enough that several fit into the memory of the pod.</summary>
internal static class SnapshotLimits
{
    internal const int Manifest = 16 << 20;

    /// <summary>Bytes of a small document next to the snapshots: the mark of a storage, the record of a
    /// session.</summary>
    internal const int Record = 64 << 10;

    internal const int Databases = 1_000;

    /// <summary>Files of a snapshot, all databases together. mydumper writes files of 16 MB of SQL, so this is 0.8
    /// TB.</summary>
    internal const int Files = 50_000;

    internal const int Objects = 100_000;

    /// <summary>Bytes of one file, and of all files of a snapshot, stored or opened: 1 PiB.</summary>
    internal const long Bytes = 1L << 50;

    /// <summary>Maximum ratio of SQL bytes to stored bytes of a file: gzip reaches 1,032.</summary>
    internal const int Compression = 1_040;

    /// <summary>Bytes of mydumper's file <c>metadata</c>.</summary>
    internal const long Metadata = 1 << 20;

    /// <summary>Bytes in memory for the names of all tables in the dump of one database.</summary>
    internal const long NamesOfDump = 32L << 20;

    internal const int ListedSnapshots = 10_000;

    internal const int ListedObjects = 500_000;

    /// <summary>Bytes in memory for the names of one listing.</summary>
    internal const long ListedText = 128L << 20;

    internal const int ListedPages = 5_000;

    /// <summary>Bytes of an S3 response other than the content of an object.</summary>
    internal const long S3Answer = 16L << 20;

    /// <summary>Bytes of the first line that the mysql client prints.</summary>
    internal const int ClientLine = 4_096;

    internal const int CatalogueRows = 200_000;

    /// <summary>Bytes of an event up to the end of the line that has its name, schedule and state.</summary>
    internal const int EventHead = 1 << 20;
}
