using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>TiDB, as deployed by tidb-ansible or an administrator.</summary>
internal sealed class TiDbEngine : IDatabaseEngine
{
    public DatabaseEngine Name => DatabaseEngine.TiDB;
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
        Rollback: [], UndoneBy: []);

    public StepRegistry Steps => StepRegistry.Of<TiDbTargets>();

    public string LoginField => "spec.tidb.credentialsSecretRef";

    public SecretReference? Login(DatabaseRollingUpgradeSpec spec) => spec.Tidb?.CredentialsSecretRef;

    public SwapMethod DefaultSwap(InstanceControl control) => SwapMethod.ReplaceBinary;

    public StorageSpec? BackupStorage(DatabaseRollingUpgradeSpec spec) => spec.Tidb?.Backup.Storage;

    public IEngineTargets Bind(EngineContext context) => new TiDbTargets(context);

    public string? RollbackRefusal(DatabaseRollingUpgradeSpec spec, PlanProgress plan) =>
        new TiDbUndo(spec, plan).Refusal;

    public Plan CompileRollback(DatabaseRollingUpgradeSpec spec, PlanProgress plan, IReadOnlyList<string> notes) =>
        new TiDbUndo(spec, plan).Rollback(notes);

    public DatabaseRollingUpgradeStatus Summarize(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) => TiDbStatus.Compose(status, spec);

    public IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan ? new TiDbUndo(spec, plan).Advice : [];

    public bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan && new TiDbUndo(spec, plan).IsAnyRemovable;
}
