using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Makes sure that the other pumps take the writes of TiDB while one is restarted. The pump itself is paused right
/// before it is stopped (<see cref="SwapInstance"/>): it ends when it is paused, and its supervisor would start it
/// again if time passed in between.
/// </summary>
internal sealed class DrainPump(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstanceLooks.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var others = Spec.Of(DatabaseComponent.Pump).Where(i => i.Name != instance.Name).ToList();
        var known = await Targets.Binlog().PumpsAsync(Spec.Service(instance), cancellationToken);
        var missing = others.Where(o => !known.Any(n => n.IsOnline && Spec.Service(o).IsAddress(n.Address))).Select(o => o.Name).ToList();
        return missing.Count == 0
            ? new Observation.Done(others.Count == 0 ? "there is no other pump; writes wait" : $"{others.Count} other pumps are online")
            : new Observation.Running($"not online: {string.Join(", ", missing)}");
    });
}
