namespace Drydock.Clients.Snapshots;

/// <summary>Limits one listing of a storage that is not trusted and may list endlessly.</summary>
/// <param name="options">The storage.</param>
/// <param name="prefix">The listed prefix.</param>
internal sealed class ListingLimit(S3StorageOptions options, string prefix)
{
    private const int PerEntry = 160;

    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
    private int _pages;
    private int _entries;
    private long _bytes;

    /// <summary>Counts an entry by the length of its texts.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: there are too
    /// many.</exception>
    internal void Take(string name, string? version)
    {
        _entries++;
        _bytes += PerEntry + (2L * (name.Length + (version?.Length ?? 0)));
        if (_entries > SnapshotLimits.ListedObjects || _bytes > SnapshotLimits.ListedText)
        {
            throw Refuse(string.Create(
                CultureInfo.InvariantCulture,
                $"has more than {SnapshotLimits.ListedObjects} objects, or their names take more than "
                    + $"{SnapshotLimits.ListedText} bytes. Use a separate bucket or prefix for the snapshots, and "
                    + $"remove old ones (spec.retention)"));
        }
    }

    /// <summary>Counts a page that announces another one.</summary>
    /// <param name="next">The token for that page.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: there are too many, or their
    /// tokens repeat.</exception>
    internal void Next(string? next)
    {
        _pages++;
        if (string.IsNullOrEmpty(next) || next.Length > 8192 || !_tokens.Add(next))
        {
            throw Refuse(
                "announces another page without a token, or with the same token again, so it is not a valid S3 "
                    + "listing. Ask the administrator of the storage");
        }

        if (_pages > SnapshotLimits.ListedPages)
        {
            throw Refuse(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"has more than {SnapshotLimits.ListedPages} pages. "
                        + $"Use a separate bucket or prefix for the snapshots"));
        }
    }

    private SnapshotException Refuse(string what) =>
        new(SnapshotFailure.StorageUnusable, $"The list of '{prefix}' in {options} {what}.");
}
