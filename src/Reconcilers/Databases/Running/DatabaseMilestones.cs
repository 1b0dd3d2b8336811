using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases;

/// <summary>The milestones of a DatabaseRollingUpgrade, by its engine. Pure.</summary>
internal static class DatabaseMilestones
{
    private static readonly RunMilestones TiDb = new(
        There:
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
        Back: [],
        UndoneBy: []);

    private static readonly RunMilestones Yugabyte = new(
        There:
        [
            new(ConditionTypes.PackagePrepared, Phases.PreparePackage),
            new(ConditionTypes.MastersUpgraded, Phases.UpgradeMasters),
            new(ConditionTypes.TServersUpgraded, Phases.UpgradeTServers),
            new(ConditionTypes.Verified, Phases.VerifyVersions),
            new(ConditionTypes.FlagsPromoted, Phases.PromoteAutoFlags),
            new(ConditionTypes.CatalogUpgraded, Phases.UpgradeCatalog),
        ],
        Back: [],
        UndoneBy:
        [
            new(ConditionTypes.TServersUpgraded, Phases.RollbackTServers),
            new(ConditionTypes.Verified, Phases.RollbackTServers),
            new(ConditionTypes.FlagsPromoted, Phases.RollbackAutoFlags),
            new(ConditionTypes.MastersUpgraded, Phases.RollbackMasters),
        ]);

    /// <summary>Those of the spec's engine.</summary>
    public static RunMilestones Of(DatabaseRollingUpgradeSpec spec) => spec.Engine.Choose(() => TiDb, () => Yugabyte);
}
