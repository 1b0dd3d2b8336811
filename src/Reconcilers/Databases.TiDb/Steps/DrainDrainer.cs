using System.Globalization;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Records how far a drainer is before it is stopped (it is no part of tidb-ansible's roll;
/// docs/research/tidb.md#pump-and-drainer). It goes on from its own checkpoint.
/// </summary>
internal sealed class DrainDrainer(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Fact: the last commit it had carried over, a TSO.</summary>
    public const string LastTsFact = "lastTS";

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstanceLooks.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var status = await Targets.Binlog().DrainerAsync(Spec.Service(instance), cancellationToken);
        var lastTs = status.LastTs.ToString(CultureInfo.InvariantCulture);
        return new Observation.Done($"at {lastTs}{(status.IsSynced ? ", synced" : "")}", Fact(LastTsFact, lastTs));
    });
}
