namespace Drydock.Clients.Snapshots;

/// <summary>One snapshot of a listing.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Manifest">What it holds.</param>
public sealed record ListedSnapshot(SnapshotLocation Location, SnapshotManifest Manifest);
