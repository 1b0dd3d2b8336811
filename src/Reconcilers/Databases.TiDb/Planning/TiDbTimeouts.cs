using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>How long one attempt of a step may take by the current spec. Pure.</summary>
internal static class TiDbTimeouts
{
    // Steps of an instance, the backup and the raising of limits time out themselves and clean up: the engine's own
    // limit comes later.
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    // A drain that makes progress has no limit; one that makes none ends itself.
    private static readonly TimeSpan NoLimit = TimeSpan.FromDays(30);

    // PD counts no leaders for this long after its own leader changed.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(15);

    public static TimeSpan Of(DatabaseRollingUpgradeSpec spec, PlanStep step)
    {
        var timeouts = spec.Timeouts;
        return step switch
        {
            // A drain may begin before the former instance is healthy.
            _ when step.Is<DrainTikv>() => spec.Drain.UpperLimit() is { } limit
                ? limit
                    + WarmUp
                    + KubernetesDuration.Parse(timeouts.Verify)
                    + KubernetesDuration.Parse(spec.Settle)
                    + Later
                : NoLimit,
            _ when TiDbStepIds.IsDrain(step) =>
                KubernetesDuration.Parse(timeouts.Swap) + KubernetesDuration.Parse(timeouts.Verify) + Later,
            _ when TiDbStepIds.IsVerify(step) =>
                KubernetesDuration.Parse(timeouts.Verify) + KubernetesDuration.Parse(spec.Settle) + Later,
            _ when TiDbStepIds.IsSwap(step) => KubernetesDuration.Parse(timeouts.Swap) + Later,
            { Phase: Phases.PreparePackage or Phases.MigrateConfiguration } =>
                KubernetesDuration.Parse(timeouts.Package),
            { Phase: Phases.SaveConfiguration or Phases.Backup } => KubernetesDuration.Parse(timeouts.Backup) + Later,
            { Phase: Phases.Verify } => KubernetesDuration.Parse(timeouts.Verify),
            { Phase: Phases.TuneScheduling } => KubernetesDuration.Parse(timeouts.TuneScheduling) + Later,
            _ => KubernetesDuration.Parse(timeouts.Swap),
        };
    }
}
