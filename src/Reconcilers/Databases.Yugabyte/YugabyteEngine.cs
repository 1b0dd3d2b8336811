using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>YugabyteDB, and BMDB as its dialect.</summary>
internal sealed class YugabyteEngine : IDatabaseEngine
{
    /// <inheritdoc />
    public DatabaseEngine Name => DatabaseEngine.YugabyteDB;

    /// <inheritdoc />
    public RunMilestones Milestones { get; } = new(
        Upgrade:
        [
            new(ConditionTypes.PackagePrepared, Phases.PreparePackage),
            new(ConditionTypes.MastersUpgraded, Phases.UpgradeMasters),
            new(ConditionTypes.TServersUpgraded, Phases.UpgradeTServers),
            new(ConditionTypes.Verified, Phases.VerifyVersions),
            new(ConditionTypes.FlagsPromoted, Phases.PromoteAutoFlags),
            new(ConditionTypes.CatalogUpgraded, Phases.UpgradeCatalog),
        ],
        Rollback: [],
        UndoneBy:
        [
            new(ConditionTypes.TServersUpgraded, Phases.RollbackTServers),
            new(ConditionTypes.Verified, Phases.RollbackTServers),
            new(ConditionTypes.FlagsPromoted, Phases.RollbackAutoFlags),
            new(ConditionTypes.MastersUpgraded, Phases.RollbackMasters),
        ]);

    /// <inheritdoc />
    public string LoginField => "spec.yugabyte.sql.credentialsSecretRef";

    /// <inheritdoc />
    public SecretReference? Login(DatabaseRollingUpgradeSpec spec) => spec.Yugabyte?.Sql.CredentialsSecretRef;

    /// <inheritdoc />
    public SwapMethod DefaultSwap(InstanceControl control) =>
        control.Process is not null ? SwapMethod.NewDirectory : SwapMethod.SwitchLink;

    /// <inheritdoc />
    public StorageSpec? BackupStorage(DatabaseRollingUpgradeSpec spec) => null;

    /// <inheritdoc />
    public IEngineTargets Bind(IEngineContext context) => new YugabyteTargets(context);

    /// <inheritdoc />
    public TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step) => YugabyteWork.TimeoutOf(spec, step);

    /// <inheritdoc />
    public bool IsPastUndo(Plan plan) => YugabyteWork.IsPastUndo(plan);

    /// <inheritdoc />
    public bool Changed(Plan plan) => YugabyteWork.Changed(plan);

    /// <inheritdoc />
    public bool OnlyWaits(PlanStep step) => YugabyteWork.OnlyWaits(step);

    /// <inheritdoc />
    public string? HeldBy(PlanStep step) => YugabyteWork.HeldBy(step);

    /// <inheritdoc />
    public string? RollbackRefusal(DatabaseRollingUpgradeSpec spec, Plan plan) => YugabyteRollback.Obstacle(spec, plan);

    /// <inheritdoc />
    public Plan CompileRollback(DatabaseRollingUpgradeSpec spec, Plan plan, IReadOnlyList<string> notes) =>
        YugabyteRollbackPlanner.Compile(spec, plan, notes);

    /// <inheritdoc />
    public DatabaseRollingUpgradeStatus Summarize(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        YugabyteStatus.Compose(status, spec);

    /// <inheritdoc />
    public void AddConditions(ConditionSet conditions, DatabaseRollingUpgradeStatus status)
    {
        var paused = status.PausedReplication;
        conditions.Set(
            ConditionTypes.ReplicationPaused,
            paused.Count > 0,
            paused.Count > 0 ? Reasons.ReplicationPaused : Reasons.NotNeeded,
            paused.Count > 0 ? $"Paused by this upgrade: {string.Join(", ", paused)}." : "This upgrade has paused no replication.");
    }

    /// <inheritdoc />
    public IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        YugabyteStatus.LeftBehind(spec, status);

    /// <inheritdoc />
    public bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        YugabyteCleanup.Blacklisted(status).Any();

    /// <inheritdoc />
    public bool IsDrain(PlanStep step) => step.Is<DrainTserver>();
}
