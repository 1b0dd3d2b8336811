using System.Text.Json.Serialization.Metadata;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Everything that the frame does not know itself about one kind of run: what its specs and steps mean, what it
/// reports, its rollback and how its targets are reached. The frame provides the rest: fresh reads, tokens, preflight
/// with back-off and claim, the stored plan and its run, holds and windows, deletion, terminal states, conditions and
/// events. All members but <see cref="BindAsync"/> are pure. A kind derives from
/// <see cref="RunKind{TEntity, TSpec, TStatus}"/>.
/// </summary>
internal abstract class RunKind
{
    /// <summary>The kind as written in manifests.</summary>
    public abstract string Name { get; }

    /// <summary>The short name of the kind for <c>kubectl</c>.</summary>
    public abstract string Resource { get; }

    /// <summary>How a status of the kind is stored: a status that would be stored unchanged is not written.</summary>
    public abstract JsonTypeInfo StatusJson { get; }

    /// <summary>The subject of preflight, after "Checking ": <c>hosts and processes</c>.</summary>
    public abstract string Examines { get; }

    /// <summary>
    /// What has happened once <see cref="IsPastUndo"/>, as the reason why a deletion waits:
    /// <c>processes were stopped</c>.
    /// </summary>
    public abstract string PastUndo { get; }

    /// <summary>The same event while it has not happened, after "before": <c>a process was stopped</c>.</summary>
    public abstract string BeforeUndoEnds { get; }

    /// <summary>The cleanup after success; null for a kind that leaves nothing to remove.</summary>
    public virtual IRunCleanup? Cleanup => null;

    /// <summary>The cleanup of the targets of a stopped run; null for a kind that leaves nothing there.</summary>
    public virtual IParkedStateCleanup? ParkedState => null;

    /// <summary>
    /// How a step is repeated on restored data if its outcome is unknown; null for a kind without such steps.
    /// </summary>
    public virtual IRunRedo? Redo => null;

    /// <summary>The plans in a status of this kind.</summary>
    public PlanSlots Plans => field ??= new PlanSlots(Cleanup);

    /// <summary>An object of the kind as the flows see it.</summary>
    public abstract RunObject Read(IKubernetesObject entity);

    /// <summary>An object of the kind with another status.</summary>
    public abstract IKubernetesObject WithStatus(IKubernetesObject entity, RunStatus status);

    /// <summary>
    /// A copy of a finished object without what only its next reconciliation needs, which reads the object from the
    /// server: texts, the contents of steps, the inventory of the target.
    /// </summary>
    public abstract IKubernetesObject Reduce(IKubernetesObject entity);

    /// <summary>The status of an object that has none yet.</summary>
    public abstract RunStatus NewStatus();

    /// <summary>
    /// Reads the Secrets that an object refers to and determines what access to its targets depends on. Connects to
    /// nothing; a missing Secret is reported by preflight and steps.
    /// </summary>
    public abstract Task<RunBinding> BindAsync(RunObject entity, CancellationToken cancellationToken);

    /// <summary>A hash of the identity fields, to detect a change of them while a stored plan runs.</summary>
    public abstract string IdentityHash(RunSpec spec);

    /// <summary>How long one preflight pass may take: the duration as written in the spec.</summary>
    public abstract string PreflightTimeout(RunSpec spec);

    /// <summary>
    /// A step of the upgrade before which the spec holds the run besides spec.holdBefore; null if there is none.
    /// </summary>
    public abstract ImpliedHold? Hold(RunSpec spec, Plan plan);

    /// <summary>How long one attempt of a step may take now. Called from jobs, on any thread.</summary>
    public abstract TimeSpan TimeoutOf(RunSpec spec, PlanStep step);

    /// <summary>
    /// Whether the step up to which an abort or a deletion undoes everything has started, or may have started. After it
    /// a deletion lets the plan finish, an abort changes nothing more, and no phase waits for the maintenance window,
    /// only steps that ask for it (<see cref="PlanStep.AsksWindow"/>). Once true it stays true.
    /// </summary>
    public abstract bool IsPastUndo(Plan plan);

    /// <summary>Whether anything was changed that a rollback would undo.</summary>
    public abstract bool Changed(Plan plan);

    /// <summary>
    /// Whether the step only waits and changes nothing. A rollback need not wait for the end of such a step.
    /// </summary>
    public abstract bool OnlyWaits(PlanStep step);

