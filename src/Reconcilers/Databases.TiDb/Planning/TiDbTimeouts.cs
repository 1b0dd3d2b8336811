using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>How long one attempt of a step may take by the present spec. Pure.</summary>
internal static class TiDbTimeouts
{
    // The steps of an instance, and the raising of limits, end by their own word and clean up: the engine's limit comes
    // later.
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    // The snapshot has the time of Backup itself.
    private static readonly TimeSpan SnapshotEnds = TimeSpan.FromMinutes(10);

    /// <summary>The time of a step.</summary>
    public static TimeSpan Of(DatabaseRollingUpgradeSpec spec, PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Of(spec, step.Phase, step.Id);
    }

    /// <summary>The time of a step of this phase and id.</summary>
    public static TimeSpan Of(DatabaseRollingUpgradeSpec spec, string phase, string id)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(id);
        var timeouts = spec.Timeouts;
        if (id.EndsWith(TiDbStepIds.DrainSuffix, StringComparison.Ordinal))
        {
            return KubernetesDuration.Parse(spec.Drain.Timeout) + Later;
        }

        if (id.EndsWith(TiDbStepIds.VerifySuffix, StringComparison.Ordinal))
        {
            return KubernetesDuration.Parse(timeouts.Verify) + KubernetesDuration.Parse(spec.Settle) + Later;
        }

        if (id.EndsWith(TiDbStepIds.SwapSuffix, StringComparison.Ordinal))
        {
            return KubernetesDuration.Parse(timeouts.Swap) + Later;
        }

        return phase switch
        {
            Phases.PreparePackage => KubernetesDuration.Parse(timeouts.Package),
            Phases.SaveConfiguration or Phases.Backup => KubernetesDuration.Parse(timeouts.Backup) + SnapshotEnds,
            Phases.MigrateConfiguration => KubernetesDuration.Parse(timeouts.Package),
            Phases.Verify => KubernetesDuration.Parse(timeouts.Verify),
            Phases.TuneScheduling => KubernetesDuration.Parse(timeouts.TuneScheduling) + Later,
            _ => KubernetesDuration.Parse(timeouts.Swap),
        };
    }
}
