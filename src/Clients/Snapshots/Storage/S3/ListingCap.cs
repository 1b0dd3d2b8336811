namespace Drydock.Clients.Snapshots;

/// <summary>Bounds one listing of a storage that belongs to somebody else and may list without end.</summary>
/// <param name="options">The storage.</param>
/// <param name="prefix">What is listed.</param>
internal sealed class ListingCap(S3StorageOptions options, string prefix)
{
    private const int PerEntry = 160;

    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
    private int _pages;
    private int _entries;
    private long _bytes;

    /// <summary>Counts an entry by its texts.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: there are too
    /// many.</exception>
    internal void Take(string name, string? version)
    {
        _entries++;
        _bytes += PerEntry + (2L * (name.Length + (version?.Length ?? 0)));
        if (_entries > SnapshotLimits.ListedObjects || _bytes > SnapshotLimits.ListedText)
        {
            throw Refuse(FormattableString.Invariant(
                $"has more than {SnapshotLimits.ListedObjects} objects, or their names take more than {SnapshotLimits.ListedText} bytes. Use a bucket or a prefix of its own for the snapshots, and remove old ones (spec.retention)"));
        }
    }

    /// <summary>Counts a page that says that another one follows.</summary>
    /// <param name="next">What asks for that one.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: there are too many, or they
    /// go round in a circle.</exception>
    internal void Next(string? next)
    {
        _pages++;
        if (string.IsNullOrEmpty(next) || next.Length > 8192 || !_tokens.Add(next))
        {
            throw Refuse("says that more follows, without saying how to ask for it, or a second time in the same words. Ask the operator of the storage; this is no S3 listing");
        }

        if (_pages > SnapshotLimits.ListedPages)
        {
            throw Refuse(FormattableString.Invariant($"has more than {SnapshotLimits.ListedPages} pages. Use a bucket or a prefix of its own for the snapshots"));
        }
    }

    private SnapshotException Refuse(string what) =>
        new(SnapshotFailure.StorageUnusable, $"The list of '{prefix}' in {options} {what}.");
}
