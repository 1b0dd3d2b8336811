namespace Drydock.Crds.Common;

/// <summary>Annotations by which you control a run if a GitOps tool owns the spec, and marks that Drydock sets
/// itself.</summary>
public static class Annotations
{
    /// <summary>Approves, as <c>spec.approvals</c> does: <c>WHAT@HASH.N</c>, as <c>status.holds</c> has it. WHAT is the
    /// hold, HASH the first 8 hex digits of the hash of the plan, N its number. For the result of a failed step that
    /// only verifies something: <c>STEP@HASH.N.F</c>, as <c>status.active</c> has it; F is the number of the failure.
    /// Several are separated by commas. On a SnapshotRestore that stopped with OutcomeUnknown: <c>restore@HASH</c>, as
    /// its message has it.</summary>
    public const string Approve = "drydock.dev/approve";

    /// <summary>Who gave which approval, as the plugin asks the API server: a line for each, <c>WORD USER</c>, or
    /// <c>retry WORD USER</c> for a retry that approves. Claimed: every user who may write the object can write another
    /// name. A word without a line of its own has no name.</summary>
    public const string ApprovedBy = "drydock.dev/approved-by";

    /// <summary>Continues after a failure, an abort or a rollback: <c>Retry@HASH.N</c>, as <c>status.retryWord</c> has
    /// it. On a BackupSnapshot or SnapshotRestore: any new value.</summary>
    public const string Retry = "drydock.dev/retry";

    /// <summary>Takes over a target whose claim is held by an object that no longer exists (HolderGone): the uid of
    /// that object, as <c>status.message</c> has it. Check the target first: an interrupted upgrade may have left it
    /// half done.</summary>
    public const string Adopt = "drydock.dev/adopt";

    /// <summary>A new value starts no further step and lets running steps finish. The run is then Failed with reason
    /// Aborted. Before T1 the changes are undone.</summary>
    public const string Abort = "drydock.dev/abort";

    /// <summary><c>"true"</c> starts no further step; running steps finish. Remove it to resume. As
    /// <c>spec.paused</c>.</summary>
    public const string Pause = "drydock.dev/pause";

    /// <summary>Where the run waits for an approval: a phase, a step id or <c>PointOfNoReturn</c>; several are
    /// separated by commas. Added to <c>spec.holdBefore</c>.</summary>
    public const string Hold = "drydock.dev/hold";

    /// <summary>A new value rolls back, as <c>spec.desiredState: RolledBack</c> does. Removing it cancels a rollback
    /// that has not begun.</summary>
    public const string Rollback = "drydock.dev/rollback";

    /// <summary>With the value <see cref="Abandon"/>, a deletion does not wait for the plan. An event and the log say
    /// what was left on which host.</summary>
    public const string OnDelete = "drydock.dev/on-delete";

    /// <summary>On a CRD: the number of its schema (<see cref="CrdSchema.Number"/>).</summary>
    public const string Schema = "drydock.dev/schema";

    /// <summary>On what an upgrade made: the name of the upgrade. A label value could not hold every name: it ends at
    /// 63 characters.</summary>
    public const string Upgrade = "drydock.dev/upgrade";

    /// <summary>What kubectl apply sets on objects. Drydock never sets it.</summary>
    public const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>On what a step of an upgrade made: the id of the step.</summary>
    public const string Step = "drydock.dev/step";

    /// <summary>On what a step of an upgrade made: the attempt of the step.</summary>
    public const string Attempt = "drydock.dev/attempt";

    /// <summary>The value of <see cref="OnDelete"/> that deletes an object without waiting.</summary>
    public const string Abandon = "Abandon";

    /// <summary>On a BackupSnapshot of an upgrade: 8 hex digits of when the old containers ended before it. An operator
    /// with a status of before it takes it over only if they have not run since.</summary>
    public const string Stops = "drydock.dev/stops";
}
