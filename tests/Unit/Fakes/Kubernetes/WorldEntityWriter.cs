using Drydock.Clients.Kubernetes.Runtime;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Writes of the controller to its own objects.</summary>
internal sealed class WorldEntityWriter(WorldKubernetes kubernetes) : IEntityWriter<OmsUpgrade>
{
    public Task<OmsUpgrade> UpdateStatusAsync(OmsUpgrade entity, CancellationToken cancellationToken = default) => kubernetes.UpdateStatusAsync(entity, cancellationToken);

    public Task<OmsUpgrade?> ReadAsync(OmsUpgrade entity, CancellationToken cancellationToken = default) =>
        kubernetes.GetAsync<OmsUpgrade>(entity.Metadata.Name, entity.Metadata.Namespace, cancellationToken);

    public Task<OmsUpgrade> AddFinalizerAsync(OmsUpgrade entity, string finalizer, CancellationToken cancellationToken = default) =>
        kubernetes.AddFinalizerAsync(entity, finalizer, cancellationToken);

    public Task<OmsUpgrade?> RemoveFinalizerAsync(OmsUpgrade entity, string finalizer, CancellationToken cancellationToken = default) =>
        kubernetes.RemoveFinalizerAsync(entity, finalizer, cancellationToken);
}
