namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether an upgrade can be rolled back (docs/research/yugabytedb.md#procedure). Pure.</summary>
internal static class YugabyteRollback
{
    /// <summary>Why what a plan has done cannot be rolled back; null if it can. Before the first process is stopped
    /// everything can be undone, whatever the dialect and the versions.</summary>
    public static string? Obstacle(DatabaseRollingUpgradeSpec spec, Plan plan) => YugabytePlanTraits.IsPastUndo(plan)
        ? NeverBecause((spec.Yugabyte ?? new YugabyteSpec()).Dialect, YugabyteVersion.Parse(spec.FromVersion))
            ?? Passed(spec, plan)
            ?? Unknown(spec, plan)
        : null;

    internal static string? NeverBecause(YugabyteDialect dialect, YugabyteVersion from)
    {
        if (YugabyteFeatures.CanRollBack(dialect, from))
        {
            return null;
        }

        return dialect == YugabyteDialect.BMDB
            ? "BMDB does not support a downgrade, and its data files may already be of the new version."
            : $"YugabyteDB supports a rollback only from 2.20.2 on, and this upgrade comes from {from}.";
    }

    private static string? Passed(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        if (plan.Steps.Find(s => s.PointOfNoReturn && PlanProgress.Begun(s)) is not { } step)
        {
            return null;
        }

        return step.Is<PromoteAutoFlags>()
            ? $"{step.Id} has begun: AutoFlags that change the data format, or what other clusters see, are or may be "
                + $"promoted, and no process of {spec.FromVersion} can run with them."
            : step.Is<UpgradeCatalog>()
                ? $"{step.Id} has begun: the SQL catalogue is or may be the one of {spec.ToVersion}, which "
                    + $"{spec.FromVersion} does not know."
                : $"{step.Id}, a point of no return, has begun.";
    }

    private static string? Unknown(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        var unknown = YugabyteRollbackPlanner.Stopped(spec, plan)
            .Where(s => s.Former.FormerSha256 is null)
            .Select(s => s.Instance.Name)
            .ToList();
        return unknown.Count == 0
            ? null
            : $"The former programs of {string.Join(", ", unknown)} are unknown, because these instances already ran "
                + $"{spec.ToVersion} when the upgrade began.";
    }
}
