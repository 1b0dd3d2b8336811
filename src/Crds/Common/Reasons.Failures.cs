namespace Drydock.Crds.Common;

/// <content>Reasons of a run that stalls or fails.</content>
public static partial class Reasons
{
    /// <summary>
    /// A step failed and no automatic attempt is left; the message names step, node, cause and what to do. Repair it,
    /// then give a new retry token.
    /// </summary>
    [ReasonGroup(5, "Stalled, Failed: while the plan runs")]
    public const string StepFailed = "StepFailed";

    /// <summary>
    /// A step took longer than its phase's timeout. Find out why, raise spec.timeouts if need be, then give a new retry
    /// token.
    /// </summary>
    public const string StepTimeout = "StepTimeout";

    /// <summary>
    /// Whether a step that must run once has run cannot be read, so nothing runs again on that data. The message says
    /// what was looked at and the way on.
    /// </summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    /// <summary>
    /// A run-once step failed on data it may have changed: it may run again only on the restored snapshot.
    /// </summary>
    public const string RestoreRequired = "RestoreRequired";

    /// <summary>
    /// The annotation drydock.dev/abort stopped the run; running steps finished and nothing more is started. Go on with
    /// a new retry token, or back with desiredState: RolledBack.
    /// </summary>
    public const string Aborted = "Aborted";

    /// <summary>
    /// A step of the way back failed; everything is kept and nothing more is started. Repair the cause the message
    /// names, then give a new retry token: it goes on from there.
    /// </summary>
    public const string RollbackFailed = "RollbackFailed";

    /// <summary>The way back that was asked for does not exist; the message says why.</summary>
    public const string RollbackUnavailable = "RollbackUnavailable";

    /// <summary>
    /// Something that must stay true is not: somebody changed the target by hand; the message says what and when.
    /// Making it true again goes on by itself.
    /// </summary>
    public const string TargetChanged = "TargetChanged";

    /// <summary>
    /// The Lease that holds the target is gone or another's. Nothing more is started; the message names the holder.
    /// </summary>
    public const string TargetClaimLost = "TargetClaimLost";

    /// <summary>
    /// The storage no longer shows the mark that was left in it: another volume, or none, is mounted. Mount the right
    /// one.
    /// </summary>
    public const string StorageLost = "StorageLost";

    /// <summary>
    /// The BackupSnapshot of the upgrade failed; its own message says why. The upgrade does not pass Backup.
    /// </summary>
    public const string SnapshotFailed = "SnapshotFailed";

    /// <summary>
    /// What was stored does not verify: trailer, checksum, tables or row counts differ. The dump is not used; retry
    /// makes a new one.
    /// </summary>
    public const string SnapshotInvalid = "SnapshotInvalid";

    /// <summary>The snapshot that the run relies on is gone, or another one of the same name.</summary>
    public const string SnapshotMissing = "SnapshotMissing";

    /// <summary>
    /// The snapshot belongs to another namespace, or does not say to which. Create the object in that namespace, or
    /// take a new snapshot.
    /// </summary>
    public const string ForeignSnapshot = "ForeignSnapshot";

    /// <summary>The dump tool failed; the message holds the end of its output.</summary>
    public const string DumpFailed = "DumpFailed";

    /// <summary>
    /// docker_init.sh ended without its success marker; its output is in the Secret named in status.plan.steps. Repair
    /// the cause, then retry.
    /// </summary>
    public const string MarkerMissing = "MarkerMissing";

    /// <summary>Components or hosts did not become healthy within the timeout; the message lists them.</summary>
    public const string ComponentsUnhealthy = "ComponentsUnhealthy";

    /// <summary>
    /// Deletion with the annotation drydock.dev/on-delete: Abandon: the object goes and the message says what was left
    /// where.
    /// </summary>
    public const string Abandoned = "Abandoned";

    /// <summary>
    /// The operator failed in a way it does not know; the log has the details. It tries again with back-off.
    /// </summary>
    public const string InternalError = "InternalError";
}
