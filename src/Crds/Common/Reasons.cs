namespace Drydock.Crds.Common;

/// <summary>
/// The reasons of all conditions, findings, events and action items: stable machine words, each with what it means and
/// what to do. Clients treat a reason they do not know as in progress.
/// </summary>
public static partial class Reasons
{
    /// <summary>Seen; nothing was looked at yet. Nothing to do.</summary>
    [ReasonGroup(1, "Ready, Reconciling: progress and waiting")]
    public const string Pending = "Pending";

    /// <summary>Everything is being checked; nothing is changed.</summary>
    public const string Preflight = "Preflight";

    /// <summary>The plan is being carried out; status.step says where it is.</summary>
    public const string Running = "Running";

    /// <summary>A step runs; status.step says which.</summary>
    public const string StepRunning = "StepRunning";

    /// <summary>Nothing more is started, because an abort or a deletion asked for it; running steps finish.</summary>
    public const string Stopped = "Stopped";

    /// <summary>
    /// mode: Plan has ended: the plan is in status.plan and nothing was changed. Read it, then set mode: Apply, with
    /// approvedPlanHash if no other plan may run.
    /// </summary>
    public const string PlanReady = "PlanReady";

    /// <summary>
    /// It stops before the phase or step named in the message. Approve it by annotation, or remove the entry from
    /// spec.holdBefore.
    /// </summary>
    public const string Held = "Held";

    /// <summary>
    /// A person must change ha.config in the OMS console, as the message says; it goes on by itself once the row shows
    /// it.
    /// </summary>
    public const string AwaitingManualChange = "AwaitingManualChange";

    /// <summary>spec.paused is true: running steps finish and none is started. Set it to false to go on.</summary>
    public const string Paused = "Paused";

    /// <summary>
    /// Another object holds the target; the message names it. It goes on by itself when that one lets go.
    /// </summary>
    public const string TargetBusy = "TargetBusy";

    /// <summary>
    /// Deletion was asked for after the first old container was stopped: the plan goes on to its end first. The
    /// annotation drydock.dev/on-delete: Abandon lets go at once.
    /// </summary>
    public const string DeletionWaits = "DeletionWaits";

    /// <summary>
    /// Deletion or abort was asked for before the first old container was stopped: what was changed is being undone.
    /// </summary>
    public const string Undoing = "Undoing";

    /// <summary>The way back is being taken; status.step says where it is.</summary>
    public const string RollingBack = "RollingBack";

    /// <summary>
    /// It is outside spec.window, so no further phase is started; the message says when it opens. Change or remove
    /// spec.window to go on now.
    /// </summary>
    public const string OutsideWindow = "OutsideWindow";

    /// <summary>
    /// The Lease on the target belongs to an object that no longer exists. Look at the target, then set
    /// spec.adoptTarget: true to take it over.
    /// </summary>
    public const string HolderGone = "HolderGone";

    /// <summary>
    /// An identity field was changed while the stored plan runs: the stored plan goes on. Put the old value back, or
    /// create another object for the other target.
    /// </summary>
    public const string SpecChangeIgnored = "SpecChangeIgnored";

    /// <summary>
    /// An approval was for another plan than the stored one, or came after the first 20 of its annotation, and was
    /// ignored. Read status.plan again and approve its hash; remove approvals that are used up.
    /// </summary>
    public const string ApprovalIgnored = "ApprovalIgnored";

    /// <summary>
    /// An abort token came when nothing ran: it is used up and stops nothing, now or later. To stop what runs later
    /// give another token then.
    /// </summary>
    public const string AbortIgnored = "AbortIgnored";

    /// <summary>The whole plan is done and verified. Nothing more is written or connected to.</summary>
    [ReasonGroup(2, "Succeeded")]
    public const string Succeeded = "Succeeded";

    /// <summary>The whole plan is done; status.actionRequired lists what a person has to do.</summary>
    public const string SucceededWithActions = "SucceededWithActions";

    /// <summary>
    /// The former version runs again, as spec.desiredState asked. Another try is a new retry token with desiredState:
    /// Upgraded, or a new object.
    /// </summary>
    [ReasonGroup(3, "RolledBack")]
    public const string RolledBack = "RolledBack";

    /// <summary>
    /// The upgrade failed and the former version runs again, as spec.rollbackPolicy asked. It stays so until a new
    /// retry token starts another attempt from preflight.
    /// </summary>
    public const string RolledBackAfterFailure = "RolledBackAfterFailure";
}

/// <summary>Begins a group of reasons in the reference; stands on its first one.</summary>
/// <param name="order">Where in the reference the group stands. The compiler's order is that of the files.</param>
/// <param name="title">Title of the group.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ReasonGroupAttribute(int order, string title) : Attribute
{
    /// <summary>Where in the reference the group stands.</summary>
    public int Order { get; } = order;

    /// <summary>Title of the group.</summary>
    public string Title { get; } = title;
}
