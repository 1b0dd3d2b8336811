namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Makes a TiDB server resign as DDL owner before it is stopped (docs/research/tidb.md#tidb-server), if
/// another server can become the owner.</summary>
internal sealed class DrainTidb(ITiDbTargets targets) : TiDbStep<DrainTidb.Args>(targets)
{
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(30);

    // Servers of versions without the request.
    private readonly ConcurrentDictionary<string, bool> _cannotResign = new(StringComparer.Ordinal);

    public sealed record Args;

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstancePrograms.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        if (Spec.Of(DatabaseComponent.TiDB).Count() == 1)
        {
            return new Observation.Done($"{instance.Name} is the only TiDB server.");
        }

        if (!(await Targets.Tidb().InfoAsync(Spec.Status(instance), cancellationToken)).IsOwner)
        {
            return new Observation.Done($"{instance.Name} is not the DDL owner.");
        }

        if (_cannotResign.ContainsKey(instance.Name))
        {
            return new Observation.Done(
                $"{instance.Name} is the DDL owner, and its version has no request to resign. Another server becomes "
                + "the owner once its lease has ended.");
        }

        return context.Step.StartedAt is { } asked && context.Time.GetUtcNow() - asked < MovesWithin
            ? new Observation.Running($"{instance.Name} is still the DDL owner.")
            : new Observation.NotStarted($"{instance.Name} is the DDL owner.");
    });

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        if (!await Targets.Tidb().ResignDdlOwnerAsync(Spec.Status(instance), cancellationToken))
        {
            _cannotResign[instance.Name] = true;
        }
    }
}
