namespace Drydock.Reconcilers.Databases;

/// <summary>Everything that a rolling upgrade needs to know about one database engine. A new engine is a project that
/// implements this interface and a line in the operator's composition. All members but <see cref="Bind"/> are
/// pure.</summary>
internal interface IDatabaseEngine
{
    DatabaseEngine Name { get; }

    RunMilestones Milestones { get; }

    string LoginField { get; }

    SecretReference? Login(DatabaseRollingUpgradeSpec spec);

    SwapMethod DefaultSwap(InstanceControl control);

    StorageSpec? BackupStorage(DatabaseRollingUpgradeSpec spec);

    IEngineTargets Bind(IEngineContext context);

    TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step);

    /// <summary>Whether a process was stopped for the new version, so that a deletion or an abort no longer undoes
    /// everything.</summary>
    bool IsPastUndo(Plan plan);

    bool Changed(Plan plan);

    bool OnlyWaits(PlanStep step);

    AcceptableAttribute? Acceptance(PlanStep step) => null;

    /// <summary>How long the unit of work that begins with a step should take by the vendor's rule; null if there is
    /// none.</summary>
    TimeSpan? UnitEstimate(PlanStep step) => null;

    string? HeldBy(PlanStep step);

    ImpliedHold? Hold(DatabaseRollingUpgradeSpec spec, Plan plan) => null;

    /// <summary>Why this upgrade cannot be rolled back; null if it can.</summary>
    string? RollbackRefusal(DatabaseRollingUpgradeSpec spec, Plan plan);

    Plan CompileRollback(DatabaseRollingUpgradeSpec spec, Plan plan, IReadOnlyList<string> notes);

    DatabaseRollingUpgradeStatus Summarize(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);

    void AddConditions(ConditionSet conditions, DatabaseRollingUpgradeStatus status);

    IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);

    bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);

    string? InstanceOf(Plan plan, PlanStep step) => step.Node;

    bool IsDrain(PlanStep step);
}
