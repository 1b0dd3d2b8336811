using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Removes the temporary state that a stopped upgrade would leave in PD permanently (docs/research/tidb.md#rules):
/// evict-leader schedulers of its stores. An upgrade that resumes later drains the stores again.
/// </summary>
internal sealed class TiDbCleanup(ITiDbTargets targets)
{
    /// <summary>TiKVs that are, or may be, kept without leaders by an upgrade.</summary>
    public static IEnumerable<(string Instance, ulong Store)> Evicted(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan ? Evicted(spec, plan) : [];

    /// <summary>
    /// Removes the schedulers while a run is stopped. <c>leader_priority</c> is left unchanged: restoring it here would
    /// trip a guard ("changed externally") when the upgrade resumes; status reports it instead.
    /// </summary>
    public async Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken)
    {
        var (gone, left) = (new List<string>(), new List<string>());
        foreach (var (instance, store) in Evicted(targets.Spec(), status))
        {
            targets.EnsureMayAct();
            try
            {
                await targets.Pd().LetLeadersBackAsync(store, cancellationToken);
                gone.Add(instance);
            }
            catch (TargetException exception)
            {
                left.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"evict-leader-scheduler of {instance}: pd-ctl scheduler remove evict-leader-scheduler-{store} "
                    + $"({targets.Redact(exception.Message)})"));
            }
        }

        return new ParkedStateResult(gone, left);
    }

    private static IEnumerable<(string Instance, ulong Store)> Evicted(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        foreach (var instance in spec.Of(DatabaseComponent.TiKV))
        {
            var drain = plan.Steps.Find(s => s.Id == TiDbStepIds.Drain(instance));
            var isOver = plan.Steps.Find(s => s.Id == TiDbStepIds.Verify(instance)) is
            {
                State: StepState.Succeeded,
            };
            if (drain is { Attempt: > 0 } && !isOver && !CleanedUpSteps.Is(plan, drain))
            {
                yield return (instance.Name, drain.Arguments<DrainTikv.Args>().Store);
            }
        }
    }
}
