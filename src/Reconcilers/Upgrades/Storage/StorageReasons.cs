namespace Drydock.Reconcilers.Upgrades;

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
