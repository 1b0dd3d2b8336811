namespace Drydock.Crds.Common;

/// <summary>The reasons of all conditions, findings, events and action items: stable machine-readable words, each with
/// its meaning and what to do. Clients treat an unknown reason as in progress.</summary>
public static partial class Reasons
{
    /// <summary>The operator has seen the object and checked nothing yet. You need not do anything.</summary>
    [ReasonGroup(1, "Ready, Reconciling: progress and waiting")]
    public const string Pending = "Pending";

    /// <summary>Everything is being checked. Nothing is changed.</summary>
    public const string Preflight = "Preflight";

    /// <summary>The plan is being executed. status.step shows the current steps.</summary>
    public const string Running = "Running";

    /// <summary>A step is running. status.step shows which.</summary>
    public const string StepRunning = "StepRunning";

    /// <summary>No further step is started because of an abort or a deletion. Running steps finish.</summary>
    public const string Stopped = "Stopped";

    /// <summary>mode: Plan is finished. The plan is in status.plan and nothing was changed. Read it, then set mode:
    /// Apply. Set approvedPlanHash as well if no other plan may run.</summary>
    public const string PlanReady = "PlanReady";

    /// <summary>The run waits before the phase or step that the message names. Approve it by annotation, or remove the
    /// entry from spec.holdBefore.</summary>
    public const string Held = "Held";

    /// <summary>Change ha.config in the OMS console as the message says. The run continues automatically once the
    /// change is visible.</summary>
    public const string AwaitingManualChange = "AwaitingManualChange";

    /// <summary>spec.paused is true: running steps finish and none is started. Set it to false to resume.</summary>
    public const string Paused = "Paused";

    /// <summary>Another object has claimed the target; the message names it. This run continues automatically when that
    /// object releases the target.</summary>
    public const string TargetBusy = "TargetBusy";

    /// <summary>The object was deleted after the first old container was stopped. The plan is finished first. The
    /// annotation drydock.dev/on-delete: Abandon ends it immediately.</summary>
    public const string DeletionWaits = "DeletionWaits";

    /// <summary>The object was deleted or aborted before the first old container was stopped. The changes are being
    /// undone.</summary>
    public const string Undoing = "Undoing";

    /// <summary>The rollback is running. status.step shows the current steps.</summary>
    public const string RollingBack = "RollingBack";

    /// <summary>The current time is outside spec.window, so no further phase is started. The message says when the
    /// window opens. Change or remove spec.window to continue now.</summary>
    public const string OutsideWindow = "OutsideWindow";

    /// <summary>The Lease on the target belongs to an object that no longer exists. Inspect the target, then set
    /// spec.adoptTarget: true to take it over.</summary>
    public const string HolderGone = "HolderGone";

    /// <summary>An identity field was changed while the stored plan runs, or after it succeeded. Nothing is started.
    /// Put the old value back, or create another object for another target.</summary>
    public const string SpecChangeIgnored = "SpecChangeIgnored";

    /// <summary>An approval was ignored: it is for another plan than the stored one or for an earlier number of it, was
    /// used before, or is not among the first 20 of its annotation. Read status.plan again and approve what
    /// status.holds has. Remove approvals that were used.</summary>
    public const string ApprovalIgnored = "ApprovalIgnored";

    /// <summary>Event: a retry had no effect, because it is not bound to the plan that waits for one, or was used
    /// before. The message says why. Give the word in status.retryWord.</summary>
    public const string RetryIgnored = "RetryIgnored";

    /// <summary>An abort token was given while nothing ran. It is used up and stops nothing. To stop a later run, give
    /// another token then.</summary>
    public const string AbortIgnored = "AbortIgnored";

    /// <summary>The whole plan is finished and verified. The operator no longer connects to the targets.</summary>
    [ReasonGroup(2, "Succeeded")]
    public const string Succeeded = "Succeeded";

    /// <summary>The whole plan is finished. status.actionRequired lists the manual work that remains.</summary>
    public const string SucceededWithActions = "SucceededWithActions";

    /// <summary>The previous version runs again, as spec.desiredState asked. To upgrade again, set desiredState:
    /// Upgraded with a retry, or create a new object.</summary>
    [ReasonGroup(3, "RolledBack")]
    public const string RolledBack = "RolledBack";

    /// <summary>The upgrade failed and the previous version runs again, as spec.rollbackPolicy asked. A retry
    /// starts another attempt from preflight.</summary>
    public const string RolledBackAfterFailure = "RolledBackAfterFailure";
}

/// <summary>Starts a group of reasons in the reference. Set it on the first reason of the group.</summary>
/// <param name="order">The position of the group in the reference. The compiler's order is that of the files.</param>
/// <param name="title">Title of the group.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ReasonGroupAttribute(int order, string title) : Attribute
{
    /// <summary>Position of the group in the reference.</summary>
    public int Order { get; } = order;

    /// <summary>Title of the group.</summary>
    public string Title { get; } = title;
}
