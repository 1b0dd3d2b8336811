using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Takes away what an upgrade that rests half way would leave in PD for ever (docs/research/tidb.md#rules):
/// evict-leader schedulers of its stores. Harmless to a run that goes on later: draining begins anew there.
/// </summary>
/// <param name="targets">The cluster.</param>
internal sealed class TiDbCleanup(ITiDbTargets targets)
{
    /// <summary>Stores that are or may be kept without leaders because of an upgrade, by its receipts.</summary>
    public static IEnumerable<(string Instance, ulong Store)> Evicted(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan ? Stores(spec, plan) : [];

    /// <summary>
    /// Lets leaders back to them while a run rests. leader_priority stays as the roll has it: restored it would be what
    /// a guard of the run that goes on later calls a change from outside; status says so.
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
            catch (Exception exception) when (exception is ServiceException or TiDbApiException)
            {
                left.Add(string.Create(CultureInfo.InvariantCulture, $"evict-leader-scheduler of {instance}: pd-ctl scheduler remove evict-leader-scheduler-{store} ({targets.Redact(exception.Message)})"));
            }
        }

        return new ParkedStateResult(gone, left);
    }

    private static IEnumerable<(string Instance, ulong Store)> Stores(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        foreach (var instance in spec.Of(DatabaseComponent.TiKV))
        {
            var drain = plan.Steps.Find(s => s.Id == TiDbStepIds.Drain(instance));
            var isOver = plan.Steps.Find(s => s.Id == TiDbStepIds.Verify(instance)) is { State: StepState.Succeeded };
            if (drain is { Attempt: > 0 } && !isOver && !CleanedUpSteps.Is(plan, drain) && ulong.TryParse(drain.Parameters.GetValueOrDefault("store"), NumberStyles.None, CultureInfo.InvariantCulture, out var store))
            {
                yield return (instance.Name, store);
            }
        }
    }
}
