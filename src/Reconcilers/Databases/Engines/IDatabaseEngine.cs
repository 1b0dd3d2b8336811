using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Everything that a rolling upgrade needs to know about one database engine. A new engine is a project that implements
/// this interface and a line in the operator's composition. All members but <see cref="Bind"/> are pure.
/// </summary>
internal interface IDatabaseEngine
{
    /// <summary>The value of <c>spec.engine</c>.</summary>
    DatabaseEngine Name { get; }

    /// <summary>Phases that are reported as conditions.</summary>
    RunMilestones Milestones { get; }

    /// <summary>The field of the spec that refers to the SQL login, for findings.</summary>
    string LoginField { get; }

    /// <summary>The Secret with the SQL login; null if the spec names no Secret.</summary>
    SecretReference? Login(DatabaseRollingUpgradeSpec spec);

    /// <summary>How the program of an instance is replaced if its control does not say so.</summary>
    SwapMethod DefaultSwap(InstanceControl control);

    /// <summary>The storage of the backup; null if the upgrade makes no backup.</summary>
    StorageSpec? BackupStorage(DatabaseRollingUpgradeSpec spec);

    /// <summary>Makes the clients of one upgrade; nothing is connected yet.</summary>
    IEngineTargets Bind(IEngineContext context);

    /// <summary>Time limit of a step.</summary>
    TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step);

    /// <summary>
    /// Whether a process was stopped for the new version, so that a deletion or an abort no longer undoes everything.
    /// </summary>
    bool IsPastUndo(Plan plan);

    /// <summary>Whether anything in the cluster was changed.</summary>
    bool Changed(Plan plan);

    /// <summary>Whether a step only waits and changes nothing.</summary>
    bool OnlyWaits(PlanStep step);

    /// <summary>Which failures of a step an administrator may accept; null if none.</summary>
    AcceptableAttribute? Acceptance(PlanStep step) => null;

    /// <summary>
    /// How long the unit of work that begins with a step should take by the vendor's rule; null if there is none.
    /// </summary>
    TimeSpan? UnitEstimate(PlanStep step) => null;

    /// <summary>
    /// A further name in spec.holdBefore that holds a step, in addition to its id and phase; null if there is none.
    /// </summary>
    string? HeldBy(PlanStep step);

    /// <summary>
    /// A step before which the spec holds the run besides spec.holdBefore, and how that ends; null if there is none.
    /// </summary>
    ImpliedHold? Hold(DatabaseRollingUpgradeSpec spec, Plan plan) => null;

    /// <summary>Why this upgrade cannot be rolled back; null if it can.</summary>
    string? RollbackRefusal(DatabaseRollingUpgradeSpec spec, Plan plan);

    /// <summary>The rollback of what was done.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="plan">The plan with the progress of its steps.</param>
    /// <param name="notes">Notes for the reader of the rollback plan.</param>
    Plan CompileRollback(DatabaseRollingUpgradeSpec spec, Plan plan, IReadOnlyList<string> notes);

    /// <summary>The status with what the receipts of the plans say of instances, flags and backups.</summary>
    DatabaseRollingUpgradeStatus Summarize(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);

    /// <summary>Adds conditions that only this engine has.</summary>
    void AddConditions(ConditionSet conditions, DatabaseRollingUpgradeStatus status);

    /// <summary>What an abandoned upgrade leaves in the cluster.</summary>
    IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);

    /// <summary>
    /// Whether an instance may be kept without leaders by this upgrade, or have a program that was prepared beside its
    /// own, or settings may still be changed, by the receipts of the plans.
    /// </summary>
    bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);

    /// <summary>The instance that a step acts on, by its name; null if it acts on none.</summary>
    string? InstanceOf(Plan plan, PlanStep step) => step.Node;

    /// <summary>
    /// Whether a step makes a temporary change that it or a later step takes back: to its instance, or to settings
    /// while instances are upgraded.
    /// </summary>
    bool IsDrain(PlanStep step);
}
