using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Adds what must stay true meanwhile.</summary>
internal sealed class TiDbGuardPlanner(PlanBuilder plan, DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    private TiDbSpec Tidb => spec.Tidb ?? new TiDbSpec();

    public void Compile()
    {
        var tuning = plan.Phase(DatabaseRollingUpgradePhases.TuneScheduling).FirstOrDefault();

        // Raising limits may take days, never fails the upgrade, and is not to keep people from DDL: nothing guards it.
        Guard(TiDbGuards.ClusterIsTheSame, [], tuning, ("clusterId", discovery.ClusterId.ToString(CultureInfo.InvariantCulture)));
        Guard(TiDbGuards.NoDdlAppears, [], tuning);
        if (!Tidb.Backup.Waived)
        {
            Guard(TiDbGuards.SnapshotStays, [TiDbStepIds.Snapshot], tuning, ("step", TiDbStepIds.Snapshot));
        }

        if (discovery.LeaderPriorities.Count > 0)
        {
            Guard(TiDbGuards.LeaderPriorityStaysCleared, [TiDbStepIds.ClearPriority], TiDbStepIds.RestorePriority);
        }

        if (spec.Of(DatabaseComponent.TiKV).FirstOrDefault() is { } first)
        {
            Guard(TiDbGuards.NoEvictSchedulerIsLeft, [TiDbStepIds.Verify(first)], tuning);
        }

        Guard(TiDbGuards.ScheduleLimitsStay, [TiDbStepIds.LimitMerging], tuning, ("limit", Tidb.MergeScheduleLimit.ToString(CultureInfo.InvariantCulture)));
    }

    private void Guard(string check, List<string> from, string? until, params (string Name, string Value)[] parameters) => plan.Guard(new PlanGuard
    {
        Id = check,
        Check = check,
        From = from,
        Until = until,
        Parameters = new SortedDictionary<string, string>(parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal), StringComparer.Ordinal),
    });
}
