namespace Drydock.Clients.Snapshots;

/// <summary>A manifest that cannot be read.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Why">What is wrong with it.</param>
public sealed record UnreadableSnapshot(SnapshotLocation Location, string Why);
