namespace Drydock.Reconcilers.Snapshots;

/// <summary>The owner of a snapshot, as its manifest records it.</summary>
internal static class SnapshotOwners
{
    /// <summary>The owner that the manifest of a BackupSnapshot's files records.</summary>
    public static SnapshotOwner Of(BackupSnapshot snapshot) =>
        new(snapshot.Metadata.Namespace ?? "", snapshot.Metadata.Name, snapshot.Metadata.Uid ?? "");

    public static string? Refusal(SnapshotManifest manifest, string? @namespace, bool shared, SnapshotLocation location)
    {
        if (shared || (manifest.Owner is { } owner && owner.Namespace == @namespace))
        {
            return null;
        }

        var ownership = manifest.Owner is { } other
            ? $"belongs to BackupSnapshot {other.Namespace}/{other.Name} of another namespace"
            : "does not record the namespace that it belongs to";
        var remedy = manifest.Owner is { } there
            ? $"Create the object in namespace {there.Namespace}, or have an administrator start the operator with "
                + "--storage-shared."
            : "Take a new snapshot, or have an administrator start the operator with --storage-shared.";
        return $"Snapshot {manifest.Id} in {location.Storage.Description} {ownership}, and namespace {@namespace} may "
            + $"not use it. {remedy}";
    }
}
