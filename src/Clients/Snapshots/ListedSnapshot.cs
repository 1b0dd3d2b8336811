namespace Drydock.Clients.Snapshots;

/// <summary>One snapshot of a listing.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Manifest">Its manifest, without the lists of the files, tables and other objects of its
/// databases.</param>
public sealed record ListedSnapshot(SnapshotLocation Location, SnapshotManifest Manifest);
