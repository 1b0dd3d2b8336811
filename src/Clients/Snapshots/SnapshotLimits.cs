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

    /// <summary>Bytes in memory for the names of all tables in one file of a dump.</summary>
    internal const long NamesOfDump = 32L << 20;

    internal const int ListedObjects = 500_000;

    /// <summary>Bytes in memory for the names of one listing.</summary>
    internal const long ListedText = 128L << 20;

    internal const int ListedPages = 5_000;

    /// <summary>Bytes of an S3 response other than the content of an object.</summary>
    internal const long S3Answer = 16L << 20;

    /// <summary>Bytes of the first line that the mysql client prints.</summary>
    internal const int ClientLine = 4_096;

    /// <summary>Bytes of an event up to the end of the line that has its name, schedule and state.</summary>
    internal const int EventHead = 1 << 20;
}

/// <summary>Limits one listing of a storage that is not trusted and may list endlessly.</summary>
internal sealed class ListingLimit(S3StorageOptions options, string prefix)
{
    private const int PerEntry = 160;

    private int _pages;
    private int _entries;
    private long _bytes;

    /// <summary>Counts a page.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: there are too
    /// many.</exception>
    internal void TakePage() => Require(++_pages <= SnapshotLimits.ListedPages);

    /// <summary>Counts an entry by the length of its name.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: there are too many, or their
    /// names are too long together.</exception>
    internal void Take(string name)
    {
        _bytes += PerEntry + (2L * name.Length);
        Require(++_entries <= SnapshotLimits.ListedObjects && _bytes <= SnapshotLimits.ListedText);
    }

    private void Require(bool fits)
    {
        if (!fits)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"The list of '{prefix}' in {options} has more than {SnapshotLimits.ListedObjects} objects, or their "
                    + $"names take more than {SnapshotLimits.ListedText} bytes, or it has more than "
                    + $"{SnapshotLimits.ListedPages} pages. Use a separate bucket or prefix for the snapshots, and "
                    + "remove old ones (spec.retention).");
        }
    }
}
