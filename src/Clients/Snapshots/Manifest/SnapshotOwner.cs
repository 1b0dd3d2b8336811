namespace Drydock.Clients.Snapshots;

/// <summary>The object that a snapshot was taken for.</summary>
/// <param name="Namespace">Its namespace: only there the snapshot is restored.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
public sealed record SnapshotOwner(string Namespace, string Name, string Uid);
