namespace Drydock.Reconcilers.Snapshots;

/// <summary>The id under which each attempt of a BackupSnapshot is stored.</summary>
internal static class SnapshotIds
{
    // A file name may have 255 bytes, and status.snapshotID 253 characters.
    private const int LongestName = 200;

    /// <summary>The id: the object's name, cut where it is long, the first 8 characters of its uid, and the
    /// attempt.</summary>
    public static string Of(BackupSnapshot snapshot, int attempt)
    {
        var name = snapshot.Metadata.Name;
        name = name.Length > LongestName ? name[..LongestName].TrimEnd('-', '.') : name;
        return string.Create(CultureInfo.InvariantCulture, $"{name}-{snapshot.Metadata.Uid![..8]}-{attempt}");
    }
}
