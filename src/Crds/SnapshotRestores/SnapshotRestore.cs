namespace Drydock.Crds.SnapshotRestores;

/// <summary>Restores databases from a snapshot. The snapshot is verified first; then each database is dropped, created
/// with the recorded character set, loaded and compared.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = Plural)]
[KubernetesEntityShortNames("snaprestore", Categories = ApiGroup.Category)]
[AdditionalPrinterColumn(".status.phase", "PHASE", "string", Description = "Current phase.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].reason", "REASON", "string",
    Description = "Why it is in this state.")]
[AdditionalPrinterColumn(
    ".status.progress", "PROGRESS", "string",
    Description = "Restored databases of all databases.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].status", "READY", "string",
    Description = "True once the databases have the contents of the snapshot.")]
[AdditionalPrinterColumn(
    ".metadata.creationTimestamp", "AGE", "date",
    Description = "Time since the object was created.")]
[AdditionalPrinterColumn(
    ".status.snapshotID", "SNAPSHOT", "string", Priority = 1,
    Description = "The snapshot that is restored.")]
[AdditionalPrinterColumn(
    ".status.message", "MESSAGE", "string", Priority = 1,
    Description = "What the operator is doing, or what is wrong.")]
[FrozenWhile(
    "has(oldSelf.status) && (has(oldSelf.status.phase) && oldSelf.status.phase == 'Restoring' || "
    + "has(oldSelf.status.databases) && oldSelf.status.databases.exists(d, has(d.state) && d.state != "
    + "'Pending'))",
    "is frozen once the restore has begun. The change was refused and the old value still applies. Create another "
    + "SnapshotRestore for other contents.")]
public sealed record SnapshotRestore : CustomKubernetesEntity<SnapshotRestoreSpec, SnapshotRestoreStatus>
{
    /// <summary>The kind.</summary>
    public const string KindName = "SnapshotRestore";

    /// <summary>The resource name in URLs.</summary>
    public const string Plural = "snapshotrestores";
}

/// <summary>Values of <c>status.phase</c> of a SnapshotRestore. Clients treat unknown values as in progress.</summary>
public static class SnapshotRestorePhases
{
    /// <summary>The operator has seen the object and started nothing.</summary>
    public const string Pending = "Pending";

    /// <summary>Manifest and checksums are verified, and databases that would be dropped are determined. Nothing is
    /// changed.</summary>
    public const string Verifying = "Verifying";

    /// <summary>The snapshot is valid, status.databases shows what would be dropped, and the restore waits for its
    /// approval.</summary>
    public const string Planned = "Planned";

    /// <summary>Databases are being dropped, created, loaded and compared.</summary>
    public const string Restoring = "Restoring";

    /// <summary>Ended: every database has the contents of the snapshot.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Stopped by a failure. After a repair, a retry token continues.</summary>
    public const string Failed = "Failed";
}
