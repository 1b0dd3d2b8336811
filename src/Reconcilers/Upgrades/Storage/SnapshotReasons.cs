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
