using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A pump is back when it says itself that it is online. What others say of a pump that was killed may be old
/// (docs/research/tidb.md#pump-and-drainer).
/// </summary>
internal sealed class VerifyPump(ITiDbTargets targets) : VerifyInstance(targets)
{
    /// <inheritdoc />
    protected override async Task<Observation?> InClusterAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var own = Spec.Service(instance);
        var node = (await Targets.Binlog().PumpsAsync(own, cancellationToken)).FirstOrDefault(n => own.IsAddress(n.Address));
        return node is { IsOnline: true } ? null : new Observation.Running($"pump {own} is {node?.State ?? "not registered"}");
    }
}
