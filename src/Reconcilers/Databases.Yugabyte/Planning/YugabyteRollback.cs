using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Whether there is a way back (docs/research/yugabytedb.md#procedure). Pure.
/// </summary>
internal static class YugabyteRollback
{
    /// <summary>
    /// Why what a plan has done can never be taken back, in words; null if it can. Before the first process was stopped
    /// everything can be undone, whatever the dialect and the versions.
    /// </summary>
    public static string? Obstacle(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(plan);
        if (!YugabyteWork.IsPastUndo(plan))
        {
            return null;
        }

        return NeverBecause((spec.Yugabyte ?? new YugabyteSpec()).Dialect, YugabyteVersion.Parse(spec.FromVersion)) ?? Passed(spec, plan) ?? Unknown(spec, plan);
    }

    /// <summary>Why there is no way back once a process was stopped; null if there is one.</summary>
    internal static string? NeverBecause(YugabyteDialect dialect, YugabyteVersion from) =>
        YugabyteFeatures.CanRollBack(dialect, from) ? null
        : dialect == YugabyteDialect.BMDB ? "BMDB does not support a downgrade, and its data files may already be of the new version"
        : $"YugabyteDB lets old programs run again only from 2.20.2 on, and this upgrade comes from {from}";

    private static string? Passed(DatabaseRollingUpgradeSpec spec, Plan plan) =>
        plan.Steps.Find(s => s.PointOfNoReturn && YugabyteWork.IsBegun(s)) switch
        {
            { Action: YugabyteActions.PromoteAutoFlags } step => $"{step.Id} has begun: AutoFlags that change what is written, or what other clusters see, are or may be promoted, and no process of {spec.FromVersion} can run with them",
            { Action: YugabyteActions.UpgradeCatalog } step => $"{step.Id} has begun: the SQL catalogue is or may be that of {spec.ToVersion}, which {spec.FromVersion} does not know",
            { } step => $"{step.Id}, a point of no return, has begun",
            null => null,
        };

    private static string? Unknown(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        var unknown = YugabyteRollbackPlanner.Stopped(spec, plan).Where(s => s.Former.Sha256 is null).Select(s => s.Name).ToList();
        return unknown.Count == 0 ? null : $"what {string.Join(", ", unknown)} ran before is not known: {(unknown.Count == 1 ? "it" : "they")} ran {spec.ToVersion} when the upgrade began";
    }
}
