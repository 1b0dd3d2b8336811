namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Waits until the other pumps can take the writes of TiDB. The pump itself is paused by the SIGTERM that
/// stops it (<see cref="SwapInstance"/>).</summary>
internal sealed record DrainPump : TiDbStep, IWaitsOnly
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstancePrograms.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var others = Spec.Of(DatabaseComponent.Pump).Where(i => i.Name != instance.Name).ToList();
        var known = await Targets.Binlog().PumpsAsync(Spec.Service(instance), cancellationToken);
        var missing = others
            .Where(o => !known.Any(n => n.IsOnline && Spec.Service(o).IsAddress(n.Address)))
            .Select(o => o.Name)
            .ToList();
        return missing.Count > 0
            ? new Observation.Running($"Pumps that are not online: {string.Join(", ", missing)}.")
            : new Observation.Done(others.Count == 0
                ? "There is no other pump. Writes wait until this one has restarted."
                : $"{others.Count} other pumps are online.");
    });
}
