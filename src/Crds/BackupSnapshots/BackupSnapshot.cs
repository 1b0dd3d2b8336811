namespace Drydock.Crds.BackupSnapshots;

/// <summary>A verified dump of named databases of one MySQL-protocol server. You can create one yourself; an upgrade
/// creates one before it changes data.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = Plural)]
[KubernetesEntityShortNames("snap", Categories = ApiGroup.Category)]
[AdditionalPrinterColumn(".status.phase", "PHASE", "string", Description = "Current phase.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].reason", "REASON", "string",
    Description = "Why it is in this state.")]
[AdditionalPrinterColumn(
    ".status.progress", "PROGRESS", "string",
    Description = "Finished databases of all databases.")]
[AdditionalPrinterColumn(".status.size", "SIZE", "string", Description = "Stored size, compressed.")]
[AdditionalPrinterColumn(
    ".status.verified", "VERIFIED", "string",
    Description = "How it was verified: ReadBack, Schema or RestoreTest.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].status", "READY", "string",
    Description = "True once the snapshot is taken, or removed by retention.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Usable\")].status", "USABLE", "string",
    Description = "True while databases can be restored from it.")]
[AdditionalPrinterColumn(
    ".metadata.creationTimestamp", "AGE", "date",
    Description = "Time since the object was created.")]
[AdditionalPrinterColumn(
    ".spec.series", "SERIES", "string", Priority = 1,
    Description = "Snapshots that retention counts together.")]
[AdditionalPrinterColumn(
    ".status.finishedAt", "FINISHED", "date", Priority = 1,
    Description = "Time since it was taken.")]
[AdditionalPrinterColumn(
    ".status.path", "PATH", "string", Priority = 1,
    Description = "Directory of the files below the storage.")]
[AdditionalPrinterColumn(
    ".status.message", "MESSAGE", "string", Priority = 1,
    Description = "What the operator is doing, or what is wrong.")]
[FrozenWhile(
    "has(oldSelf.status) && has(oldSelf.status.snapshotID)",
    "is frozen once the snapshot has begun. The change was refused and the old value still applies. Create another "
    + "BackupSnapshot for other contents.")]
public sealed record BackupSnapshot : CustomKubernetesEntity<BackupSnapshotSpec, BackupSnapshotStatus>
{
    /// <summary>The kind.</summary>
    public const string KindName = "BackupSnapshot";

    /// <summary>The resource name in URLs.</summary>
    public const string Plural = "backupsnapshots";

    /// <summary>Where its files are. Once it has begun, the operator's default of then counts.</summary>
    public StorageSpec StoredIn() => Spec.Storage ?? StorageSpec.Default(Status?.StorageDirectory);
}

/// <summary>Values of <c>status.phase</c> of a BackupSnapshot. Clients treat unknown values as in progress.</summary>
public static class BackupSnapshotPhases
{
    /// <summary>The operator has seen the object and done nothing yet.</summary>
    public const string Pending = "Pending";

    /// <summary>The dumps are being written.</summary>
    public const string Dumping = "Dumping";

    /// <summary>The stored files are read back and compared.</summary>
    public const string Verifying = "Verifying";

    /// <summary>Ended: complete and verified.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Stopped by a failure. A retry token continues.</summary>
    public const string Failed = "Failed";

    /// <summary>Retention is removing the files. Nothing can be restored from this snapshot.</summary>
    public const string Expiring = "Expiring";

    /// <summary>Ended: retention has removed the files.</summary>
    public const string Expired = "Expired";

    /// <summary>The object is being deleted; its files are deleted or kept as deletionPolicy says.</summary>
    public const string Deleting = "Deleting";
}
