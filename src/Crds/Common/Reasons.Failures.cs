namespace Drydock.Crds.Common;

/// <content>Reasons of a run that stalls or fails.</content>
public static partial class Reasons
{
    /// <summary>A step failed and no automatic attempt is left. The message names step, node, cause and what to do.
    /// Repair the cause, then retry.</summary>
    [ReasonGroup(5, "Stalled, Failed: while the plan runs")]
    public const string StepFailed = "StepFailed";

    /// <summary>A step took longer than the timeout of its phase. Find the cause, raise spec.timeouts if necessary,
    /// then retry.</summary>
    public const string StepTimeout = "StepTimeout";

    /// <summary>The operator cannot determine whether a step that must run only once has run, so it runs nothing again
    /// on that data; or the databases contradict the status of a restore, so it drops nothing. The message says what
    /// was checked and how to continue.</summary>
    public const string OutcomeUnknown = "OutcomeUnknown";

    /// <summary>A run-once step failed on data that it may have changed. It may run again only on the restored
    /// snapshot.</summary>
    public const string RestoreRequired = "RestoreRequired";

    /// <summary>java ended before the correction JAR began, so nothing was changed. The message quotes its output.
    /// Repair the cause, then retry: the JAR is run without a restore.</summary>
    public const string JarNotStarted = "JarNotStarted";

    /// <summary>The correction JAR ended with exit code 0, but its output reports errors. The message quotes them. It
    /// may have changed data, so it may run again only on the restored snapshot.</summary>
    public const string JarReportedErrors = "JarReportedErrors";

    /// <summary>The correction JAR or docker_init.sh runs already in a container that uses the same metadata, and this
    /// upgrade did not start it. The message names command, process and node. The step waits for its end, and then
    /// asks before it runs its own.</summary>
    public const string CommandRunsElsewhere = "CommandRunsElsewhere";

    /// <summary>The new container has initialised itself, and a second initialisation may damage the metadata. The
    /// message says how to continue.</summary>
    public const string AlreadyInitialized = "AlreadyInitialized";

    /// <summary>The annotation drydock.dev/abort stopped the run. Running steps finished and no further step is
    /// started. Resume with a retry, or roll back with desiredState: RolledBack.</summary>
    public const string Aborted = "Aborted";

    /// <summary>A step of the rollback failed. Everything is kept and no further step is started. Repair the cause that
    /// the message names, then retry. The rollback continues from there.</summary>
    public const string RollbackFailed = "RollbackFailed";

    /// <summary>The requested rollback is impossible. The message says why.</summary>
    public const string RollbackUnavailable = "RollbackUnavailable";

    /// <summary>The target was changed from outside while the plan runs. The message says what changed and when. Revert
    /// the change, then the run continues automatically.</summary>
    public const string TargetChanged = "TargetChanged";

    /// <summary>The targets have gone further than the status of the object: it was restored from a backup, or somebody
    /// went on by hand. The message lists what was found. Nothing is started until an administrator has chosen: roll
    /// back, which restores the snapshot, or accept the targets as they are, where the message offers it.</summary>
    public const string StatusOutdated = "StatusOutdated";

    /// <summary>The Lease on the target was removed or belongs to another object. No further step is started. The
    /// message names the holder.</summary>
    public const string TargetClaimLost = "TargetClaimLost";

    /// <summary>The storage no longer contains the operator's mark: another volume, or none, is mounted. Mount the
    /// correct volume.</summary>
    public const string StorageLost = "StorageLost";

    /// <summary>The BackupSnapshot of the upgrade failed. Its message says why. The upgrade does not continue after
    /// Backup.</summary>
    public const string SnapshotFailed = "SnapshotFailed";

    /// <summary>The stored dump does not verify: trailer, checksum, tables or row counts differ. The dump is not used.
    /// A retry takes a new one.</summary>
    public const string SnapshotInvalid = "SnapshotInvalid";

    /// <summary>The snapshot that the run needs does not exist any more, or another one has its name.</summary>
    public const string SnapshotMissing = "SnapshotMissing";

    /// <summary>The snapshot belongs to another namespace or another object, or its namespace is unknown. Create the
    /// object in that namespace, or take a new snapshot.</summary>
    public const string ForeignSnapshot = "ForeignSnapshot";

    /// <summary>The dump tool failed. The message contains the end of its output.</summary>
    public const string DumpFailed = "DumpFailed";

    /// <summary>A dump keeps six digits of FLOAT columns. The message names them. Make them DOUBLE, or acknowledge
    /// DumpLosesDigits/DB.TABLE.COLUMN.</summary>
    public const string DumpLosesDigits = "DumpLosesDigits";

    /// <summary>The server may hide objects of a database from the account, so a dump may lack them. Grant what the
    /// message names, or acknowledge ObjectsHidden/DB.</summary>
    public const string ObjectsHidden = "ObjectsHidden";

    /// <summary>docker_init.sh ended without its success marker. Its output is in the Secret named in
    /// status.plan.steps. Repair the cause, then retry.</summary>
    public const string MarkerMissing = "MarkerMissing";

    /// <summary>Components or hosts did not become healthy within the timeout. The message lists them.</summary>
    public const string ComponentsUnhealthy = "ComponentsUnhealthy";

    /// <summary>The object was deleted with the annotation drydock.dev/on-delete: Abandon. The message says what was
    /// left on which host.</summary>
    public const string Abandoned = "Abandoned";

    /// <summary>The operator met an unexpected error. Its log has the details. It retries with growing
    /// pauses.</summary>
    public const string InternalError = "InternalError";
}
