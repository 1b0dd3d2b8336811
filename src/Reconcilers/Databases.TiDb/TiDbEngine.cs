using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>TiDB, as tidb-ansible or an administrator has deployed it.</summary>
internal sealed class TiDbEngine : IDatabaseEngine
{
    /// <inheritdoc />
    public DatabaseEngine Name => DatabaseEngine.TiDB;

    /// <inheritdoc />
    public RunMilestones Milestones { get; } = new(
        Upgrade:
        [
            new(ConditionTypes.PackagePrepared, Phases.PreparePackage),
            new(ConditionTypes.ConfigurationSaved, Phases.SaveConfiguration),
            new(ConditionTypes.BackedUp, Phases.Backup),
            new(ConditionTypes.ConfigurationMigrated, Phases.MigrateConfiguration),
            new(ConditionTypes.PDUpgraded, Phases.UpgradePD),
            new(ConditionTypes.TiKVUpgraded, Phases.UpgradeTiKV),
            new(ConditionTypes.PumpUpgraded, Phases.UpgradePump),
            new(ConditionTypes.TiDBUpgraded, Phases.UpgradeTiDB),
            new(ConditionTypes.MergingLimited, Phases.LimitMerging),
            new(ConditionTypes.DrainerUpgraded, Phases.UpgradeDrainer),
            new(ConditionTypes.MonitoringUpgraded, Phases.UpgradeMonitoring),
            new(ConditionTypes.TiSparkUpgraded, Phases.UpgradeTiSpark),
            new(ConditionTypes.Verified, Phases.Verify),
            new(ConditionTypes.SchedulingTuned, Phases.TuneScheduling),
        ],
        Rollback: [],
        UndoneBy: []);

    /// <inheritdoc />
    public string LoginField => "spec.tidb.credentialsSecretRef";

    /// <inheritdoc />
    public SecretReference? Login(DatabaseRollingUpgradeSpec spec) => spec.Tidb?.CredentialsSecretRef;

    /// <inheritdoc />
    public SwapMethod DefaultSwap(InstanceControl control) => SwapMethod.ReplaceBinary;

    /// <inheritdoc />
    public StorageSpec? BackupStorage(DatabaseRollingUpgradeSpec spec) => spec.Tidb?.Backup.Storage;

    /// <inheritdoc />
    public IEngineTargets Bind(IEngineContext context) => new TiDbTargets(context);

    /// <inheritdoc />
    public TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step) => TiDbWork.TimeoutOf(spec, step);

    /// <inheritdoc />
    public bool IsPastUndo(Plan plan) => TiDbWork.IsPastUndo(plan);

    /// <inheritdoc />
    public bool Changed(Plan plan) => TiDbWork.Changed(plan);

    /// <inheritdoc />
    public bool OnlyWaits(PlanStep step) => TiDbWork.OnlyWaits(step);

    /// <inheritdoc />
    public string? HeldBy(PlanStep step) => null;

    /// <inheritdoc />
    public string? RollbackRefusal(DatabaseRollingUpgradeSpec spec, Plan plan) => TiDbRollback.Obstacle(spec, plan);

    /// <inheritdoc />
    public Plan CompileRollback(DatabaseRollingUpgradeSpec spec, Plan plan, IReadOnlyList<string> notes) =>
        TiDbRollbackPlanner.Compile(spec, plan, notes);

    /// <inheritdoc />
    public DatabaseRollingUpgradeStatus Summarize(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        TiDbStatus.Compose(status, spec);

    /// <inheritdoc />
    public void AddConditions(ConditionSet conditions, DatabaseRollingUpgradeStatus status)
    {
    }

    /// <inheritdoc />
    public IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        TiDbStatus.LeftBehind(spec, status);

    /// <inheritdoc />
    public bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        TiDbCleanup.Evicted(spec, status).Any();

    /// <inheritdoc />
    public bool IsDrain(PlanStep step) => step.Action == TiDbActions.DrainTikv;
}
