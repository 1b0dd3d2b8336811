namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>No upgraded TiKV is kept without leaders: an evict-leader scheduler that is left behind survives every
/// restart (docs/project/research/tidb.md#rules). Read from schedulers-v2.</summary>
internal sealed record NoEvictSchedulerIsLeft : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var evicted = (await Targets.Pd.ScheduleAsync(cancellationToken)).Evicted;
        var left = plan.Steps
            .Where(s => s.State == StepState.Succeeded && s.Is<VerifyTikv>())
            .Select(s => (s.Node, s.As<VerifyTikv>().Store))
            .Where(s => evicted.Contains(s.Store))
            .Select(s => $"{s.Node} (`pd-ctl scheduler remove evict-leader-scheduler-{s.Store}`)")
            .ToList();
        return left.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken(
                $"evict-leader-scheduler keeps leaders away from upgraded stores: {string.Join(", ", left)}. Remove "
                + "it; the upgrade then continues automatically.");
    }
}
