namespace Drydock.Reconcilers.Upgrades;

/// <summary>The API reasons for failures of the snapshot client.</summary>
internal static class SnapshotReasons
{
    public static string Of(SnapshotFailure failure) => failure switch
    {
        SnapshotFailure.DatabaseMissing => Reasons.DatabaseNotFound,
        SnapshotFailure.Truncated or SnapshotFailure.ChecksumMismatch or SnapshotFailure.RowCountMismatch
            or SnapshotFailure.CatalogueMismatch or SnapshotFailure.ManifestInvalid =>
                Reasons.SnapshotInvalid,
        SnapshotFailure.StorageUnusable => Reasons.StorageUnusable,
        SnapshotFailure.InvalidRequest or SnapshotFailure.NotAllowed => Reasons.InvalidSpec,
        SnapshotFailure.NotFound or SnapshotFailure.BeingRemoved => Reasons.SnapshotMissing,
        SnapshotFailure.ForeignSnapshot => Reasons.ForeignSnapshot,
        SnapshotFailure.IdentityMissing or SnapshotFailure.SecretMissing => Reasons.SecretMissing,
        SnapshotFailure.ServerFull => Reasons.NoSpace,
        SnapshotFailure.ReadOnlyServer => Reasons.AccessDenied,
        _ => Reasons.DumpFailed,
    };
}

/// <summary>The API's reasons for a storage that cannot be opened or used.</summary>
internal static class StorageReasons
{
    public static string Of(SnapshotException exception) => exception.Failure switch
    {
        // All other faults of a request to open a storage were refused when the spec was checked.
        SnapshotFailure.InvalidRequest or SnapshotFailure.SecretMissing => Reasons.SecretMissing,
        SnapshotFailure.NotAllowed => Reasons.InvalidSpec,
        _ => Reasons.StorageUnusable,
    };
}

/// <summary>Receipt keys of the BackupSnapshot or SnapshotRestore that a step creates; other steps and kinds read
/// them.</summary>
internal static class SnapshotReceipts
{
    /// <summary>Receipt key: name of the BackupSnapshot; written before the object is created.</summary>
    internal const string SnapshotKey = "snapshot";

    internal const string SnapshotUidFact = "snapshotUid";

    internal const string RestoreKey = "restore";
}
