namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Records how far a drainer has replicated before it is stopped (it is not part of tidb-ansible's rolling
/// update; docs/research/tidb.md#pump-and-drainer). It resumes from its own checkpoint.</summary>
internal sealed record DrainDrainer : TiDbStep, IWaitsOnly
{
    public const string LastTsFact = "lastTS";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstancePrograms.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var status = await Targets.Binlog().DrainerAsync(Spec.Service(instance), cancellationToken);
        var lastTs = status.LastTs.ToString(CultureInfo.InvariantCulture);
        return new Observation.Done(
            $"Replicated up to TSO {lastTs}{(status.IsSynced ? ", synced" : "")}.", Entry(LastTsFact, lastTs));
    });
}
