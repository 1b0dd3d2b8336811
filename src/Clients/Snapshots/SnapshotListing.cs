namespace Drydock.Clients.Snapshots;

/// <summary>The snapshots in one folder of a storage.</summary>
/// <param name="Snapshots">Existing snapshots, oldest first.</param>
/// <param name="Removing">Snapshots whose removal was interrupted; <see cref="ISnapshotter.DeleteAsync"/> finishes it.
/// They do not count as snapshots.</param>
/// <param name="Unreadable">Manifests that cannot be read, with the reason. They are never removed.</param>
public sealed record SnapshotListing(
    IReadOnlyList<ListedSnapshot> Snapshots,
    IReadOnlyList<SnapshotLocation> Removing,
    IReadOnlyList<UnreadableSnapshot> Unreadable);

/// <summary>One snapshot of a listing.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Manifest">Its manifest, without the lists of the files, tables and other objects of its
/// databases.</param>
public sealed record ListedSnapshot(SnapshotLocation Location, SnapshotManifest Manifest);

/// <summary>A manifest that cannot be read.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Why">Why it cannot be read.</param>
public sealed record UnreadableSnapshot(SnapshotLocation Location, string Why);
