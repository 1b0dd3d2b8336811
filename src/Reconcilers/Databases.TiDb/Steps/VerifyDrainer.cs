namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A drainer is verified when it answers and is registered as online.</summary>
internal sealed record VerifyDrainer : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken)
    {
        var own = Spec.Service(instance);
        await Targets.Binlog().DrainerAsync(own, cancellationToken);
        if (await Targets.Sql.DrainersAsync(cancellationToken) is not { } registered)
        {
            return null;
        }

        var node = registered.FirstOrDefault(n => own.IsAddress(n.Address));
        return node is { IsOnline: true }
            ? null
            : new Observation.Running($"Drainer {own} is {node?.State ?? "not registered"}.");
    }
}
