using Drydock.Crds;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What makes DatabaseRollingUpgrade a kind of run.</summary>
internal static class DatabaseUpgradeKind
{
    /// <summary>Composes it.</summary>
    public static RunKind<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus> Of(DatabaseServices services) =>
        Of(services.Engines, new DatabaseAccess(services));

    /// <summary>Composes it with another way to the targets.</summary>
    public static RunKind<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus> Of(
        DatabaseEngineSet engines, IRunAccess<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus> access) => new()
        {
            Name = DatabaseRollingUpgrade.KindName,
            Json = CrdsJsonContext.Default.DatabaseRollingUpgrade,
            Words = new RunWords
            {
                LooksAt = "hosts, processes and the database's own account of itself",
                PastUndo = "processes were stopped for the new version",
                BeforeUndoEnds = "a process was stopped",
            },
            Access = access,
            Work = new DatabaseWork(engines),
            Report = new DatabaseReport(engines),
            Rollback = new DatabaseRollback(engines),
            Rest = new DatabaseParkedState(engines),
        };
}
