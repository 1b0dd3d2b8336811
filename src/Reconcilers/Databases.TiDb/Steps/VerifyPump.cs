namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A pump is verified when it reports itself online. The view of others may be stale if it was killed
/// (docs/research/tidb.md#pump-and-drainer).</summary>
internal sealed record VerifyPump : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken)
    {
        var own = Spec.Service(instance);
        var nodes = await Targets.Binlog().PumpsAsync(own, cancellationToken);
        var node = nodes.FirstOrDefault(n => own.IsAddress(n.Address));
        return node is { IsOnline: true }
            ? null
            : new Observation.Running($"Pump {own} is {node?.State ?? "not registered"}.");
    }
}
