using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Has a TiDB give the ownership of DDL away before it is stopped (docs/research/tidb.md#tidb-server), where there is
/// another one to take it.
/// </summary>
internal sealed class DrainTidb(ITiDbTargets targets) : TiDbStep(targets)
{
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstanceLooks.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        if (Spec.Of(DatabaseComponent.TiDB).Count() == 1)
        {
            return new Observation.Done("it is the only TiDB");
        }

        if (!(await Targets.Tidb().InfoAsync(Spec.Status(instance), cancellationToken)).IsOwner)
        {
            return new Observation.Done("it does not own DDL");
        }

        return context.Step.StartedAt is { } asked && context.Time.GetUtcNow() - asked < MovesWithin
            ? new Observation.Running("it still owns DDL")
            : new Observation.NotStarted("it owns DDL");
    });

    /// <inheritdoc />
    protected override Task CarryOutAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.Tidb().ResignDdlOwnerAsync(Spec.Status(Instance(context)), cancellationToken);
}
