namespace Drydock.Clients.Snapshots;

/// <summary>What was found in one folder of a storage.</summary>
/// <param name="Snapshots">Snapshots that exist, by the time they were made, the oldest first.</param>
/// <param name="Removing">Snapshots whose removal began and did not end; <see cref="ISnapshotter.DeleteAsync"/> ends
/// it. They count as nothing.</param>
/// <param name="Unreadable">Manifests that cannot be read, with the reason. They are never removed.</param>
public sealed record SnapshotListing(
    IReadOnlyList<ListedSnapshot> Snapshots,
    IReadOnlyList<SnapshotLocation> Removing,
    IReadOnlyList<UnreadableSnapshot> Unreadable);
