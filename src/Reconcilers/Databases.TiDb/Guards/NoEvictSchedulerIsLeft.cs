using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// No TiKV that has been upgraded is kept from leading: an evict-leader scheduler that is left behind outlives every
/// restart (docs/research/tidb.md#rules), read from schedulers-v2.
/// </summary>
internal sealed class NoEvictSchedulerIsLeft(ITiDbTargets targets) : TiDbGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var evicted = (await Targets.Pd().ScheduleAsync(cancellationToken)).Evicted;
        var left = plan.Steps
            .Where(s => s is { Phase: DatabaseRollingUpgradePhases.UpgradeTiKV, State: StepState.Succeeded } && s.Id.EndsWith(TiDbStepIds.VerifySuffix, StringComparison.Ordinal))
            .Select(s => (s.Node, Store: plan.Steps.Find(d => d.Node == s.Node && d.Phase == s.Phase && d.Id.EndsWith(TiDbStepIds.DrainSuffix, StringComparison.Ordinal))?.Parameters.GetValueOrDefault("store")))
            .Where(s => s.Store is not null && evicted.Contains(ulong.Parse(s.Store, NumberStyles.None, CultureInfo.InvariantCulture)))
            .Select(s => $"{s.Node} (pd-ctl scheduler remove evict-leader-scheduler-{s.Store})")
            .ToList();
        return left.Count == 0 ? GuardReading.Holds : GuardReading.Broken($"evict-leader-scheduler keeps leaders from stores that are upgraded: {string.Join(", ", left)}. Remove it and the upgrade goes on");
    }
}
