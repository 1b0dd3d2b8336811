using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Whose a snapshot is, by its manifest.</summary>
internal static class SnapshotOwners
{
    /// <summary>What the manifest of an object's snapshot records.</summary>
    public static SnapshotOwner Of(BackupSnapshot snapshot) =>
        new(snapshot.Metadata.Namespace ?? "", snapshot.Metadata.Name, snapshot.Metadata.Uid ?? "");

    /// <summary>Why objects of a namespace may not use a snapshot; null if they may.</summary>
    /// <param name="manifest">The snapshot's manifest.</param>
    /// <param name="namespace">Namespace of the object that wants it.</param>
    /// <param name="shared">Whether the namespaces share what is stored.</param>
    /// <param name="location">Where it is.</param>
    public static string? Refusal(SnapshotManifest manifest, string? @namespace, bool shared, SnapshotLocation location)
    {
        if (shared || (manifest.Owner is { } owner && owner.Namespace == @namespace))
        {
            return null;
        }

        var whose = manifest.Owner is { } other
            ? $"belongs to BackupSnapshot {other.Namespace}/{other.Name} of another namespace"
            : "does not record the namespace that it belongs to";
        var wayOut = manifest.Owner is { } there
            ? $"Create the object in namespace {there.Namespace}, or have an administrator start the operator with --storage-shared."
            : "Take a new snapshot, or have an administrator start the operator with --storage-shared.";
        return $"Snapshot {manifest.Id} in {location.Storage.Description} {whose}, and namespace {@namespace} may not use it. {wayOut}";
    }
}