    /// <summary>
    /// The kind of a step, for expected durations: steps of the same kind take about as long on every node.
    /// </summary>
    public virtual string KindOf(PlanStep step) => StepDurations.KindOf(step);

    /// <summary>
    /// How long the unit of work that begins with a step should take if no unit of its kind was measured; null if that
    /// is unknown.
    /// </summary>
    public virtual TimeSpan? UnitEstimate(PlanStep step) => null;

    /// <summary>
    /// The reason why a running step counts as held: it waits for an administrator or for another system. Null if it
    /// does not.
    /// </summary>
    public abstract string? HeldBy(PlanStep step);

    /// <summary>Which failures of a step an administrator may accept; null if none.</summary>
    public virtual AcceptableAttribute? Acceptance(PlanStep step) => null;

    /// <summary>
    /// Whether new data may have been written that a rollback would lose: from then on a failure never starts a
    /// rollback automatically. Once true it stays true. Always false for a kind whose rollback keeps the data.
    /// </summary>
    public virtual bool HasNewData(Plan plan) => false;

    /// <summary>
    /// What no other object may have claimed when the stored plan begins: what <see cref="IRunDiscovery.MustBeFree"/>
    /// returned when the plan was compiled.
    /// </summary>
    public virtual IReadOnlyList<string> MustBeFree(string targetIdentity, Plan plan) => [];

    /// <summary>
    /// Why this plan can never be rolled back, even after a repair. A requested rollback is then refused with this
    /// reason, and rollbackPolicy OnFailure leaves a failure as it is. Null if a rollback may be possible; always null
    /// before <see cref="IsPastUndo"/>, because until then everything is undone.
    /// </summary>
    public abstract string? RollbackRefusal(RunSpec spec, Plan plan);

    /// <summary>
    /// What a rollback would cost now, for the status: whole sentences. Null if it has begun or nothing is known.
    /// </summary>
    public abstract string? RollbackCost(RunSpec spec, RunStatus status);

    /// <summary>The rollback plan; without steps if nothing was changed, also for an empty plan.</summary>
    public abstract Plan CompileRollback(RunSpec spec, RollbackBasis basis);

    /// <summary>
    /// The status with the facts from the receipts of its plans: times, references, versions, actions for
    /// administrators.
    /// </summary>
    /// <param name="spec">The spec.</param>
    /// <param name="status">The status with the plans that are about to be stored.</param>
    /// <param name="slot">The plan that runs.</param>
    /// <param name="isDone">Whether that plan has finished.</param>
    public abstract RunStatus Summarize(RunSpec spec, RunStatus status, PlanSlot slot, bool isDone);

    /// <summary>
    /// The status of an object that restarts from preflight, without the reports of its former plans. The frame resets
    /// its own fields.
    /// </summary>
    public abstract RunStatus Forget(RunStatus status);

    /// <summary>Phases that are reported as conditions.</summary>
    public abstract RunMilestones Milestones(RunSpec spec);

    /// <summary>
    /// Sets conditions that are not milestones. Called after the milestones of the upgrade are set, once a plan is
    /// stored.
    /// </summary>
    public virtual void AddConditions(ConditionSet conditions, RunSpec spec, RunStatus status)
    {
    }

    /// <summary>
    /// What the message of a success says besides the number of steps: empty, or text that begins with <c>, </c> or
    /// <c>; </c>.
    /// </summary>
    public abstract string Success(RunStatus status);

    /// <summary>
    /// What an object that is released in the middle leaves behind, and how an administrator continues: whole
    /// sentences.
    /// </summary>
    public abstract string LeftBehind(RunSpec spec, RunStatus status);
}

/// <summary>The input of a rollback plan.</summary>
/// <param name="Plan">The plan with the progress of its steps.</param>
/// <param name="AttemptsBefore">See <see cref="Plan.AttemptsBefore"/>.</param>
internal sealed record RollbackBasis(Plan Plan, int AttemptsBefore)
{
    /// <summary>
    /// The run had succeeded. Data written since may be lost, so the rollback is held until it is approved
    /// (<see cref="Plan.Hold"/>).
    /// </summary>
    public bool AfterSuccess { get; init; }

    /// <summary>
    /// The object is being deleted: no user watches the rollback, so manual steps are left to the administrator.
    /// </summary>
    public bool Unattended { get; init; }

    /// <summary>What the run has reported; null if nothing was changed.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Further notes for the reader: data that will be lost, the age of a backup.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
